"""Board, studio screens and pages of checks for elections that are not Bangkok's: other contests, areas and phases."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from counting.vocabulary import ElectionPhase
from db.phases import set_phase
from tests.conftest import Databases, Night
from tests.own_thread import complete
from tests.served import Api
from tests.tallywire.evidence.pictures import encoded, picture, put, sha256
from tests.web.axe import violations
from tests.web.other_elections import LONG, SEATS, VILLAGERS, fill, send, volunteer

pytestmark = pytest.mark.browser

PAPER = encoded(picture())
PLACES = tuple(f"c{area}-{number}" for area in (1, 2, 3) for number in (1, 2))
SCENES = ("race", "seats", "closest")
SMALLEST = """() => {
    const told = (e) => [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const shown = [...document.querySelectorAll(".stage *")].filter((e) => told(e) && !e.closest(".sr"));
    return Math.min(...shown.map((e) => parseFloat(getComputedStyle(e).fontSize)));
}"""


@pytest.fixture(scope="module")
def elections(databases: Databases) -> Iterator[Night]:
    """Four elections on one server; see `fill`."""
    night = Night(databases.fresh("template_others", fill), "over")
    night.serve()
    yield night
    night.close()


@pytest.fixture(scope="module")
def reporter(elections: Night) -> dict[str, Api]:
    """First reports of three elections, and a volunteer for each."""
    url = elections.database_url
    api = {
        "village": elections.api.as_(volunteer(url, "village", "v-1", "v-2", "v-3")),
        "province": elections.api.as_(volunteer(url, "province", *PLACES)),
        "over": elections.api.as_(volunteer(url, "over", "a-1", "a-2")),
    }
    falling = {number: max(0, 60 - number) for number in range(1, VILLAGERS + 1)}
    send(api["village"], "village/council", "village/v-1", falling, validBallots=299)
    send(api["province"], "province/list", "province/c1-1", {1: 120, 2: 90, 3: 40})
    for area, votes in (("c1", {1: 120, 2: 90, 3: 40}), ("c2", {1: 70, 2: 95, 3: 31}), ("c3", {1: 170})):
        send(api["province"], f"province/seat-{area}", f"province/{area}-1", votes)
    assert put(api["over"], PAPER).status_code == 201
    send(api["over"], "over/mayor", "over/a-1", {1: 30, 2: 20, 3: 5}, evidence=[sha256(PAPER)])
    return api


@pytest.fixture(scope="module")
def operator(elections: Night) -> dict[str, ElectionPhase]:
    """One election's count is closed before every station is in."""
    complete(phase(elections.database_url, "over", ElectionPhase.CLOSED))
    return {"over": ElectionPhase.CLOSED}


async def phase(database_url: str, election: str, to: ElectionPhase) -> None:
    connection = await asyncpg.connect(database_url)
    await set_phase(connection, election, to)
    await connection.close()


def test_several_seats_are_headed_by_who_has_one_and_the_gap_stands_below_the_last(
    page: Page, elections: Night
) -> None:
    page.goto(f"{elections.url}/?election=village&lang=en")
    told = "Person 1 has the most votes for 12 seats (1 vote between the last seat and the next)"
    expect(page.locator("h1")).to_have_text(told)
    rows = page.locator(".cand")
    expect(rows.locator(".seatin")).to_have_count(SEATS)
    expect(rows.nth(SEATS - 1).locator(".gap")).to_contain_text("To the next 1 vote")
    expect(page.locator("details.more summary").first).to_have_text(re.compile(r"^\d+ more$"))
    expect(page.get_by_text("a ballot may carry 12")).to_be_visible()
    # Nobody stands for a party there, so nobody is called independent.
    expect(page.locator("#race")).not_to_contain_text("Independent")
    expect(page.locator(".notice")).to_have_text("Rehearsal, not a real result")


def test_where_there_is_no_area_below_the_stations_are_one_step_away(page: Page, elections: Night) -> None:
    page.goto(f"{elections.url}/?election=village")
    expect(page.locator(".tile")).to_have_count(0)
    page.get_by_role("link", name="ดูรายหน่วย").click()
    expect(page.locator(".st")).to_have_count(3)


def test_lists_have_the_most_votes_and_win_nothing(page: Page, elections: Night) -> None:
    page.goto(f"{elections.url}/?election=province&lang=en")
    expect(page.locator("h1")).to_have_text(
        re.compile("First Party has the most votes so far, 48.0% and 12.0 points more than Second Party")
    )
    expect(page.locator(".verdict")).to_contain_text("Seats are shared by votes")
    expect(page.locator(".verdict .vs")).to_have_count(0)
    # A list is called as its party is, once.
    expect(page.locator(".cand .pt")).to_have_count(0)


def test_the_many_races_of_an_office_have_a_page_with_seats_and_each_race(page: Page, elections: Night) -> None:
    page.goto(f"{elections.url}/?election=province&lang=en")
    page.get_by_role("navigation", name="Pages of this election").get_by_role("link", name="Assembly member").click()
    expect(page).to_have_url(re.compile("office=constituency-seat"))
    expect(page.locator("h1")).to_have_text("First Party leads in 2, Second Party in 1 of 3 seats")
    expect(page.locator(".rc")).to_have_count(3)
    expect(page.locator(".parties li").first).to_contain_text("58.4% 360 votes")
    expect(page.get_by_text("Leading nowhere: Third Party 11.5%")).to_be_visible()
    expect(page.locator(".tile")).to_have_count(3)
    page.get_by_role("button", name=re.compile("Second Party 1")).click()
    expect(page.locator(".rc")).to_have_count(1)
    page.get_by_role("link", name="Constituency 2", exact=True).click()
    expect(page.locator("h1")).to_contain_text("in Constituency 2")
    page.go_back()
    expect(page.locator(".rc")).to_have_count(3)
    page.reload()
    expect(page.locator(".rc")).to_have_count(3)


def test_without_script_and_in_shared_links_the_seats_of_an_office_are_told(
    elections: Night, reporter: dict[str, Api]
) -> None:
    told = "Assembly member, constituency: First Party 2 · Second Party 1 · of 3 seats"
    page = httpx.get(f"{elections.url}/?election=province&lang=en").text
    assert re.search(rf'property="og:description" content="[^"]*{re.escape(told)}', page)
    assert f"<h2>{told}</h2>" in page
    assert "<tr><td>Constituency 2</td><td>2 Person 2 <small>Second Party</small></td>" in page
    assert "ผู้ว่า" not in page and f"<h2>{told}</h2>" not in httpx.get(f"{elections.url}/?election=village&lang=en").text
    assert httpx.get(f"{elections.url}/card.png?election=province&lang=en").headers["content-type"] == "image/png"


def test_the_page_of_many_races_lives(page: Page, elections: Night, reporter: dict[str, Api]) -> None:
    page.goto(f"{elections.url}/?election=province&office=constituency-seat&lang=en")
    race = page.locator(".rc", has=page.get_by_role("link", name="Constituency 2", exact=True))
    expect(race.locator(".ahead")).to_contain_text("Second Party")
    send(reporter["province"], "province/seat-c2", "province/c2-2", {1: 200, 2: 10, 3: 9})
    expect(race.locator(".ahead")).to_contain_text("First Party")
    expect(page.locator("h1")).to_contain_text("First Party leads in 3")


def test_a_closed_count_is_said_to_be_closed(page: Page, elections: Night) -> None:
    page.goto(f"{elections.url}/?election=over&lang=en")
    expect(page.locator(".conn")).to_have_text("Count closed")
    expect(page.locator("h1")).to_contain_text("leads by 10 votes")


def test_the_page_turns_from_before_to_counting_by_itself(page: Page, elections: Night) -> None:
    page.goto(f"{elections.url}/?election=soon&lang=en")
    expect(page.locator("h1")).to_contain_text("Polls close at 17:00")
    expect(page.locator(".cand .vt")).to_have_count(0)
    complete(phase(elections.database_url, "soon", ElectionPhase.COUNTING))
    expect(page.locator("h1")).to_contain_text("Counting has opened")
    expect(page.locator(".conn")).to_have_attribute("data-state", "live")


@pytest.mark.parametrize(
    "view",
    [
        "election=village",
        "election=province",
        "election=province&office=constituency-seat",
        "election=over&check=differences",
        "election=over&check=statistics",
    ],
)
def test_axe_finds_nothing_and_a_narrow_phone_scrolls_only_downwards(
    page: Page, elections: Night, view: str
) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{elections.url}/?{view}")
    expect(page.locator(".race, .rc, .diffs li, .stat").first).to_be_visible()
    expect(page.locator(".feed li, .diffs li, .stat .cell").first).to_be_visible()
    for lang in ("th", "en"):
        expect(page.locator("html")).to_have_attribute("lang", lang)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        page.locator(".top .btn[lang]").click()
    assert violations(page, view) == []


def test_differences_stand_with_what_matters_first_and_the_photograph_beside(page: Page, elections: Night) -> None:
    page.goto(f"{elections.url}/?election=over&lang=en")
    page.get_by_role("link", name="Check the count").click()
    expect(page).to_have_url(re.compile("check=differences"))
    expect(page.locator("h1")).to_have_text("2 figures differ from the official ones")
    titles = page.locator(".diffs h2")
    expect(titles).to_have_text(["Complete, and still different", "Not complete there yet"])
    station = page.locator(".diffs li", has=page.get_by_role("link", name=re.compile("station 1")))
    expect(station.locator("dd")).to_have_text(["30", "15", "+15"])
    shown = station.locator("img")
    expect(shown).to_have_js_property("complete", True)
    assert shown.evaluate("(e) => e.naturalWidth") > 0
    city = page.locator(".diffs li").last
    expect(city.locator("dd")).to_have_text(["5", "900", "−895"])
    station.get_by_role("link", name="District A, station 1", exact=True).click()
    expect(page.locator("h1")).to_contain_text("Station 1")


def test_without_official_figures_the_page_says_so_and_compares_nothing(page: Page, elections: Night) -> None:
    page.goto(f"{elections.url}/?election=village&check=differences")
    expect(page.locator("h1")).to_have_text("ยังไม่มีผลทางการให้เทียบ")
    expect(page.locator(".diffs")).to_have_count(0)


def test_statistics_are_drawn_told_in_words_and_walked_by_keyboard(page: Page, elections: Night) -> None:
    page.goto(f"{elections.url}/?election=province&check=statistics&contest=seat-c2&lang=en")
    expect(page.locator("h1")).to_have_text("Statistics over stations, Constituency 2")
    cells = page.locator(".stat .cell")
    expect(cells).to_have_count(2)
    expect(page.locator('.stat .cell[tabindex="0"]')).to_have_count(1)
    page.locator('.stat .cell[tabindex="0"]').focus()
    told = page.locator(".plot .readout")
    first = told.inner_text()
    page.keyboard.press("ArrowRight" if first.startswith("Turnout 40") else "ArrowLeft")
    expect(told).not_to_have_text(first)
    expect(page.locator(".stat .cell:focus")).to_have_attribute("aria-label", told.inner_text())
    expect(page.locator(".stat", has_text="Last digits")).to_contain_text("Too few numbers to test")
    expect(page.get_by_text("What it cannot:")).to_have_count(3)
    page.get_by_label("Race").select_option("list")
    expect(page).to_have_url(re.compile("contest=list"))
    expect(page.locator("h1")).to_have_text("Statistics over stations, Sommut")


def test_a_studio_screen_has_no_controls_and_fills_what_it_stands_on(page: Page, elections: Night) -> None:
    for width, height in ((1920, 1080), (1280, 720), (1080, 1920)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{elections.url}/?election=province&kiosk&lang=en&scene=race")
        expect(page.locator(".kr").first).to_contain_text("First Party")
        assert page.locator("button, a, input").count() == 0
        drawn = page.evaluate("(e => [e.scrollWidth, e.scrollHeight])(document.documentElement)")
        assert drawn == [width, height]
        smallest = page.evaluate(SMALLEST)
        # 22 px on a screen of 1,080 lines, and as much of any other.
        assert smallest >= 22 * min(width, height) / 1080 - 0.1


@pytest.mark.parametrize("lang", ["th", "en"])
def test_axe_finds_nothing_on_any_scene_of_a_studio_screen(page: Page, elections: Night, lang: str) -> None:
    found = []
    for scene in SCENES:
        page.goto(f"{elections.url}/?election=province&kiosk&lang={lang}&scene={scene}", wait_until="domcontentloaded")
        expect(page.locator(f".stage[data-scene={scene}] .kf .tick")).to_be_visible()
        found += violations(page, scene, (lang,))
    assert found == []


def test_scenes_take_turns_and_one_can_be_held(page: Page, elections: Night) -> None:
    page.clock.install()
    page.goto(f"{elections.url}/?election=province&kiosk&lang=en")
    stage = page.locator(".stage")
    expect(page.locator(".kr").first).to_be_visible()
    expect(page.locator(".kf .tick")).to_be_visible()
    seen = []
    for _ in range(3):
        seen.append(stage.get_attribute("data-scene"))
        page.clock.run_for(20_500)
        expect(stage).not_to_have_attribute("data-scene", str(seen[-1]))
    assert tuple(seen) == SCENES
    page.goto(f"{elections.url}/?election=province&kiosk&scene=seats")
    expect(stage).to_have_attribute("data-scene", "seats")


def test_a_screen_says_when_its_line_is_lost_and_when_it_is_only_quiet(
    context: BrowserContext, page: Page, elections: Night
) -> None:
    page.goto(f"{elections.url}/?election=village&kiosk&lang=en")
    expect(page.locator(".conn")).to_have_text("Live")
    context.set_offline(True)
    expect(page.get_by_role("alert")).to_have_text("Connection lost")
    expect(page.locator(".klost")).to_contain_text("The numbers stopped at")
    expect(page.locator(".kf")).to_have_count(0)
    context.set_offline(False)
    expect(page.locator(".kf")).to_be_visible()
    expect(page.locator(".conn")).to_have_text("Live")


def test_the_board_asks_for_nothing_of_bangkok_where_it_is_not_bangkok(page: Page, elections: Night) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(f"{elections.url}/?election=province")
    expect(page.locator(".tile")).to_have_count(3)
    expect(page.locator("body")).not_to_contain_text(re.compile("กรุงเทพ|แขวง|ส\\.ก\\."))
    assert not [path for path in asked if "bangkok" in path]


def test_long_names_break_and_push_nothing_off_a_phone(page: Page, elections: Night) -> None:
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(f"{elections.url}/?election=village")
    expect(page.get_by_text(LONG)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
