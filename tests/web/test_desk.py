"""The desk as editors and operators use it, against a running server: release, conflict, keyboard, close the count."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocket, expect

from tests.conftest import Night
from tests.served import Api, wait_until
from tests.web.axe import violations
from tests.web.desk_cases import Sender, code_for, disputed, token_for, volunteer
from tests.web.holding import Holding
from tests.web.volunteer_phone import PHONE

pytestmark = pytest.mark.browser

WAIT_MS = 60_000
# Each test has stations of its own, in subdistricts that the other tests of pages leave alone.
RELEASED, CONTESTED, TYPED, LOOKED_AT = (
    (f"103302-{number:03}" for number in range(at, at + 4)) for at in (1, 5, 9, 13)
)
FAR_AWAY = "100101-001"
# Each way to close a dialog, and a key in the moment before the browser says that it is closed.
KEY_AS_IT_CLOSES = """async (way) => {
    const dialog = document.querySelector("dialog[open]");
    const closed = new Promise((done) => dialog.addEventListener("close", done));
    if (way === "escape") dialog.requestClose();
    else dialog.querySelector("form button").click();
    for (let turn = 0; turn < 20; turn += 1) await null;
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "?", cancelable: true }));
    await closed;
}"""
# As if what they sent had come so long ago.
LONG_AGO = "UPDATE reporter SET last_seen_at = last_seen_at - interval '40 minutes' WHERE id = $1"
LOOKS_AGAIN_MS = 30_000
HISTORY = "query H($id: ID!) { station(id: $id) { history { id state decisions { sequence reason } } } }"
Open = Callable[..., Page]


@pytest.fixture
def desk(browser: Browser, night: Night) -> Iterator[Open]:
    """Opens a desk of its own for a token, or for a code."""
    contexts: list[BrowserContext] = []

    def opened(token: str | None, page: str = "", *, clock: bool = False) -> Page:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
        contexts.append(context)
        if clock:
            context.clock.install()
        kept = f"localStorage.setItem('tallywire.desk.token', '{token}');" if token else ""
        context.add_init_script(f"if (!localStorage.getItem('seen')) {{ {kept} localStorage.setItem('seen', '1'); }}")
        found = context.new_page()
        found.set_default_timeout(WAIT_MS)
        found.goto(f"{night.url}/desk{page}", wait_until="domcontentloaded")
        return found

    yield opened
    for context in contexts:
        context.close()


def queued(page: Page, station: str) -> Any:
    """The item of a station in the queue."""
    number = int(station.rpartition("-")[2])
    return page.locator(".qi").filter(has_text=re.compile(rf"(หน่วย|Station) {number}\D"))


def looked_at(page: Page, station: str) -> None:
    """Opens it and waits for its numbers."""
    queued(page, station).click()
    expect(page.locator(".nums tr.pin").first).to_be_visible()


def decisions(night: Night, station: str) -> list[dict[str, Any]]:
    """In their order; one that put a tally in another's place stands with both of them."""
    history = night.api(HISTORY, id=night.id(station))["station"]["history"]
    made = {one["sequence"]: one for tally in history for one in tally["decisions"]}
    return [made[sequence] for sequence in sorted(made)]


