"""Whatever a package or a stranger writes is shown as it was written, on every page, and nothing of it runs."""

import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from typer.testing import CliRunner

from counting.vocabulary import Role
from tallywire.cli import build_cli
from tests.conftest import Databases, Night
from tests.own_thread import apart, complete
from tests.served import Api
from tests.web.hostile_texts import WATCH, attack, fill_hostile, somebody, sprung
from tests.web.test_embed import Outlet

pytestmark = pytest.mark.browser

SUBMIT = """mutation S($input: SubmitTallyInput!) { submitTally(input: $input) { __typename
    ... on TallyAccepted { tally { id } } ... on TallyHeld { tally { id } } } }"""
PEOPLE = "query P($e: ID!) { reporters(electionId: $e) { edges { node { id role stations { id } } } } }"
CODES = "mutation C($input: CreateEnrolmentCodesInput!) { createEnrolmentCodes(input: $input) { code } }"
REVIEW = """mutation R($input: ReviewTallyInput!) { reviewTally(input: $input) { __typename } }"""


Open = Callable[[str, str, str], Page]


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


@pytest.fixture
def desk(context: BrowserContext, night: Night, tokens: dict[str, str]) -> Open:
    def opened(who: str, language: str, page: str) -> Page:
        context.add_init_script(
            f"localStorage.setItem('tallywire.desk.token', '{tokens[who]}');"
            f"localStorage.setItem('tallywire.lang', '{language}')"
        )
        found = context.new_page()
        found.goto(f"{night.url}/desk#{page}")
        return found

    return opened


def test_the_editors_desk(desk: Open) -> None:
    """The queue, the case with its numbers, note and history, and the dialog that decides."""
    page = desk("editor", "en", "review")
    page.locator(".qi").filter(has_text="told('area-a-en')").first.click()
    expect(page.locator(".nums tr.pin").first).to_be_visible()
    _shows(page, "election-en", "station-a-1-en", "note", "short-1-th")


def test_operations_their_dialogs_and_what_is_printed(desk: Open, night: Night, tokens: dict[str, str]) -> None:
    page = desk("operator", "th", "operations")
    # What is chosen from has to be there first.
    expect(page.locator("main")).to_contain_text("told('area-a-th')")
    page.get_by_role("button", name=re.compile("^(พิมพ์รหัส|Print enrolment)")).click()
    page.get_by_role("button", name=re.compile("^(สร้างและพิมพ์|Make and print)")).click()
    expect(page.locator("dialog.sheets .slip").first).to_be_visible()
    _shows(page, "election-th", "area-a-th", "area-b-th")
    page.get_by_role("button", name=re.compile("^(ปิด|Close)$")).last.click()
    people = night.api.as_(tokens["operator"])(PEOPLE, e="hostile")["reporters"]["edges"]
    page.get_by_role("button", name=re.compile("^(ยกเลิกสิทธิ…|Revoke…)$")).last.click()
    page.locator("#who").fill(next(one["node"]["id"] for one in people if one["node"]["role"] == "VOLUNTEER"))
    page.get_by_role("button", name=re.compile("^(ค้นหา|Find)$")).click()
    expect(page.locator("dialog[open]")).to_contain_text("told('reporter')")
    _shows(page)
    page.goto(f"{night.url}/desk#audit")
    expect(page.locator(".audit tbody tr").first).to_be_visible()
    _shows(page, "reason")


def test_the_volunteers_phone(context: BrowserContext, night: Night, tokens: dict[str, str]) -> None:
    """One's stations, a sheet's candidates, and whom to ask where one's right is taken back."""
    operator = night.api.as_(tokens["operator"])
    asked = {"electionId": "hostile", "role": "VOLUNTEER", "count": 1, "stationIds": ["hostile/b-3"]}
    code = operator(CODES, input=asked)["createEnrolmentCodes"][0]["code"]
    context.add_init_script("localStorage.setItem('tallywire.lang', 'en')")
    page = context.new_page()
    page.goto(f"{night.url}/volunteer#{code}")
    page.get_by_role("textbox").fill(attack("me")[:60])
    page.get_by_role("button", name=re.compile("^(ยินยอมและเริ่ม|I agree)")).click()
    expect(page.locator(".st")).to_have_count(1)
    _shows(page, "me", "station-b-3-en", "area-b-en", "contest-mayor-en")
    page.locator(".ct").first.click()
    page.locator(".seg label").nth(1).click()
    page.get_by_role("button", name=re.compile("^(พิมพ์ตัวเลข|Type the numbers)$")).click()
    expect(page.locator(".pad")).to_be_visible()
    _shows(page, "short-1-th", "party-en")
    people = operator(PEOPLE, e="hostile")["reporters"]["edges"]
    (me,) = (one["node"]["id"] for one in people if [at["id"] for at in one["node"]["stations"]] == ["hostile/b-3"])
    operator("mutation R($who: String!) { revokeReporter(reporter: $who) }", who=me)
    page.goto(f"{night.url}/volunteer")
    _shows(page, "help-en")


def test_graphiql(page: Page, night: Night) -> None:
    page.goto(f"{night.url}/graphql")
    expect(page.locator(".graphiql-editor-tool").first).to_contain_text("{")
    page.locator(".graphiql-query-editor .graphiql-editor, .graphiql-query-editor").first.click(
        position={"x": 200, "y": 60}
    )
    page.keyboard.press("Control+A")
    # Under the name of what stood there, as GraphiQL reads another one only a moment later.
    asked = 'election(id: "hostile") { name notice contests { candidates { party } } }'
    page.keyboard.insert_text(f"query ElectionOverview {{ {asked} }}")
    page.locator(".graphiql-execute-button").click()
    expect(page.locator(".result-window")).to_contain_text("told('election-th')")
    _shows(page)


def test_sheets_that_a_command_prints(context: BrowserContext, night: Night, tmp_path: Path) -> None:
    sheets = tmp_path / "codes.html"
    command = ("enrolment-codes", "--election", "hostile", "--lang", "th", "--output", str(sheets))
    ran = apart(lambda: CliRunner().invoke(build_cli(), [*command, "--database-url", night.database_url]))
    assert ran.exit_code == 0, ran.output
    page = context.new_page()
    page.goto(sheets.as_uri())
    _shows(page, "election-th", "area-a-th")
