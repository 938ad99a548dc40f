"""The live board and GraphiQL as a reader sees them, against a running server (the fixture `night`, with its `url`)."""

import json
import re
import time
import urllib.request
from itertools import pairwise
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Route, expect

from tests.served import wait_until

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
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)["data"]


def leader(night: Night) -> tuple[str, str, int]:
    """Short names of who leads the governor's race, in Thai and English, and the votes."""
    query = """query Leader($contest: ID!) { result(contestId: $contest) { rows { votes candidate {
        th: shortName(lang: TH) en: shortName(lang: EN) } } } }"""
    row = ask(night, query, contest=CONTEST)["result"]["rows"][0]
    return row["candidate"]["th"], row["candidate"]["en"], row["votes"]


def send(night: Night, reporter: Reporter, votes: dict[int, int]) -> int:
    """Reports from the second station; the leader's votes once the result has taken the report in."""
    before = leader(night)[2]
    reporter.report(1, votes)
    deadline = time.monotonic() + 60
    while (after := leader(night)[2]) == before:
        assert time.monotonic() < deadline, "the result never took the report in"
        time.sleep(0.02)
    return after


def open_board(page: Page, night: Night, query: str = "") -> None:
    # Not until "load": a font that comes late is part of that, and the page must not wait for it.
    page.goto(f"{night.url.rstrip('/')}/{query}", wait_until="domcontentloaded")
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
    votes = before + 60
    expect(page.locator(".cand").first.locator(".vt b")).to_have_text(f"{votes:,}")
    expect(page.locator(".pick li").first).to_contain_text(f"{votes:,}")


FIGURES = """() => {
    const number = (selector) => document.querySelector(selector).textContent.replaceAll(",", "").match(/[0-9]+/)[0];
    const look = () => {
        const bars = [...document.querySelectorAll(".verdict .l b")];
        window.seen.push({
            at: performance.now(),
            votes: number(".cand.first .vt b"),
            leads: [number("h1"), number(".gap b"), bars[0].textContent.replaceAll(",", "")],
            stations: [number(".hero .lead"), number(".side .big")],
        });
        requestAnimationFrame(look);
    };
    window.seen = [];
    requestAnimationFrame(look);
}"""


def test_one_figure_has_one_value_in_every_frame_of_a_busy_minute(page: Page, night: Night, reporter: Reporter) -> None:
    before = send(night, reporter, {8: 200, 4: 50, 1: 10})
    open_board(page, night)
    expect(page.locator(".cand").first.locator(".vt b")).to_have_text(f"{before:,}")
    page.evaluate(FIGURES)
    for more in range(1, 21):
        reporter.report(1, {8: 200 + more, 4: 50, 1: 10})
    votes = before + 20
    expect(page.locator(".cand").first.locator(".vt b")).to_have_text(f"{votes:,}")
    seen = page.evaluate("window.seen")
    assert all(len(set(frame["leads"])) == 1 and len(set(frame["stations"])) == 1 for frame in seen)
    # Twenty reports came in a moment; the page shows them in steps of a second, however late a busy machine paints.
    changes = [after["at"] for before, after in pairwise(seen) if before["leads"] != after["leads"]]
    assert 1 <= len(changes) <= 2 + (seen[-1]["at"] - seen[0]["at"]) / 1_000


# What was shown, frame by frame: a busy machine looks when it has faded again.
GAINS = """() => {
    window.gains = [];
    const look = () => {
        const shown = document.querySelector(".cand .plus:not(.faded)")?.textContent;
        if (shown && window.gains.at(-1) !== shown) window.gains.push(shown);
        requestAnimationFrame(look);
    };
    look();
}"""


def test_a_gain_is_what_came_with_the_step_that_is_shown_and_then_fades(
    page: Page, night: Night, reporter: Reporter
) -> None:
    before = send(night, reporter, {8: 300, 4: 50, 1: 10})
    open_board(page, night)
    votes = page.locator(".cand").first.locator(".vt b")
    gain = page.locator(".cand").first.locator(".plus")
    expect(votes).to_have_text(f"{before:,}")
    expect(gain).to_have_count(0)
    page.evaluate(GAINS)
    for sent, more in ((307, 7), (318, 11)):
        before = send(night, reporter, {8: sent, 4: 50, 1: 10})
        page.wait_for_function("more => window.gains.at(-1) === more", arg=f"+{more}")
        expect(votes).to_have_text(f"{before:,}")
    expect(gain).to_be_hidden()
    assert page.evaluate("window.gains") == ["+7", "+11"]


def test_reports_from_before_the_page_was_opened_are_listed(page: Page, night: Night, reporter: Reporter) -> None:
    reporter.report(0, {8: 130, 4: 30, 1: 20})
    open_board(page, night)
    newest = page.locator(".feed li")
    expect(newest.first).to_contain_text("บัตรดี 180 ใบ")
    listed = newest.count()
    assert listed > 1
    reporter.report(0, {8: 131, 4: 30, 1: 20})
    expect(newest.first).to_contain_text("บัตรดี 181 ใบ")
    expect(newest.nth(1)).to_contain_text("บัตรดี 180 ใบ")
    expect(page.locator(".feed")).to_contain_text("#")


