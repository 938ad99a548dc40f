"""Pictures of the editors' desk and of the operators' pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect

from bench.pictures.camera import SIZES, WAIT_MS, Camera, Shown
from bench.pictures.night import Counted
from tests.web.desk_cases import disputed, token_for

BOTH = ("phone", "desktop")


def shown(name: str, title: str) -> Shown:
    return Shown(f"desk-{name}", "Desk", title, BOTH)


def take(browser: Browser, camera: Camera, counted: Counted) -> None:
    """Somebody must have left something in the queue, or it is put there."""
    reporting = counted.stations("SILENT")[10:14]
    disputed(counted, counted.operator, reporting[0], 3)  # type: ignore[arg-type]
    editing(browser, camera, counted, reporting)
    operating(browser, camera, counted)


def editing(browser: Browser, camera: Camera, counted: Counted, stations: list[str]) -> None:
    with desk(browser, counted, None) as page:
        expect(page.locator("#given")).to_be_visible()
        camera.here(page, shown("sign-in", "Signing in with a code or a token"))
    with desk(browser, counted, "EDITOR") as page, desk(browser, counted, "EDITOR") as other:
        looked_at(page, stations[0])
        camera.here(page, shown("review", "A held tally beside its photograph: what the rule saw, what stands"))
        page.keyboard.press("a")
        expect(page.locator(".dec.open")).to_be_visible()
        camera.here(page, shown("deciding", "Accepting, with a reason that is public"))
        page.keyboard.press("Escape")
        page.get_by_role("button", name="ปุ่มลัด").click()
        camera.here(page, shown("keys", "The keyboard does it all"), whole=False)
        page.keyboard.press("Escape")
        page.context.set_offline(True)
        expect(page.get_by_role("alert")).to_contain_text("ดูได้แต่ตัดสินไม่ได้")
        camera.here(page, shown("lost", "The line is lost: one can look, but not decide"))
        page.context.set_offline(False)
        expect(page.get_by_role("alert")).to_have_count(0)
        looked_at(other, stations[0])
        page.keyboard.press("r")
        other.keyboard.press("a")
        other.keyboard.press("Control+Enter")
        expect(page.get_by_role("alertdialog")).to_contain_text("ตัดสินก่อนคุณ")
        camera.here(
            page, shown("conflict", "Of two editors one decides, and the other is told by whom and why"), whole=False
        )


def operating(browser: Browser, camera: Camera, counted: Counted) -> None:
    with desk(browser, counted, "OPERATOR", "#operations") as page:
        expect(page.locator(".tiles button")).to_have_count(50)
        expect(page.locator(".map table td b").first).to_be_visible()
        expect(page.locator(".kpi dd").first).to_contain_text("%")
        camera.here(page, shown("operations", "Operations: silent stations, tallies a minute, phases, nodes"))
        page.get_by_role("button", name=re.compile("^อาสาที่เงียบหาย")).click()
        expect(page.locator(".tiles b").first).to_have_text(re.compile(r"\d"))
        camera.here(page, Shown("desk-people", "Desk", "Where volunteers are not heard of", ("desktop",)))
        page.get_by_role("button", name="หน่วยที่ยังเงียบ").click()
        column = page.locator(".ops > .col:last-child")
        for name, button, title in (
            ("close", "ปิดการนับ", "Closing the count: what will happen, in numbers, and a word to type"),
            ("revoke", "^ยกเลิกสิทธิ…$", "Revoking somebody's access: what they sent, and what becomes of it"),
        ):
            column.get_by_role("button", name=re.compile(button)).click()
            expect(page.locator("dialog[open]")).to_be_visible()
            camera.here(page, shown(name, title), whole=False)
            page.keyboard.press("Escape")
        column.get_by_role("button", name=re.compile("พิมพ์")).click()
        camera.here(page, shown("codes", "Codes for volunteers and editors"), whole=False)
        page.get_by_label("บทบาท").select_option("EDITOR")
        page.get_by_label("จำนวน").fill("8")
        page.get_by_role("button", name="สร้างและพิมพ์").click()
        expect(page.locator(".slip")).to_have_count(8)
        camera.here(page, shown("print", "Cards to print, each with its code as QR"), whole=False)
        page.goto(f"{counted.url}/desk#audit")
        page.reload()
        expect(page.locator(".audit tbody tr").first).to_be_visible()
        camera.here(page, shown("audit", "Who did what, and when"))


@contextmanager
def desk(browser: Browser, counted: Counted, role: str | None, page: str = "") -> Iterator[Page]:
    context = browser.new_context(viewport=SIZES["desktop"], color_scheme="light", reduced_motion="reduce")
    if role:
        token = token_for(counted, counted.operator, role)  # type: ignore[arg-type]
        context.add_init_script(f"localStorage.setItem('tallywire.desk.token', '{token}')")
    opened = context.new_page()
    opened.set_default_timeout(WAIT_MS)
    opened.goto(f"{counted.url}/desk{page}", wait_until="domcontentloaded")
    yield opened
    context.close()


def looked_at(page: Page, station: str) -> None:
    """Opens the station's case and waits for its numbers and its photograph."""
    number = int(station.rpartition("-")[2])
    page.locator(".qi").filter(has_text=re.compile(rf"หน่วย {number}\D")).first.click()
    expect(page.locator(".nums tr.pin").first).to_be_visible()
    expect(page.locator(".pic img")).to_be_visible()
