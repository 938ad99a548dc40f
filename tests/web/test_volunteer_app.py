"""The volunteer's app as a volunteer uses it, against a running server: enrol, type, lose the network, send, mend."""

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import segno
from playwright.sync_api import Browser, Page, Request, expect

from tests.conftest import Night
from tests.web.axe import violations
from tests.web.conftest import launched
from tests.web.volunteer_phone import PHONE, REVOKE, STATIONS_EACH, Phone, new_code, sheet, standing

pytestmark = pytest.mark.browser

# Each test has stations of its own, so that none sees another's tallies.
OFFLINE, MENDED, REVOKED, LOOKED_AT, SCANNED = (
    tuple(f"103301-{number:03}" for number in range(first, first + 3)) for first in (3, 6, 9, 12, 15)
)

# At once: how it is typed is seen elsewhere.
FILLED = """(fields, numbers) => fields.forEach((field, place) => {
    field.value = numbers[place];
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
})"""
LATE = "addEventListener('close', (told) => told.stopImmediatePropagation(), { capture: true, once: true })"


def test_two_tallies_typed_without_a_network_survive_closing_the_app_and_go_when_it_is_back(
    phone: Phone, night: Night, operator: Any
) -> None:
    phone.enrol(new_code(night, operator, OFFLINE))
    assert urlsplit(phone.page.url).fragment == ""
    phone.kept_for_offline()
    phone.offline(True)
    page = phone.close_and_open()
    expect(page.get_by_text("ไม่มีเน็ต")).to_be_visible()
    phone.open_sheet(0)
    phone.type_all(sheet())
    expect(page.locator(".sum .say")).to_have_text("ครบทุกช่อง ยอดตรงกัน")
    phone.send()
    expect(phone.cards).to_have_count(1)
    phone.home()
    phone.open_sheet(1, final=False)
    phone.type_all(sheet(1)[:12])
    # The battery dies in the middle of a sheet.
    page = phone.close_and_open()
    page.locator(".st").nth(1).locator(".ct").first.click()
    expect(page.get_by_text("ค้างไว้ 12/34 ช่อง")).to_be_visible()
    page.get_by_role("button", name="พิมพ์ต่อ").click()
    expect(page.locator(".sum .l1")).to_contain_text("377")
    page.get_by_role("button", name="ถัดไป", exact=True).click()
    page.get_by_role("button", name="0 แล้วถัดไป").click()
    phone.type_all(sheet(1)[13:])
    phone.send()
    page = phone.close_and_open()
    expect(page.get_by_role("button", name="รออยู่ 2")).to_be_visible()
    assert standing(night, OFFLINE[0]) is None
    phone.offline(False)
    expect(page.locator(".st").nth(0).locator(".stt.ok").first).to_be_visible()
    expect(page.locator(".st").nth(1).locator(".ct").first).to_contain_text("นับแล้ว")
    sent = [standing(night, station) for station in OFFLINE[:2]]
    assert [one and (one["coverage"], one["ballotsCast"]) for one in sent] == [("FINAL", 387), ("PARTIAL", 387)]


def test_a_tally_that_is_rejected_is_mended_without_typing_it_again(phone: Phone, night: Night, operator: Any) -> None:
    phone.enrol(new_code(night, operator, MENDED))
    page = phone.page
    phone.open_sheet(2)
    phone.type_all(sheet(2))
    # Digits swapped: the app says where to look first, and never which number would fit.
    phone.change(1, 63)
    page.get_by_role("button", name="ตรวจทาน").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("เกิน 27 ใบ")
    expect(dialog.get_by_role("button", name="เบอร์ 1 วิโรจน์")).to_be_visible()
    expect(dialog).not_to_contain_text("36")
    # Not even the key is lost that comes before the browser has told that the dialog is closed.
    page.evaluate(LATE)
    page.keyboard.press("Escape")
    for key in ("Backspace", "Backspace", "3", "6"):
        page.keyboard.press(key)
    expect(page.locator(".sum .say")).to_have_text("ครบทุกช่อง ยอดตรงกัน")
    # What only the server can know: the sheet is refused on its way.
    page.route("**/graphql", reject_once())
    phone.send()
    expect(phone.cards.first).to_contain_text("ไม่รับ ต้องแก้")
    expect(phone.cards.first).to_contain_text("ผู้สมัคร 371")
    page.unroute("**/graphql")
    phone.cards.first.get_by_role("button").click()
    page.get_by_role("button", name="เปิดแก้").click()
    expect(page.locator(".sum .l1")).to_contain_text("387")
    phone.send()
    expect(phone.cards).to_have_count(1)
    expect(phone.cards.first).to_contain_text("นับแล้ว")
    first = standing(night, MENDED[2])
    assert first is not None and first["ballotsCast"] == 387
    correct_own(phone, night)


