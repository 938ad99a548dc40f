"""The live board and GraphiQL as a reader sees them, against a running server (the fixture `night`, with its `url`)."""

import json
import re
import urllib.request
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Route, expect

pytestmark = pytest.mark.browser

ELECTION = "bkk-2022"
CONTEST = "bkk-2022/governor"


class Night(Protocol):
    """A server with the Bangkok election on it, while it is counted."""

    url: str


class Reporter(Protocol):
    """A volunteer at two stations: votes by ballot number at the first or second."""

    def report(self, station: int, votes: dict[int, int]) -> None: ...


def ask(night: Night, query: str, **variables: object) -> Any:
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(
        f"{night.url.rstrip('/')}/graphql", body, {"content-type": "application/json", "accept": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=15) as response:
        return json.load(response)["data"]


def leader(night: Night) -> tuple[str, str, int]:
    """Short names of who leads the governor's race, in Thai and English, and the votes."""
    query = """query Leader($contest: ID!) { result(contestId: $contest) { rows { votes candidate {
        th: shortName(lang: TH) en: shortName(lang: EN) } } } }"""
    row = ask(night, query, contest=CONTEST)["result"]["rows"][0]
    return row["candidate"]["th"], row["candidate"]["en"], row["votes"]


def open_board(page: Page, night: Night, query: str = "") -> None:
    page.goto(f"{night.url.rstrip('/')}/{query}")
    expect(page.locator(".conn")).to_have_attribute("data-state", re.compile("live|still"))
    expect(page.locator(".tile").first).to_be_visible()


def test_the_headline_names_who_leads_and_the_title_says_the_same(page: Page, night: Night) -> None:
    open_board(page, night)
    name, _, _ = leader(night)
    expect(page.locator("h1")).to_contain_text(re.compile(rf"{name}(นำ|ชนะด้วย)"))
    expect(page).to_have_title(re.compile(rf"^{name}.* · tallywire$"))


def test_a_tally_changes_the_votes_and_the_map_without_a_reload(page: Page, night: Night, reporter: Reporter) -> None:
    open_board(page, night, "?d=1033")
    before = leader(night)[2]
    reporter.report(1, {8: 60, 4: 50, 1: 10})
    _, _, votes = leader(night)
    assert votes == before + 60
    expect(page.locator(".cand").first.locator(".vt b")).to_have_text(f"{votes:,}")
    expect(page.locator(".pick li").first).to_contain_text(f"{votes:,}")


def test_every_district_is_a_tile_whose_name_is_a_sentence(page: Page, night: Night) -> None:
    open_board(page, night)
    areas = ask(
        night, "query Areas($id: ID!) { election(id: $id) { areas(level: DISTRICT) { name(lang: TH) } } }", id=ELECTION
    )
    names = {area["name"] for area in areas["election"]["areas"]}
    spoken = [tile.get_attribute("aria-label") or "" for tile in page.locator(".tile").all()]
    assert len(names) == 50
    assert {sentence.split(":")[0] for sentence in spoken} == names
    assert all("รายงาน" in sentence for sentence in spoken)


def test_the_tiles_are_one_tab_stop_and_arrows_pick_the_next(page: Page, night: Night) -> None:
    open_board(page, night, "?d=1033")
    assert [tile.get_attribute("data-code") for tile in page.locator('.tile[tabindex="0"]').all()] == ["1033"]
    page.locator('.tile[data-code="1033"]').focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".tile[aria-current]")).to_have_count(1)
    picked = page.locator(".tile:focus")
    assert picked.get_attribute("data-code") not in (None, "1033")
    assert f"d={picked.get_attribute('data-code')}" in page.url
    district = (picked.get_attribute("aria-label") or "").split(":")[0]
    expect(page.locator(".pick h3")).to_contain_text(district)


