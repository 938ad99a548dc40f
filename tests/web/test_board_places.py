"""From the board to a district, a subdistrict and a station, and back; each at an address of its own."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, ViewportSize, WebSocketRoute, expect

from tests.conftest import Databases, _fill_bangkok
from tests.conftest import Night as Served
from tests.served import wait_until
from tests.web.axe import violations
from tests.web.holding import Holding
from tests.web.test_board_page import ELECTION, Night, Reporter, ask, open_board

pytestmark = pytest.mark.browser

CUTS = "query C($id: ID!) { cuts(electionId: $id, first: 50) { number cursor } }"
VOTES_AT = "query V($id: ID!, $at: Cursor) { result(contestId: $id, at: $at) { rows { votes } } }"
NARROW: ViewportSize = {"width": 320, "height": 700}
# By address: what is there once the place is whole.
PLACES = {
    "area=1033": ".maps .a",
    "area=1033&office=council": ".maps .a",
    "area=103301": ".st",
    "station=103301-001": ".hist li",
}
ASKED_AGAIN_MS = 3_000
GO = "address => { history.pushState(null, '', address); dispatchEvent(new PopStateEvent('popstate')); }"


@pytest.fixture(scope="module")
def night(databases: Databases) -> Iterator[Served]:
    """Bangkok while it is counted, with cuts so often that a test can look back."""
    night = Served(databases.fresh("template_bangkok", _fill_bangkok), ELECTION).open()
    night.serve(TALLYWIRE_CUT_SECONDS="1")
    yield night
    night.close()


def test_enter_on_a_tile_opens_its_district_and_back_returns_to_the_board(page: Page, night: Night) -> None:
    open_board(page, night, "?d=1033")
    page.locator('.tile[data-code="1033"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("ในเขตคลองเตย")
    expect(page).to_have_url(re.compile(r"[?&]area=1033$"))
    expect(page).to_have_title(re.compile("ในเขตคลองเตย"))
    page.go_back()
    expect(page.locator(".tile").first).to_be_visible()
    page.go_forward()
    expect(page.locator("h1")).to_contain_text("ในเขตคลองเตย")


def test_a_district_leads_to_its_subdistricts_and_those_to_stations(
    page: Page, night: Night, reporter: Reporter
) -> None:
    reporter.report(0, {8: 140, 4: 33, 1: 21})
    page.goto(f"{night.url.rstrip('/')}/?area=1033&lang=en")
    page.locator(".scroll a").first.click()
    station = page.locator(".st", has=page.get_by_role("link", name="Station 1", exact=True))
    expect(station).to_contain_text("Counting")
    expect(station.locator(".mv").first).to_contain_text("140")
    reporter.report(0, {8: 150, 4: 33, 1: 21})
    expect(station.locator(".mv").first).to_contain_text("150")
    station.get_by_role("link").click()
    expect(page.locator("h1")).to_contain_text("Station 1")
    expect(page).to_have_url(re.compile("station=103301-001"))
    history = page.locator(".hist").first.locator("li")
    expect(history.first).to_contain_text("204 valid ballots")
    expect(history.first).to_contain_text("Counts now")
    expect(history.nth(1)).to_contain_text("Replaced by a newer report")
    page.get_by_role("navigation", name="Where this is").get_by_role("link").first.click()
    expect(page.locator(".tile").first).to_be_visible()


@pytest.mark.parametrize("place", ["area=10339", "station=103301-999"])
def test_a_place_that_is_not_there_says_so_and_leads_back(page: Page, night: Night, place: str) -> None:
    page.goto(f"{night.url.rstrip('/')}/?{place}")
    expect(page.get_by_role("alert")).to_contain_text("ไม่มี")
    page.get_by_role("link", name="กลับไปผลรวม").click()
    expect(page.locator(".tile").first).to_be_visible()


@pytest.mark.parametrize("place", ["area=1033", "station=103301-001"])
def test_a_place_that_did_not_come_is_asked_for_again_at_a_touch(page: Page, night: Night, place: str) -> None:
    open_board(page, night)
    page.route("**/graphql", lambda route: route.abort())
    page.evaluate(GO, f"?{place}")
    expect(page.get_by_role("alert")).to_contain_text("เปิดหน้านี้ไม่ได้")
    page.unroute("**/graphql")
    page.get_by_role("button", name="ลองใหม่").click()
    expect(page.locator(".crumb")).to_be_visible()


@pytest.mark.parametrize(("place", "lines"), [("", 1), ("?office=council", 1), ("?area=1033", 2), ("?kiosk", 1)])
def test_until_a_result_comes_it_is_awaited_and_no_station_is_said_to_stand_at_zero(
    page: Page, night: Night, place: str, lines: int
) -> None:
    asked: list[WebSocketRoute] = []
    page.route_web_socket(re.compile("/graphql$"), lambda socket: asked.append(socket))
    page.goto(f"{night.url.rstrip('/')}/{place}", wait_until="domcontentloaded")
    wait_until(lambda: page.wait_for_timeout(20) or len(asked) >= lines, what="the page asks for results")
    expect(page.locator("h1")).to_have_text("กำลังโหลดผล…")
    for said in ("เป็นศูนย์", "ยังไม่มีรายงาน"):
        expect(page.locator("body")).not_to_contain_text(said)
    expect(page).not_to_have_title(re.compile("ศูนย์|ยังไม่มีรายงาน"))


def test_a_part_of_the_board_that_does_not_come_is_said_and_comes_at_another_try(page: Page, night: Night) -> None:
    open_board(page, night)
    page.route("**/assets/AreaPage-*.js", lambda route: route.abort())
    page.evaluate(GO, "?area=1033")
    expect(page.get_by_role("alert")).to_contain_text("เปิดหน้านี้ไม่ได้")
    page.unroute("**/assets/AreaPage-*.js")
    page.get_by_role("button", name="ลองใหม่").click()
    expect(page.locator(".crumb")).to_be_visible()


@pytest.mark.parametrize(
    ("place", "query", "awaited", "shown"),
    [
        ("?office=council", "query LocalRaces", "กำลังโหลดผล…", "ยังไม่มีสนามใดมีผู้นำ"),
        ("?area=103301", "query Stations", "โหลดหน่วยไม่ได้ จะลองใหม่เอง", "หน่วยที่ 1"),
    ],
)
def test_what_could_not_be_asked_for_is_said_and_asked_for_again_by_itself(
    page: Page, night: Night, place: str, query: str, awaited: str, shown: str
) -> None:
    def refuse(route: Route) -> None:
        if query in (route.request.post_data or ""):
            route.abort()
        else:
            route.continue_()

    page.clock.install()
    page.route("**/graphql", refuse)
    with page.expect_event("requestfailed"):
        page.goto(f"{night.url.rstrip('/')}/{place}", wait_until="domcontentloaded")
    main = page.get_by_role("main")
    expect(main).to_contain_text(awaited)
    expect(main).not_to_contain_text(shown)
    page.unroute("**/graphql")
    page.clock.fast_forward(ASKED_AGAIN_MS)
    expect(main).to_contain_text(shown)


def test_statistics_of_one_race_never_stand_under_the_name_of_another(page: Page, night: Night) -> None:
    page.goto(f"{night.url.rstrip('/')}/?check=statistics", wait_until="domcontentloaded")
    expect(page.locator(".stat").first).to_be_visible()
    held = Holding(page, "query Statistics")
    page.get_by_label("สนาม").select_option("council-1033")
    expect(page.get_by_role("status").filter(has_text="กำลังโหลด")).to_be_visible()
    expect(page.locator(".stat")).to_have_count(0)
    held.release()
    expect(page.locator(".stat").first).to_be_visible()


def test_axe_finds_nothing_on_any_screen_of_the_board_and_a_narrow_phone_scrolls_only_downwards(
    page: Page, night: Served, reporter: Reporter
) -> None:
    cut_again(night, reporter)
    found = []
    for screen in screens(page, night):
        found += violations(page, screen)
    for screen in places(page):
        found += violations(page, screen)
        assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"], screen
    assert found == []


def test_the_time_machine_goes_by_keys_and_by_a_pointer_and_says_what_it_cannot_open(
    page: Page, night: Served, reporter: Reporter
) -> None:
    cut_again(night, reporter)
    cuts = ask(night, CUTS, id=ELECTION)["cuts"][::-1]
    open_board(page, night, "?lang=en")
    slider, shown = page.get_by_role("slider"), page.locator(".cand").first.locator(".vt b")
    slider.focus()
    for key, cut in (("ArrowLeft", cuts[-2]), ("Home", cuts[0]), ("PageUp", cuts[min(10, len(cuts) - 1)])):
        page.keyboard.press(key)
        expect(slider).to_have_attribute("aria-valuetext", re.compile(rf"^Cut {cut['number']} "))
        if cut is not cuts[-1]:
            expect(page.locator(".past")).to_contain_text(f"cut {cut['number']} ")
        expect(page).to_have_url(re.compile(rf"cut={cut['number']}$" if cut is not cuts[-1] else "lang=en$"))
        rows = ask(night, VOTES_AT, id=f"{ELECTION}/governor", at=cut["cursor"])["result"]["rows"]
        expect(shown).to_have_text(f"{rows[0]['votes']:,}")
    page.keyboard.press("End")
    expect(page.locator(".past")).to_have_count(0)
    now = shown.inner_text()
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 8, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 4, box["y"] + box["height"] / 2, steps=4)
    # Words and page follow a thumb that rests, before it is let go.
    expect(page.locator(".tmh b")).to_contain_text(f"Cut {cuts[0]['number']} ")
    expect(page.locator(".past")).to_contain_text(f"cut {cuts[0]['number']} ")
    page.mouse.up()
    expect(shown).not_to_have_text(now)
    page.route("**/graphql", lambda route: route.abort())
    page.keyboard.press("ArrowRight")
    expect(page.locator(".tm").get_by_role("status")).to_contain_text("could not be opened")
    expect(page).to_have_url(re.compile(rf"cut={cuts[0]['number']}$"))
    expect(slider).to_have_value("0")
    page.get_by_role("button", name="Back to now").click()
    expect(shown).to_have_text(now)


def test_all_reports_are_listed_page_by_page_and_those_of_one_district(
    page: Page, night: Served, reporter: Reporter
) -> None:
    for votes in range(1, 32):
        reporter.report(0, {8: 200 + votes, 4: 33, 1: 21})
    open_board(page, night)
    page.get_by_role("link", name="ดูทั้งหมด").click()
    expect(page).to_have_url(re.compile(r"[?&]reports="))
    listed = page.locator(".feed li")
    expect(listed).to_have_count(30)
    expect(listed.first).to_contain_text("บัตรดี 285 ใบ")
    page.get_by_role("button", name="เก่ากว่านี้").click()
    expect(listed.nth(30)).to_contain_text("บัตรดี 255 ใบ")
    # What comes meanwhile moves nothing until it is asked for.
    reporter.report(0, {8: 260, 4: 33, 1: 21})
    page.get_by_role("button", name="มีรายงานใหม่").click()
    expect(listed.first).to_contain_text("บัตรดี 314 ใบ")
    page.get_by_label("เขต").select_option("1033")
    expect(page).to_have_url(re.compile(r"area=1033&reports=$"))
    expect(listed.first).to_contain_text("บัตรดี 314 ใบ")
    page.get_by_label("เขต").select_option("1001")
    expect(page.get_by_text("ยังไม่มีรายงานของพื้นที่นี้")).to_be_visible()


def cut_again(night: Served, reporter: Reporter) -> None:
    """After it there is an earlier cut with votes in it, besides the zero report."""

    def cuts() -> int:
        return len(ask(night, CUTS, id=ELECTION)["cuts"])

    wait_until(lambda: cuts() > 1, what="a cut of the first report")
    reporter.report(0, {8: 160, 4: 33, 1: 21})
    wait_until(lambda: cuts() > 2, what="another cut")


def screens(page: Page, night: Served) -> Iterator[str]:
    """From one to the next as a reader goes; stops at each to be looked at."""
    open_board(page, night)
    page.locator('.tile[data-code="1033"]').focus()
    expect(page.locator(".pick li")).to_have_count(3)
    expect(page.locator(".maps svg .a")).to_have_count(50)
    expect(page.locator(".feed li").first).to_be_visible()
    expect(page.locator(".nightline .pace").first).to_be_attached()
    yield "front page"
    page.get_by_role("link", name="ดูทั้งหมด").click()
    expect(page.locator(".allbar ~ .feed li").first).to_be_visible()
    yield "all reports"
    page.go_back()
    expect(page.locator("#tm")).to_be_visible()
    page.locator("#tm").fill("1")
    expect(page.locator(".past").first).to_be_visible()
    yield "earlier cut"
    page.locator(".tabs a").nth(1).click()
    expect(page.locator(".rc")).to_have_count(50)
    yield "council"
    page.locator(".tabs a").nth(2).click()
    expect(page.locator(".diffs li").first).to_be_visible()
    yield "differences"
    page.locator(".checkbar .seg a").nth(1).click()
    expect(page.locator(".stat").first).to_be_visible()
    yield "statistics"


def places(page: Page) -> Iterator[str]:
    """On a narrow phone, as somebody comes back to them."""
    page.set_viewport_size(NARROW)
    for place, shown in PLACES.items():
        page.evaluate(GO, f"?{place}")
        expect(page.locator(".crumb")).to_be_visible()
        expect(page.locator(shown).first).to_be_visible()
        yield place


def test_axe_finds_nothing_on_a_studio_screen(page: Page, night: Served) -> None:
    """Which has no button for its language: that stands in its address."""
    found = []
    for lang in ("th", "en"):
        page.goto(f"{night.url}/?kiosk&lang={lang}", wait_until="domcontentloaded")
        expect(page.locator(".stage .kf .tick")).to_be_visible()
        found += violations(page, "studio screen", (lang,))
    assert found == []