def test_an_editor_compares_releases_and_the_board_in_another_page_changes(
    desk: Open, night: Night, operator: Api, context: BrowserContext
) -> None:
    station = next(RELEASED)
    disputed(night, operator, station, 3)
    board = context.new_page()
    board.goto(night.url, wait_until="domcontentloaded")
    third = board.locator("#race")
    expect(third).to_contain_text("ชัชชาติ")
    board.evaluate("window.notReloaded = true")
    before = third.inner_text()
    page = desk(token_for(night, operator, "EDITOR"))
    looked_at(page, station)
    expect(page.locator(".pic img")).to_be_visible()
    assert page.locator(".pic img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    expect(page.locator(".vs").first).to_contain_text("53 / 35")
    expect(page.locator(".nums tr.pin")).to_have_count(2)
    expect(page.locator(".eff")).to_contain_text("+18")
    page.get_by_role("button", name="รับ A", exact=True).click()
    page.get_by_role("radio", name="ยอดเดิมพิมพ์สลับช่อง").click()
    page.get_by_role("button", name="ยืนยันรับ").click()
    expect(page.locator(".toast")).to_contain_text("รับแล้ว นับตั้งแต่ลำดับ")
    expect(queued(page, station)).to_have_count(0)
    expect(third).not_to_have_text(before)
    assert board.evaluate("window.notReloaded") is True
    (made,) = decisions(night, station)
    assert made["reason"] == "ยอดเดิมพิมพ์สลับช่อง · The standing tally had fields swapped"


def test_of_two_editors_one_decides_and_the_other_is_told_by_whom_and_why(
    desk: Open, night: Night, operator: Api
) -> None:
    station = next(CONTESTED)
    disputed(night, operator, station, 5)
    first, second = (desk(token_for(night, operator, "EDITOR")) for _ in range(2))
    for page in (first, second):
        looked_at(page, station)
    second.keyboard.press("r")
    first.keyboard.press("a")
    first.keyboard.press("Control+Enter")
    expect(first.locator(".toast")).to_be_visible()
    conflict = second.get_by_role("alertdialog")
    expect(conflict).to_contain_text("ตัดสินก่อนคุณ")
    expect(conflict).to_contain_text("ตรงกับรูปทุกช่อง")
    expect(conflict).to_contain_text("ไม่ถูกบันทึก")
    conflict.get_by_role("button", name="ถัดไป").click()
    expect(queued(second, station)).to_have_count(0)
    assert len(decisions(night, station)) == 1


def test_the_keyboard_does_it_all_and_nothing_by_accident(desk: Open, night: Night, operator: Api) -> None:
    station = next(TYPED)
    disputed(night, operator, station, 7)
    page = desk(token_for(night, operator, "EDITOR"))
    expect(queued(page, station)).to_be_visible()
    for _ in range(page.locator(".qi").count()):
        if queued(page, station).get_attribute("aria-current"):
            break
        page.keyboard.press("j")
    expect(page.locator(".pic img")).to_be_visible()
    page.keyboard.press("+")
    page.keyboard.press("]")
    expect(page.locator(".pic img")).to_have_attribute("style", re.compile(r"rotate\(90deg\) scale\((?!1\))"))
    page.keyboard.press("0")
    expect(page.locator(".pic img")).to_have_attribute("style", re.compile(r"rotate\(0deg\) scale\(1\)"))
    # A letter typed as words decides nothing; Escape goes back; the last reason needs words.
    page.keyboard.press("r")
    page.keyboard.press("6")
    expect(page.get_by_role("textbox", name="เพิ่มเติม")).to_be_focused()
    expect(page.get_by_role("button", name="ยืนยันไม่รับ")).to_be_disabled()
    page.keyboard.type("as a rule")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="รับ A", exact=True)).to_be_visible()
    page.keyboard.press("?")
    page.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("r")
    expect(page.locator(".dec.open")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="ปุ่มลัด").click()
    page.get_by_role("checkbox").check()
    for way in ("escape", "button"):
        page.evaluate(KEY_AS_IT_CLOSES, way)
        expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("r")
    expect(page.locator(".dec.open")).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")
    expect(queued(page, station)).to_have_count(0)
    (made,) = decisions(night, station)
    assert made["reason"] == "รูปของหน่วยอื่น · Photograph of another station: as a rule"