def correct_own(phone: Phone, night: Night) -> None:
    """One's own that counts, with `replaces` and a reason: two fields, the same sum."""
    page = phone.page
    phone.cards.first.get_by_role("button").click()
    page.get_by_role("button", name="แก้ยอดนี้").click()
    phone.change(8, 199)
    phone.change(9, 4)
    page.get_by_role("button", name="ตรวจทาน").click()
    expect(page.get_by_role("heading", name="จะเปลี่ยน 2 ช่อง")).to_be_visible()
    page.get_by_role("button", name="พิมพ์สลับช่อง").click()
    page.get_by_role("button", name="ส่งยอดใหม่แทนยอดเดิม").click()
    expect(phone.cards).to_have_text([re.compile("นับแล้ว"), re.compile("มียอดใหม่กว่าแทนแล้ว")])
    now = standing(night, MENDED[2])
    assert now is not None and now["supersedes"] is not None


def reject_once() -> Any:
    """Changes the first tally sent on its way to the server, so that it does not add up there."""
    state = {"done": False}

    def handle(route: Any) -> None:
        body = route.request.post_data_json or {}
        if state["done"] or "inputs" not in body.get("variables", {}):
            route.continue_()
            return
        state["done"] = True
        body["variables"]["inputs"][0]["votes"][7]["votes"] -= 1
        route.continue_(post_data=json.dumps(body))

    return handle


@pytest.mark.parametrize(
    ("path", "media_type"),
    [("", "text/html"), ("-worker.js", "text/javascript"), (".webmanifest", "application/manifest+json")],
)
def test_what_installs_the_app_is_looked_at_anew_each_time(night: Night, path: str, media_type: str) -> None:
    with urllib.request.urlopen(f"{night.url}/volunteer{path}", timeout=60) as answer:
        assert answer.headers["content-type"].split(";")[0] == media_type
        assert answer.headers["cache-control"] == "no-cache"
        assert "script-src 'self'; style-src 'self'; " in answer.headers["content-security-policy"]


def test_revoked_in_mid_work_everything_stays_and_goes_after_enrolling_again(
    phone: Phone, night: Night, operator: Any
) -> None:
    phone.enrol(new_code(night, operator, REVOKED))
    page = phone.page
    reporter = re.search(r"v-[0-9a-f]+", page.locator(".top").inner_text())
    assert reporter is not None
    phone.open_sheet(1)
    phone.type_all(sheet(3))
    assert operator(REVOKE, reporter=reporter.group())["revokeReporter"] is True
    phone.send()
    expect(page.get_by_text("สิทธิของเครื่องนี้ถูกยกเลิก")).to_be_visible()
    expect(phone.cards.first).to_contain_text("รอส่ง")
    phone.home()
    expect(page.get_by_text("ยังอยู่ในเครื่อง 1 รายการ")).to_be_visible()
    phone.enrol(new_code(night, operator, REVOKED))
    expect(phone.page.locator(".st").nth(1).locator(".stt.ok, .stt.held").first).to_be_visible()


def test_a_wrong_digit_is_told_on_the_phone_and_a_code_that_is_used_in_words(
    phone: Phone, night: Night, operator: Any
) -> None:
    code, asked = new_code(night, operator, LOOKED_AT), list[str]()

    def note(request: Request) -> None:
        asked.append(request.post_data or "")

    page = phone.page
    page.on("request", note)
    page.get_by_role("button", name="พิมพ์รหัส 12 หลักแทน").click()
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    page.get_by_label("รหัสบนบัตรอาสา").fill(wrong)
    expect(page.get_by_text("มีเลขพิมพ์ผิดหนึ่งตัวหรือสลับกัน")).to_be_visible()
    assert not [text for text in asked if "enrol" in text]
    thai = code.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    page.get_by_label("รหัสบนบัตรอาสา").fill(thai)
    page.get_by_role("button", name="ลงทะเบียน").click()
    page.get_by_label("ชื่อที่ให้ผู้ประสานเรียก").fill("ก้อย")
    page.get_by_role("button", name="ยินยอมและเริ่ม").click()
    expect(page.locator(".st")).to_have_count(STATIONS_EACH)
    assert phone.context.browser is not None
    another = phone.context.browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = Phone(another, night).open(f"#{code}")
    page.get_by_label("ชื่อที่ให้ผู้ประสานเรียก").fill("มาลี")
    page.get_by_role("button", name="ยินยอมและเริ่ม").click()
    expect(page.get_by_role("heading", name="รหัสนี้ใช้ไม่ได้แล้ว")).to_be_visible()
    expect(page.get_by_text(code[-4:], exact=True)).to_be_visible()
    another.close()