def test_each_map_has_its_own_caption_and_the_maps_their_credit(page: Page, night: Night) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_board(page, night)
    tiles, shapes = page.get_by_text("ช่องละหนึ่งเขต"), page.get_by_text("สีคือผู้นำของแต่ละเขต")
    expect(tiles).to_be_visible()
    expect(shapes).to_have_count(0)
    page.get_by_role("button", name="แผนที่จริง").click()
    expect(shapes).to_be_visible()
    expect(tiles).to_be_hidden()
    expect(page.locator(".maps .credit")).to_contain_text("GeoThai")
    expect(page.locator("footer")).not_to_contain_text("GeoThai")


def test_the_first_view_waits_for_no_font_that_it_does_without(page: Page, night: Night) -> None:
    held: list[Route] = []
    page.route("**/*latin-400*.woff2", lambda route: held.append(route))
    open_board(page, night)
    expect(page.locator("h1")).to_contain_text("คะแนน")
    deadline = time.monotonic() + 60
    while not held:
        assert time.monotonic() < deadline, "the font that was to come late was never asked for"
        page.wait_for_timeout(20)
    for route in held:
        route.continue_()


def test_every_district_is_a_tile_whose_name_is_a_sentence(page: Page, night: Night) -> None:
    open_board(page, night)
    areas = ask(
        night, "query Areas($id: ID!) { election(id: $id) { areas(level: DISTRICT) { name(lang: TH) } } }", id=ELECTION
    )
    names = {area["name"] for area in areas["election"]["areas"]}
    spoken = [tile.get_attribute("aria-label") or "" for tile in page.locator(".tile").all()]
    assert len(names) == 50
    # What is seen on the tile stands before the sentence, so that it can be asked for by voice.
    assert {name.partition(" · ")[2].split(":")[0] for name in spoken} == names
    assert all("รายงาน" in sentence for sentence in spoken)


def test_the_tiles_are_one_tab_stop_and_arrows_pick_the_next(page: Page, night: Night) -> None:
    open_board(page, night, "?d=1033")
    assert [tile.get_attribute("data-code") for tile in page.locator('.tile[tabindex="0"]').all()] == ["1033"]
    page.locator('.tile[data-code="1033"]').focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".tile[aria-current]")).to_have_count(1)
    picked = page.locator(".tile:focus")
    assert picked.get_attribute("data-code") not in (None, "1033")
    expect(page).to_have_url(re.compile(rf"[?&]d={picked.get_attribute('data-code')}$"))
    district = (picked.get_attribute("aria-label") or "").partition(" · ")[2].split(":")[0]
    expect(page.locator(".pick h3")).to_contain_text(district)


def test_english_is_one_touch_away_and_stays_in_the_address(page: Page, night: Night) -> None:
    open_board(page, night)
    expect(page.locator("html")).to_have_attribute("lang", "th")
    page.get_by_role("button", name="English").click()
    _, name, _ = leader(night)
    expect(page.locator("h1")).to_contain_text(re.compile(rf"{name} (leads by|wins with)"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url(re.compile("lang=en"))


def test_the_theme_is_one_touch_away_and_stays_in_the_address(page: Page, night: Night) -> None:
    open_board(page, night)
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="สว่างหรือมืด").click()
    expect(page).to_have_url(re.compile("theme=dark"))
    assert page.evaluate(ground) != light


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


def test_a_line_that_comes_back_goes_on_from_what_is_shown_without_a_jump(
    context: BrowserContext, page: Page, night: Night, reporter: Reporter
) -> None:
    """No frame shows less than before, more than was counted, or nothing at all, whatever came while the line was away."""
    before = send(night, reporter, {8: 400, 4: 50, 1: 10})
    open_board(page, night)
    expect(page.locator(".cand").first.locator(".vt b")).to_have_text(f"{before:,}")
    page.evaluate(FIGURES)
    context.set_offline(True)
    expect(page.locator(".conn")).to_have_attribute("data-state", "lost")
    reporter.report(1, {8: 450, 4: 50, 1: 10})
    context.set_offline(False)
    page.wait_for_function("votes => Number(window.seen.at(-1).votes) === votes", arg=before + 50)
    seen = [int(frame["votes"]) for frame in page.evaluate("window.seen")]
    assert seen[0] == before and seen == sorted(seen), sorted(set(seen))


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
    # GraphiQL reads the operation's name from the text a moment after it shows the text, and keeps it then.
    kept = "localStorage.getItem('graphiql:operationName')"
    wait_until(lambda: page.evaluate(kept) == "LiveResults", what="the operation's name")
    page.locator(".graphiql-execute-button").click()
    expect(page.locator(".result-window")).to_contain_text("resultUpdates")
    expect(page.locator(".result-window")).not_to_contain_text('"errors"')
