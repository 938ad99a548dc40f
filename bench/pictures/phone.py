"""Pictures of a volunteer's phone, from the card with the code to what became of each tally."""

import json
import re
from typing import Any

from playwright.sync_api import Browser, FilePayload, expect

from bench.pictures.camera import Camera, Shown
from bench.pictures.night import Counted
from tallywire.simulate.tally_sheet import TallySheet, photograph
from tests.web.volunteer_phone import PHONE, REVOKE, VOTES, Phone, new_code, sheet

BOTH = ("phone", "desktop")


def shown(name: str, title: str) -> Shown:
    return Shown(f"volunteer-{name}", "Volunteer's phone", title, BOTH)


def take(browser: Browser, camera: Camera, counted: Counted) -> None:
    """A phone with three stations without a report, and one with a final report that this phone does not agree with."""
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce", has_touch=True, color_scheme="light")
    phone = Phone(context, counted)  # type: ignore[arg-type]
    stations = of_one_subdistrict(counted)
    enrolling(camera, counted, phone, stations)
    page = phone.page
    typing(camera, phone, stations[0])
    phone.send()
    expect(phone.cards.first).to_contain_text("นับแล้ว")
    phone.home()
    what_becomes_of_each(camera, phone)
    phone.home()
    page.locator(".top .ib").nth(1).click()
    camera.here(page, shown("menu", "Menu: hand, keyboard, light, storage"))
    phone.home()
    reporter = re.search(r"v-[0-9a-f]+", page.locator(".top").inner_text())
    assert reporter is not None
    counted.operator(REVOKE, reporter=reporter.group())
    phone.offline(False)
    expect(page.get_by_role("heading", name="สิทธิของเครื่องนี้ถูกยกเลิก")).to_be_visible()
    camera.here(page, shown("revoked", "Access was revoked: what waits stays, and goes after enrolling again"))
    context.close()


def of_one_subdistrict(counted: Counted) -> tuple[str, ...]:
    """Three that nobody has reported of and then a final one, as the phone lists them: by number."""
    untouched = counted.untouched()
    for last in reversed(counted.stations("FINAL")):
        before = [code for code in untouched if code.partition("-")[0] == last.partition("-")[0] and code < last]
        if len(before) >= 3:
            return (*before[:3], last)
    raise AssertionError("no subdistrict has three silent stations before a final one")


def enrolling(camera: Camera, counted: Counted, phone: Phone, stations: tuple[str, ...]) -> None:
    page = phone.page
    expect(page.locator(".scan")).to_be_visible()
    camera.here(page, shown("start", "The first view: scan the card, or type its code"))
    page.locator(".dock .btn").first.click()
    code = new_code(counted, counted.operator, stations)  # type: ignore[arg-type]
    page.locator(".codebox input").fill(code[:-1] + str((int(code[-1]) + 1) % 10))
    camera.here(page, shown("code", "A wrong digit is told on the phone, before a try is spent"))
    page.locator(".codebox input").fill(code)
    page.locator(".key.nx").click()
    page.locator("#name").fill("ก้อย")
    camera.here(page, shown("consent", "Four facts, a name, and “I agree”"))
    page.locator(".dock .btn").first.click()
    expect(page.locator(".st")).to_have_count(len(stations))
    phone.kept_for_offline()
    camera.here(page, shown("stations", "My stations"))


def typing(camera: Camera, phone: Phone, station: str) -> None:
    page = phone.page
    page.locator(".st").nth(0).locator(".ct").first.click()
    camera.here(page, shown("steps", "A sheet begins: still counting, or the count is over"))
    page.locator(".seg label").nth(1).click()
    page.locator(".mi").first.click()
    page.locator(".ph.add input").set_input_files(photograph_of(station))
    expect(page.locator(".ph img").first).to_be_visible()
    camera.here(page, shown("photographs", "The sheet is photographed before it is typed"))
    page.locator(".dock .btn").first.click()
    expect(page.locator(".pad")).to_be_visible()
    phone.type_all(sheet()[:10])
    camera.here(page, shown("typing", "One field in hand, a keypad of its own, and the running sum"), whole=False)
    page.locator(".row.cur input").focus()
    page.keyboard.type("".join(f"\n{number}" for number in sheet()[10:]))
    phone.change(1, 63)
    page.get_by_role("button", name="ตรวจทาน").click()
    expect(page.get_by_role("alertdialog")).to_be_visible()
    camera.here(page, shown("sum", "It does not add up: by how many, and where to look first"), whole=False)
    page.keyboard.press("Escape")
    phone.change(1, 36)
    page.get_by_role("button", name="ตรวจทาน").click()
    expect(page.locator(".steps")).to_be_visible()
    camera.here(page, shown("read-back", "Read back: large numbers, and in words"), whole=False)
    page.go_back()


def what_becomes_of_each(camera: Camera, phone: Phone) -> None:
    """Held, rejected and waiting, beside what was counted."""
    page = phone.page
    phone.send_sheet(3, 9)
    expect(phone.cards.filter(has_text="พักไว้")).to_have_count(1)
    page.get_by_role("button", name="ดูเหตุผล").click()
    camera.here(page, shown("held", "A held tally, and why it waits for an editor"))
    phone.home()
    page.route("**/graphql", spoiled)
    phone.send_sheet(1, 1)
    expect(phone.cards.filter(has_text="ไม่รับ ต้องแก้")).to_have_count(1)
    page.unroute("**/graphql")
    page.get_by_role("button", name="เปิดแก้").click()
    camera.here(page, shown("rejected", "A rejected tally: the rule, the numbers, and the field to look at"))
    phone.home()
    phone.offline(True)
    phone.send_sheet(2, 2)
    expect(phone.cards.filter(has_text="รอส่ง")).to_have_count(1)
    camera.here(page, shown("queue", "What was sent: rejected, waiting without a network, held, counted"))
    phone.home()
    camera.here(page, shown("offline", "Without a network, with what waits on the phone"))


def spoiled(route: Any) -> None:
    """Changes a tally on its way, so that it does not add up there."""
    body = route.request.post_data_json or {}
    if "inputs" in body.get("variables", {}):
        body["variables"]["inputs"][0]["votes"][0]["votes"] = 63
        route.continue_(post_data=json.dumps(body))
    else:
        route.continue_()


def photograph_of(station: str) -> FilePayload:
    counts = tuple(enumerate(VOTES, start=1))
    ballots = (("บัตรเสีย · invalid", 6), ("ไม่เลือกผู้ใด · no vote", 9))
    paper = TallySheet(station=station, contest="ผู้ว่าราชการกรุงเทพมหานคร", counts=counts, ballots=ballots)
    return {"name": "sheet.jpg", "mimeType": "image/jpeg", "buffer": photograph(paper, station)}
