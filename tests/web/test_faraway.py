"""The pages in an election that is nothing like Bangkok's."""

import re
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, expect

from counting.vocabulary import Role
from db.load import load_election
from tests.conftest import Databases, Night
from tests.served import Api
from tests.web.axe import violations
from tests.web.desk_cases import code_for, token_for
from tests.web.faraway import COUNCIL_CANDIDATES, faraway_election
from tests.web.volunteer_phone import PHONE, Phone

pytestmark = pytest.mark.browser

STATIONS = ("north-1", "north-2", "south-1")
NARROW = {"width": 320, "height": 640}
VALID, INVALID, NO_VOTE, EACH = 100, 4, 6, 5
TALLY = """query T($id: ID!, $contest: ID!) { station(id: $id) {
    tally(contestId: $contest) { coverage validBallots ballotsCast votes { votes } } } }"""


async def _fill(connection: asyncpg.Connection) -> None:
    await load_election(connection, faraway_election(), "faraway")


@pytest.fixture(scope="module")
def night(databases: Databases) -> Iterator[Night]:
    night = Night(databases.fresh("template_faraway", _fill), "faraway").open()
    night.serve()
    yield night
    night.close()


@pytest.fixture(scope="module")
def reporter() -> None:
    """Nobody has reported before."""


@pytest.fixture(scope="module")
def operator(night: Night) -> Api:
    return night.api.as_(night.token(Role.OPERATOR))


@pytest.fixture
def desktop(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context
    context.close()


def read_back_and_send(phone: Phone, screens: int) -> None:
    phone.page.get_by_role("button", name="ตรวจทาน").click()
    for screen in range(screens):
        expect(phone.page.locator(".steps li").nth(screen)).to_have_attribute("aria-current", "step")
        phone.page.locator("main").evaluate("list => list.scrollTo(0, list.scrollHeight)")
        matches = phone.page.get_by_role("button", name=re.compile("^ตรงกับใบ"))
        expect(matches).to_have_attribute("aria-disabled", "false")
        matches.click()
    expect(phone.page.get_by_role("heading", name="ที่ส่งไป")).to_be_visible()


def sideways(main: Locator) -> int:
    """Pixels by which a page is wider than its window."""
    return int(main.page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def test_sixty_candidates_with_three_votes_a_ballot_go_from_a_narrow_phone_without_photograph_or_total(
    phone: Phone, night: Night, operator: Any
) -> None:
    phone.enrol(code_for(night, operator, "VOLUNTEER", *STATIONS))
    page = phone.page
    page.set_viewport_size(NARROW)
    expect(page.locator(".strip")).to_have_text("ซ้อม · ไม่นับเป็นผลจริง")
    expect(page.locator(".st").first.locator(".ct")).to_have_count(3)
    assert sideways(page.locator("main")) <= 0
    page.locator(".st").first.locator(".ct", has_text="Consejo").click()
    page.locator(".seg label").nth(1).click()
    page.get_by_role("button", name="พิมพ์ตัวเลข", exact=True).click()
    # The sheet of this country has no line for the ballots used.
    page.get_by_role("button", name="ไม่มีบนใบ", exact=True).click()
    phone.page.locator(".row.cur input").focus()
    numbers = [INVALID, NO_VOTE, VALID, *[EACH] * COUNCIL_CANDIDATES]
    page.keyboard.type("\n".join(str(number) for number in numbers))
    expect(page.locator(".sum .say")).to_have_text("ครบทุกช่อง ใบไม่มียอดบัตรให้เทียบ")
    # One vote too many for all valid ballots together is told at once.
    page.keyboard.press("Backspace")
    page.keyboard.type("6")
    expect(page.locator(".sum .say")).to_have_text("คะแนนเกินบัตรดีไป 1 คะแนน")
    page.keyboard.press("Backspace")
    page.keyboard.type(str(EACH))
    found = violations(page, "sixty candidates")
    assert sideways(page.locator("main")) <= 0
    page.set_viewport_size(PHONE)
    read_back_and_send(phone, 6)
    expect(phone.cards.first).to_contain_text("นับแล้ว")
    tally = night.api(TALLY, id=night.id("north-1"), contest=night.id("council-north"))["station"]["tally"]
    assert (tally["coverage"], tally["validBallots"], tally["ballotsCast"]) == ("FINAL", VALID, None)
    assert [row["votes"] for row in tally["votes"]] == [EACH] * COUNCIL_CANDIDATES
    found += violations(page, "queue")
    assert found == []


def test_the_desk_watches_constituencies_and_says_on_every_page_that_it_is_a_rehearsal(
    desktop: BrowserContext, night: Night, operator: Any
) -> None:
    token = token_for(night, operator, "OPERATOR")
    desktop.add_init_script(f"localStorage.setItem('tallywire.desk.token', '{token}')")
    page = desktop.new_page()
    page.goto(f"{night.url}/desk#operations", wait_until="domcontentloaded")
    expect(page.locator(".reh")).to_have_text("ซ้อม · ตัวเลขทั้งหมดไม่ใช่ของจริง")
    expect(page.locator(".tiles button")).to_have_count(2)
    expect(page.locator(".kpi")).to_contain_text("/ 6")
    page.locator('.tiles [data-code="south"]').click()
    expect(page.get_by_role("heading", name="Circunscripción south: เงียบ 3 จาก 3 หน่วย")).to_be_visible()
    page.get_by_role("button", name=re.compile("^อาสาที่เงียบหาย")).click()
    expect(page.get_by_role("heading", name="อาสาที่เงียบหาย ตามเขต")).to_be_visible()
    assert violations(page, "operations") == []


def test_the_board_of_constituencies_is_marked_as_a_rehearsal_in_both_languages(
    desktop: BrowserContext, night: Night
) -> None:
    page = desktop.new_page()
    for lang, words in (("th", "การซ้อม ไม่ใช่ผลจริง"), ("en", "Rehearsal, not a real result")):
        page.goto(f"{night.url}/?lang={lang}", wait_until="domcontentloaded")
        expect(page.locator("body")).to_contain_text(words)