def test_a_lost_line_is_said_and_nothing_is_decided_until_it_is_back(desk: Open, night: Night, operator: Api) -> None:
    station = next(TYPED)
    disputed(night, operator, station, 9)
    page = desk(token_for(night, operator, "EDITOR"))
    looked_at(page, station)
    page.context.set_offline(True)
    expect(page.get_by_role("alert")).to_contain_text("ดูได้แต่ตัดสินไม่ได้")
    expect(page.get_by_role("button", name="รับ A", exact=True)).to_be_disabled()
    expect(page.locator(".nums tr.pin")).to_have_count(2)
    page.context.set_offline(False)
    expect(page.get_by_role("button", name="รับ A", exact=True)).to_be_enabled()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_an_answer_that_does_not_come_decides_nothing_and_a_right_that_is_taken_back_is_said_in_words(
    desk: Open, night: Night, operator: Api
) -> None:
    station = next(TYPED)
    disputed(night, operator, station, 15)
    page = desk(token_for(night, operator, "EDITOR"))
    looked_at(page, station)
    page.route("**/graphql", lambda route: route.fulfill(status=502, body="<h1>502</h1>", content_type="text/html"))
    page.keyboard.press("r")
    page.get_by_role("textbox", name="เพิ่มเติม").fill("Row 3 reads 35")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("อาจยังไม่ถูกบันทึก ลองอีกครั้ง")
    expect(page.get_by_role("textbox", name="เพิ่มเติม")).to_have_value("Row 3 reads 35")
    page.unroute("**/graphql")
    assert decisions(night, station) == []
    reporter = re.search(r"e-[0-9a-f]+", page.locator(".who").inner_text())
    assert reporter is not None
    operator("mutation R($id: String!) { revokeReporter(reporter: $id) }", id=reporter.group())
    expect(page.get_by_role("alert")).to_contain_text("หมดแล้วหรือถูกยกเลิก")
    expect(page.locator("#given")).to_be_visible()


def test_ones_own_tally_is_for_somebody_else_and_a_wrong_token_is_told_in_words(
    desk: Open, night: Night, operator: Api
) -> None:
    page = desk(None)
    page.get_by_label("รหัสลงทะเบียน 12 หลัก หรือโทเค็น").fill("tw_nobody")
    page.get_by_role("button", name="เข้า", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile("โทเค็น"))
    station, editor = next(TYPED), token_for(night, operator, "EDITOR")
    volunteer(night, operator, station).send(station, {8: 165})
    Sender(night, editor).held(station, {8: 170})
    page.get_by_label("รหัสลงทะเบียน 12 หลัก หรือโทเค็น").fill(editor)
    page.get_by_role("button", name="เข้า", exact=True).click()
    queued(page, station).click()
    expect(page.get_by_text("ยอดนี้คุณส่งเอง")).to_be_visible()
    expect(page.get_by_role("button", name="รับ A", exact=True)).to_have_count(0)