def test_english_is_one_touch_away_and_stays_in_the_address(page: Page, night: Night) -> None:
    open_board(page, night)
    expect(page.locator("html")).to_have_attribute("lang", "th")
    page.get_by_role("button", name="English").click()
    _, name, _ = leader(night)
    expect(page.locator("h1")).to_contain_text(re.compile(rf"{name} (leads by|wins with)"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert "lang=en" in page.url


def test_the_theme_is_one_touch_away_and_stays_in_the_address(page: Page, night: Night) -> None:
    open_board(page, night)
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="สว่างหรือมืด").click()
    assert page.evaluate(ground) != light
    assert "theme=dark" in page.url


def test_what_kind_of_data_it_is_stands_on_the_page(page: Page, night: Night) -> None:
    open_board(page, night)
    notice = ask(night, "query Notice($id: ID!) { election(id: $id) { notice(lang: TH) } }", id=ELECTION)["election"][
        "notice"
    ]
    expect(page.locator(".notice")).to_contain_text(notice)


@pytest.mark.parametrize("query", ["?lang=th", "?lang=en"])
def test_a_narrow_phone_scrolls_only_downwards(page: Page, night: Night, query: str) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    open_board(page, night, query)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_lost_connection_is_said_at_once_and_comes_back_by_itself(
    context: BrowserContext, page: Page, night: Night
) -> None:
    open_board(page, night)
    context.set_offline(True)
    expect(page.locator(".conn")).to_have_attribute("data-state", "lost")
    expect(page.get_by_role("alert")).to_have_text("การเชื่อมต่อหลุด")
    expect(page.get_by_role("button", name="ลองเดี๋ยวนี้")).to_be_visible()
    context.set_offline(False)
    expect(page.locator(".conn")).to_have_attribute("data-state", re.compile("live|still"))
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_page_that_cannot_be_loaded_says_so_and_offers_another_try(page: Page, night: Night) -> None:
    def refuse(route: Route) -> None:
        route.abort()

    page.route("**/graphql", refuse)
    page.goto(night.url)
    expect(page.get_by_role("heading", name="เปิดหน้านี้ไม่ได้")).to_be_visible()
    page.unroute("**/graphql", refuse)
    page.get_by_role("button", name="ลองใหม่").click()
    expect(page.locator(".cand").first).to_be_visible()


def test_a_script_that_does_not_come_is_said_in_words(page: Page, night: Night) -> None:
    page.route("**/assets/board-*.js", lambda route: route.abort())
    page.goto(night.url)
    expect(page.get_by_text("เปิดหน้านี้ไม่ได้")).to_be_visible()
    expect(page.get_by_role("link", name="ลองใหม่")).to_be_visible()


def test_without_script_the_page_says_where_the_results_are(browser: Any, night: Night) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(night.url)
        expect(page.get_by_text("This page needs JavaScript")).to_be_visible()
        expect(page.locator('.without-script a[href="/graphql"]').first).to_be_visible()


@pytest.mark.parametrize("path", ["", "graphql"])
def test_pages_ask_no_other_host_and_break_no_policy(page: Page, night: Night, path: str) -> None:
    asked: list[str] = []
    faults: list[str] = []

    def note_host(request: Request) -> None:
        asked.append(urlsplit(request.url).netloc or "data")

    def note_fault(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(message.text)

    page.on("request", note_host)
    page.on("console", note_fault)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{night.url.rstrip('/')}/{path}")
    page.wait_for_load_state("networkidle") if path else expect(page.locator(".tile").first).to_be_visible()
    assert set(asked) <= {urlsplit(night.url).netloc, "data"}
    assert faults == []


def test_graphiql_opens_on_examples_that_answer(page: Page, night: Night) -> None:
    page.goto(f"{night.url.rstrip('/')}/graphql")
    expect(page.locator(".graphiql-tab")).to_have_count(5)
    expect(page.locator(".graphiql-editor-tool").first).to_contain_text(ELECTION)
    page.locator(".graphiql-execute-button").click()
    expect(page.locator(".result-window")).to_contain_text(ELECTION)
    expect(page.locator(".result-window")).not_to_contain_text('"errors"')


def test_graphiql_follows_a_subscription(page: Page, night: Night) -> None:
    page.goto(f"{night.url.rstrip('/')}/graphql")
    expect(page.locator(".graphiql-editor-tool").first).to_contain_text(ELECTION)
    page.locator(".graphiql-tab-button", has_text="LiveResults").click()
    expect(page.locator(".graphiql-query-editor")).to_contain_text("subscription")
    page.locator(".graphiql-execute-button").click()
    expect(page.locator(".result-window")).to_contain_text("resultUpdates")
    expect(page.locator(".result-window")).not_to_contain_text('"errors"')
