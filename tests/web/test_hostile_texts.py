"""Whatever a package writes is shown as it was written, on every public page, and nothing of it runs."""

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from counting.vocabulary import Role
from tests.conftest import Databases, Night
from tests.own_thread import complete
from tests.served import Api
from tests.web.hostile_texts import WATCH, attack, fill_hostile, somebody, sprung
from tests.web.test_embed import Outlet

pytestmark = pytest.mark.browser

SUBMIT = """mutation S($input: SubmitTallyInput!) { submitTally(input: $input) { __typename
    ... on TallyAccepted { tally { id } } ... on TallyHeld { tally { id } } } }"""
REVIEW = """mutation R($input: ReviewTallyInput!) { reviewTally(input: $input) { __typename } }"""


@pytest.fixture(scope="module")
def night(databases: Databases) -> Iterator[Night]:
    found = Night(databases.fresh("template_hostile", fill_hostile), "hostile")
    found.serve()
    yield found
    found.close()


@pytest.fixture(scope="module")
def tokens(night: Night) -> dict[str, str]:
    people = {
        "one": (Role.VOLUNTEER, "a-1", "a-2"),
        "two": (Role.VOLUNTEER, "a-1", "b-1"),
        "editor": (Role.EDITOR,),
        "operator": (Role.OPERATOR,),
    }
    return {name: complete(somebody(night.database_url, *given)) for name, given in people.items()}  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def reporter(night: Night, tokens: dict[str, str]) -> None:
    """Reports, a dispute with a note, a decision with a reason."""
    one, two, editor = (night.api.as_(tokens[name]) for name in ("one", "two", "editor"))
    _send(one, "a-1", (30, 20, 5))
    _send(one, "a-2", (40, 20, 5))
    _send(two, "b-1", (31, 20, 5))
    held = _send(two, "a-1", (29, 21, 5))
    assert held["__typename"] == "TallyHeld"
    again = _send(one, "b-2", (3, 2, 1))
    decided = {"tallyId": again["tally"]["id"], "decision": "REJECT", "reason": attack("reason")}
    assert editor(REVIEW, input=decided)["reviewTally"]["__typename"] == "TallyRejected"


@pytest.fixture(scope="module")
def operator() -> None:
    """Nobody operates it."""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 900})
    opened.add_init_script(WATCH)
    yield opened
    opened.close()


def _send(api: Api, station: str, votes: tuple[int, ...], **more: Any) -> dict[str, Any]:
    tally = {
        "clientTallyId": str(uuid.uuid4()),
        "stationId": f"hostile/{station}",
        "contestId": "hostile/mayor",
        "coverage": "FINAL",
        "votes": [{"candidateId": f"hostile/mayor/{n}", "votes": count} for n, count in enumerate(votes, start=1)],
        "invalidBallots": 0,
        "noVoteBallots": 0,
        "ballotsCast": sum(votes),
        "note": attack("note"),
        **more,
    }
    answer: dict[str, Any] = api(SUBMIT, input=tally)["submitTally"]
    return answer


def _shows(page: Page, *places: str) -> None:
    """As text, to the letter; and nothing else came of it."""
    for place in places:
        expect(page.locator("body")).to_contain_text(f"told('{place}')")
    assert sprung(page) == []


def test_what_is_read_as_html_is_noticed(context: BrowserContext, night: Night) -> None:
    """Else the rest of these tests would say nothing."""
    page = context.new_page()
    page.goto(f"{night.url}/?election=hostile")
    page.evaluate("(text) => document.body.insertAdjacentHTML('beforeend', text)", attack("here"))
    page.wait_for_function("window.broken.length > 0")
    assert {"<img onerror>", "<svg onload>", "<a href>"} <= set(sprung(page))
    bare = context.new_page()
    bare.evaluate("(text) => document.body.insertAdjacentHTML('beforeend', text)", attack("here"))
    bare.wait_for_function("window.wasTold.length > 0")


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("", ("election", "notice", "contest-mayor", "candidate-1", "short-1", "party", "area-a")),
        ("&area=a", ("area-a", "candidate-1", "station-a-1")),
        ("&station=a-1", ("station-a-1", "candidate-1")),
        ("&office=council", ("contest-council", "candidate-4")),
        ("&check=differences", ("area-city", "short-1")),
        ("&check=statistics", ("area-city", "short-1")),
        ("&kiosk", ("candidate-1", "contest-mayor")),
    ],
)
def test_the_board(page: Page, night: Night, place: str, shown: tuple[str, ...], language: str) -> None:
    page.goto(f"{night.url}/?election=hostile&lang={language}{place}")
    _shows(page, *(f"{one}-{language}" for one in shown))


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_page_that_needs_no_script_and_the_picture_for_links(browser: Browser, night: Night, language: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{night.url}/?election=hostile&lang={language}")
    expect(page.locator("body")).to_contain_text(f"told('candidate-1-{language}')")
    assert page.locator("[onerror], [onload], a[href^='javascript:']").count() == 0
    context.close()
    picture = httpx.get(f"{night.url}/card.png?election=hostile&lang={language}", timeout=30)
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")


@pytest.mark.parametrize("language", ["th", "en"])
def test_a_newspapers_page_without_any_policy(page: Page, night: Night, language: str) -> None:
    outlet = Outlet()
    try:
        tag = '<tallywire-results election="hostile" contest="mayor">ผล</tallywire-results>'
        outlet.shows(night, tag, lang=language)
        page.goto(outlet.url)
        expect(page.locator("tallywire-results")).to_contain_text(f"told('short-1-{language}')")
        assert sprung(page) == []
    finally:
        outlet.close()