def test_an_operator_enrols_by_code_prints_codes_and_closes_the_count(desk: Open, night: Night, operator: Api) -> None:
    code = code_for(night, operator, "OPERATOR")
    page = desk(None, f"#{code}")
    page.get_by_label("ชื่อที่ใช้เรียก").fill("ก้อย")
    page.get_by_role("button", name="เข้า", exact=True).click()
    expect(page.locator(".tiles button")).to_have_count(50)
    assert code not in page.url
    expect(page.locator(".facts dd")).to_have_text([re.compile(r"\d"), re.compile(r"[1-9]")])
    tile = page.locator('.tiles [data-code="1033"]')
    tile.click()
    expect(page.get_by_role("heading", name=re.compile("^คลองเตย: เงียบ"))).to_be_visible()
    page.get_by_role("button", name="พิมพ์รหัสลงทะเบียน…").click()
    page.get_by_label("บทบาท").select_option("EDITOR")
    page.get_by_label("จำนวน").fill("9")
    page.get_by_role("button", name="สร้างและพิมพ์").click()
    expect(page.locator(".slip")).to_have_count(9)
    expect(page.locator(".a4")).to_have_count(2)
    page.get_by_role("button", name="ปิด", exact=True).click()
    page.get_by_role("button", name="ปิดการนับ…").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("หน่วยยังเงียบ")
    expect(dialog.get_by_role("button", name="ไม่ทำ")).to_be_focused()
    expect(dialog.get_by_role("button", name="ปิดการนับ", exact=True)).to_be_disabled()
    dialog.get_by_role("button", name="ไม่ทำ").click()
    expect(page.get_by_role("button", name="ปิดการนับ…")).to_be_focused()
    page.keyboard.press("Enter")
    dialog.get_by_label("พิมพ์ ปิดการนับ เพื่อยืนยัน").fill("ปิดการนับ")
    dialog.get_by_role("button", name="ปิดการนับ", exact=True).click()
    expect(page.locator(".phs .now")).to_contain_text("ปิด")
    page.get_by_role("button", name="เปิดนับอีกครั้ง…").click()
    dialog.get_by_label("พิมพ์ เปิดนับ เพื่อยืนยัน").fill("เปิดนับ")
    dialog.get_by_role("button", name="เปิดนับอีกครั้ง", exact=True).click()
    expect(page.locator(".phs .now")).to_contain_text("กำลังนับ")
    sockets: list[WebSocket] = []
    page.on("websocket", lambda socket: sockets.append(socket))
    page.reload()
    expect(page.locator(".tiles button")).to_have_count(50)
    page.get_by_role("link", name="ใครทำอะไรเมื่อไร").click()
    # Opening the night before the test is in the audit too.
    expect(page.get_by_role("row").filter(has_text="เปลี่ยนช่วง").nth(1)).to_be_visible()
    # Nothing lives on that page: its line ends, and is not lost.
    wait_until(lambda: page.wait_for_timeout(20) or sockets[-1].is_closed(), what="the end of the line")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("link", name="ห้องควบคุม").click()
    expect(page.locator(".pill.live")).to_be_visible()


def test_a_volunteer_who_falls_silent_is_on_map_and_list_until_heard_of_again(
    desk: Open, night: Night, operator: Api
) -> None:
    somebody = volunteer(night, operator, FAR_AWAY)
    assert somebody.send(FAR_AWAY)["__typename"] == "TallyAccepted"
    reporter = somebody.api("{ viewer { reporter } }")["viewer"]["reporter"]
    page = desk(token_for(night, operator, "OPERATOR"), "#operations", clock=True)
    page.get_by_role("button", name=re.compile("^อาสาที่เงียบหาย")).click()
    tile, row = page.locator('.tiles [data-code="1001"]'), page.get_by_role("row").filter(has_text=reporter)
    expect(tile).to_have_text(re.compile("^พระนคร: อาสาที่เงียบหาย 0 คน"))
    expect(row).to_have_count(0)
    night.sql(LONG_AGO, reporter)
    page.clock.fast_forward(LOOKS_AGAIN_MS)
    expect(tile).to_have_text(re.compile("^พระนคร: อาสาที่เงียบหาย 1 คน"))
    expect(row).to_contain_text("พระบรมมหาราชวัง 1")
    # Somebody who is heard of every hour is silent to nobody who asks for three.
    page.get_by_label("นานกว่า").select_option("180")
    expect(row).to_have_count(0)
    expect(tile).to_have_text(re.compile("^พระนคร: อาสาที่เงียบหาย 0 คน"))
    page.get_by_label("นานกว่า").select_option("30")
    expect(tile).to_have_text(re.compile("^พระนคร: อาสาที่เงียบหาย 1 คน"))
    expect(row).to_have_count(1)
    somebody.send(FAR_AWAY)
    page.clock.fast_forward(LOOKS_AGAIN_MS)
    expect(tile).to_have_text(re.compile("^พระนคร: อาสาที่เงียบหาย 0 คน"))
    expect(row).to_have_count(0)