def test_the_camera_reads_the_card_and_enrols(browser: Browser, night: Night, operator: Any, tmp_path: Path) -> None:
    film = tmp_path / "card.y4m"
    film.write_bytes(filmed(f"{night.url}/volunteer#{new_code(night, operator, SCANNED)}"))
    seeing = launched(
        browser.browser_type,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    phone = Phone(seeing.new_context(viewport=PHONE, has_touch=True, is_mobile=True), night)
    phone.page.get_by_role("button", name="เปิดกล้องสแกน").click()
    phone.page.get_by_label("ชื่อที่ให้ผู้ประสานเรียก").fill("ก้อย")
    phone.page.get_by_role("button", name="ยินยอมและเริ่ม").click()
    expect(phone.page.locator(".st")).to_have_count(STATIONS_EACH)
    assert urlsplit(phone.page.url).fragment == ""
    seeing.close()


def filmed(text: str) -> bytes:
    """What a camera sees that is held before a card: the QR code in the middle of two frames, as YUV4MPEG2."""
    wide, high, module = 640, 480, 8
    matrix = segno.make(text, error="m").matrix
    left, top = (wide - len(matrix[0]) * module) // 2, (high - len(matrix) * module) // 2
    paper = bytearray(b"\xeb" * (wide * high))
    for y, x in ((y, x) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark):
        for line in range(top + y * module, top + (y + 1) * module):
            at = line * wide + left + x * module
            paper[at : at + module] = b"\x10" * module
    frame = b"FRAME\n" + paper + b"\x80" * (wide * high // 2)
    return f"YUV4MPEG2 W{wide} H{high} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 2


def test_axe_finds_nothing_on_any_screen_in_either_language_or_theme(phone: Phone, night: Night, operator: Any) -> None:
    faults: list[str] = []
    page = phone.page
    page.on("pageerror", lambda error: faults.append(str(error)))
    expect(page.locator(".scan")).to_be_visible()
    found = violations(page, "welcome")
    page.locator(".dock .btn").first.click()
    expect(page.locator(".codebox")).to_be_visible()
    found += violations(page, "code")
    page.locator(".codebox input").fill(new_code(night, operator, LOOKED_AT))
    page.locator(".key.nx").click()
    page.locator("#name").fill("ก้อย")
    found += violations(page, "consent")
    page.locator(".dock .btn").first.click()
    expect(page.locator(".st")).to_have_count(STATIONS_EACH)
    found += violations(page, "stations")
    for screen in form_screens(page):
        found += violations(page, screen)
    assert found == []
    assert faults == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def form_screens(page: Page) -> Iterator[str]:
    """Goes through the screens behind the first view; stops at each to be looked at."""
    page.locator(".top .ib").nth(1).click()
    yield "menu"
    page.locator(".mi").nth(3).click()
    yield "storage"
    page.go_back()
    page.go_back()
    page.locator(".ct").first.click()
    yield "steps"
    page.locator(".seg label").nth(1).click()
    page.locator(".mi").first.click()
    expect(page.locator(".ph.add")).to_be_visible()
    yield "photos"
    page.locator(".dock .btn").first.click()
    expect(page.locator(".pad")).to_be_visible()
    yield "form, empty"
    fields = page.locator(".row input")
    fields.evaluate_all(FILLED, [*sheet()[:-1], 1])
    expect(page.locator(".sum.bad")).to_be_visible()
    yield "form, too many"
    page.locator(".jump").click()
    yield "list of fields"
    page.keyboard.press("Escape")
    page.locator(".key.nx").click()
    expect(page.get_by_role("alertdialog")).to_be_visible()
    yield "does not add up"
    page.keyboard.press("Escape")
    fields.last.fill("0")
    expect(page.locator(".sum.ok")).to_be_visible()
    yield "form, right"
    page.locator(".key.nx").click()
    expect(page.locator(".steps")).to_be_visible()
    yield "read back"
    page.go_back()
    page.go_back()
    page.locator(".top .ib").nth(1).click()
    yield "queue, empty"
