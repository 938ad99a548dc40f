"""From the board to a district, a subdistrict and a station, and back; each at an address of its own."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.test_board_page import Night, Reporter, open_board

pytestmark = pytest.mark.browser

VIOLATIONS = """axe.run(document).then(({ violations }) =>
    violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`))"""


def violations(page: Page, checkout: Path) -> list[str]:
    page.evaluate((checkout / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8"))
    found: list[str] = page.evaluate(VIOLATIONS)
    return found


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


@pytest.mark.parametrize("place", ["area=1033", "area=103301", "station=103301-001"])
@pytest.mark.parametrize("look", ["lang=th&theme=light", "lang=en&theme=dark"])
def test_axe_finds_nothing_on_a_place_and_a_narrow_phone_scrolls_only_downwards(
    page: Page, night: Night, checkout: Path, place: str, look: str
) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{night.url.rstrip('/')}/?{place}&{look}")
    expect(page.locator(".crumb")).to_be_visible()
    expect(page.locator(".st, .map .a, .hist li").first).to_be_visible()
    assert violations(page, checkout) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 320