def test_on_a_slow_line_the_desk_says_what_is_on_its_way_and_nothing_that_it_does_not_know(
    desk: Open, night: Night, operator: Api
) -> None:
    station = next(LOOKED_AT)
    disputed(night, operator, station, 13)
    page = desk(None)
    held = Holding(page, "query Case")
    page.locator("#given").fill(token_for(night, operator, "EDITOR"))
    page.locator(".signin .db").click()
    queued(page, station).click()
    photograph = page.locator(".pic")
    expect(photograph).to_contain_text("กำลังเปิดยอดนี้")
    expect(photograph).not_to_contain_text("ไม่มีรูป")
    expect(page.locator(".nums")).to_contain_text("กำลังโหลดตัวเลข")
    held.release()
    expect(page.locator(".nums tr.pin").first).to_be_visible()
    # On a phone the history lies over all the rest, and there is no Escape.
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="ประวัติ").click()
    page.get_by_role("complementary").get_by_role("button", name="ปิด").click()
    expect(page.get_by_role("complementary")).to_be_hidden()
    page = desk(token_for(night, operator, "OPERATOR"), "#audit")
    expect(page.locator(".audit tbody tr").first).to_be_visible()
    held = Holding(page, "query NotHeardOf", "query SilentPlaces", "query Arrivals")
    page.get_by_role("link", name="ห้องควบคุม").click()
    people = page.get_by_role("region", name="อาสาที่เงียบหาย")
    expect(people).to_contain_text("กำลังโหลด")
    expect(people).not_to_contain_text("ทุกคนติดต่อมา")
    page.get_by_role("button", name=re.compile("^อาสาที่เงียบหาย")).click()
    expect(page.locator('.tiles [data-code="1001"] b')).to_have_text("–")
    expect(page.locator(".kpi dd").nth(2)).to_have_text("–")
    held.release()
    expect(page.locator('.tiles [data-code="1001"] b')).to_have_text(re.compile(r"\d"))
    expect(people).not_to_contain_text("กำลังโหลด")


def test_a_page_of_the_desk_that_does_not_come_is_said_and_comes_at_another_try(
    desk: Open, night: Night, operator: Api
) -> None:
    page = desk(token_for(night, operator, "EDITOR"))
    expect(page.locator(".review")).to_be_visible()
    page.route("**/assets/Pages-*.js", lambda route: route.abort())
    page.get_by_role("link", name="ห้องควบคุม").click()
    expect(page.get_by_role("alert")).to_contain_text("เปิดหน้านี้ไม่ได้")
    page.unroute("**/assets/Pages-*.js")
    page.get_by_role("button", name="ลองใหม่").click()
    expect(page.locator(".tiles button")).to_have_count(50)


def test_axe_finds_nothing_on_any_screen_of_the_desk_in_either_language_or_theme(
    desk: Open, night: Night, operator: Api
) -> None:
    station, faults = next(LOOKED_AT), list[str]()
    disputed(night, operator, station, 11)
    page = desk(None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    expect(page.locator("#given")).to_be_visible()
    found = violations(page, "sign in")
    page.locator("#given").fill(token_for(night, operator, "EDITOR"))
    page.locator(".signin .db").click()
    looked_at(page, station)
    found += violations(page, "review")
    page.keyboard.press("a")
    found += violations(page, "deciding")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    found += violations(page, "keys")
    page.keyboard.press("Escape")
    control = desk(token_for(night, operator, "OPERATOR"), "#operations")
    control.on("pageerror", lambda error: faults.append(str(error)))
    expect(control.locator(".tiles button")).to_have_count(50)
    expect(control.locator(".map table td").first).to_be_visible()
    found += violations(control, "operations")
    for button, screen in (("ปิดการนับ", "close"), ("พิมพ์", "codes"), ("^ยกเลิกสิทธิ…$", "revoke")):
        control.locator(".ops > .col:last-child").get_by_role("button", name=re.compile(button)).click()
        expect(control.locator("dialog[open]")).to_be_visible()
        found += violations(control, screen)
        control.keyboard.press("Escape")
    control.goto(f"{night.url}/desk#audit")
    expect(control.locator(".audit")).to_be_visible()
    found += violations(control, "audit")
    assert found == []
    assert faults == []
