"""An evening in three browsers: a volunteer without a network, an editor, and a reader of the board."""

import json
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import Night
from tests.served import Api
from tests.web.desk_cases import code_for, token_for, volunteer
from tests.web.volunteer_phone import PHONE, Phone, sheet

pytestmark = pytest.mark.browser

WAIT_MS = 60_000
NEWS_MS = 20_000
HELD, COUNTED, SPARE = (f"103303-{number:03}" for number in range(1, 4))
# On what the page shows, not on what it is sent: when was its text other than before?
WATCH = """() => {
    window.notReloaded = true;
    window.changes = [];
    const race = document.querySelector("#race");
    let last = race.innerText;
    new MutationObserver(() => {
        if (race.innerText !== last) { last = race.innerText; window.changes.push(Date.now()); }
    }).observe(race, { childList: true, characterData: true, subtree: true, attributes: true });
}"""


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    opened = [
        browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True),
        browser.new_context(viewport={"width": 1440, "height": 900}),
        browser.new_context(viewport={"width": 1280, "height": 900}),
    ]
    yield opened
    for context in opened:
        context.close()


def test_what_was_typed_offline_reaches_the_desk_and_the_board_without_a_reload(
    contexts: list[BrowserContext], night: Night, operator: Api
) -> None:
    phones, desks, boards = contexts
    # Somebody reported from the first station before, with other numbers: what comes now is held. Candidate 8 has 150
    # there, and 120 by the fixture `reporter`; 201 come from the second station, and in the end 202 from the first.
    first = volunteer(night, operator, HELD).send(HELD, {8: 150, 6: 89})
    assert first["__typename"] == "TallyAccepted", first
    phones.clock.install()
    phone = Phone(phones, night)
    phone.enrol(code_for(night, operator, "VOLUNTEER", HELD, COUNTED, SPARE))
    phone.kept_for_offline()
    phone.offline(True)
    for station in range(2):
        phone.open_sheet(station)
        phone.type_all(sheet(station))
        phone.send()
        phone.home()
    phone.close_and_open()
    expect(phone.page.get_by_role("button", name="รออยู่ 2")).to_be_visible()
    # Nothing of it is anywhere yet. They are opened only now, as each page that is open draws.
    board = open_board(boards, night)
    page = open_desk(desks, night, token_for(night, operator, "EDITOR"))
    assert changes(board) == []
    back = time.time()
    phone.offline(False)
    # One counts at once, and the board shows it; the other waits for the editor.
    expect(phone.page.locator(".st").nth(0).locator(".ct").first).to_contain_text("พักไว้")
    expect(phone.page.locator(".st").nth(1).locator(".ct").first).to_contain_text("นับแล้ว")
    expect(board.locator("#race")).to_contain_text("471")
    sent = changes(board)
    expect(page.locator(".qi")).to_have_count(1)
    expect(page.locator(".nums tr.pin").first).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("5")
    pressed = time.time()
    page.keyboard.press("Control+Enter")
    expect(board.locator("#race")).to_contain_text("523")
    released = changes(board)[len(sent) :]
    assert sent and released, "the board was another before it changed"
    print(f"the board began to change {sent[0] / 1_000 - back:.2f} s after the network was back")
    print(f"and {released[0] / 1_000 - pressed:.2f} s after the editor's key")
    expect(page.get_by_role("heading", name="คิวว่าง")).to_be_visible()
    assert board.evaluate("window.notReloaded") is True
    # The phone asks by itself what became of what is held.
    phones.clock.fast_forward(NEWS_MS)
    expect(phone.page.locator(".st").nth(0).locator(".ct").first).to_contain_text("บรรณาธิการรับแล้ว")


def open_board(context: BrowserContext, night: Night) -> Page:
    board = context.new_page()
    board.goto(night.url, wait_until="domcontentloaded")
    expect(board.locator("#race")).to_contain_text("270")
    board.evaluate(WATCH)
    return board


def open_desk(context: BrowserContext, night: Night, token: str) -> Page:
    context.add_init_script(f"localStorage.setItem('tallywire.desk.token', {json.dumps(token)})")
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(f"{night.url}/desk", wait_until="domcontentloaded")
    expect(page.get_by_role("heading", name="คิวว่าง")).to_be_visible()
    return page


def changes(board: Page) -> list[float]:
    return [float(instant) for instant in board.evaluate("window.changes")]
