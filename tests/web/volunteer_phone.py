"""A volunteer's phone: one browser that pages come and go in, and what it keeps stays."""

import re
from typing import Any

from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from tests.conftest import Night

WAIT_MS = 60_000
STATIONS_EACH = 3
PHONE: ViewportSize = {"width": 360, "height": 740}
# 31 candidates, as at a real station: 372 votes, with 6 invalid and 9 for nobody 387 ballots.
VOTES = [36, 0, 35, 33, 6, 37, 10, 202, 3, 0, 7, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0]
CODES = "mutation Codes($input: CreateEnrolmentCodesInput!) { createEnrolmentCodes(input: $input) { code } }"
STANDING = """query Standing($id: ID!, $contest: ID!) { station(id: $id) {
    tally(contestId: $contest) { coverage ballotsCast reporter supersedes { id } } } }"""
REVOKE = "mutation Revoke($reporter: String!) { revokeReporter(reporter: $reporter) }"


# Opens the app's own database, which waits for writes that are under way.
KEPT = """given => new Promise((done, failed) => {
    const opening = indexedDB.open("tallywire-volunteer");
    opening.onerror = () => failed(opening.error);
    opening.onsuccess = async () => {
        const database = opening.result;
        const asked = (request) => new Promise((got, not) => {
            request.onsuccess = () => got(request.result);
            request.onerror = () => not(request.error);
        });
        const result = await (%s)(database, given, asked);
        database.close();
        done(result);
    };
})"""


def sheet(moved: int = 0) -> list[int]:
    """Every field of the form in its order; votes moved from candidate 8 to 6, as no two stations are equal."""
    votes = [{8: v - moved, 6: v + moved}.get(number, v) for number, v in enumerate(VOTES, start=1)]
    return [387, 6, 9, *votes]


class Phone:
    """One volunteer's browser; pages of it come and go, what it keeps stays."""

    def __init__(self, context: BrowserContext, night: Night, *, url: str | None = None) -> None:
        """`url`: of a proxy before the server; without it the server itself."""
        self.context = context
        self._url = f"{url or night.url}/volunteer"
        self.page = self.open()

    def open(self, fragment: str = "") -> Page:
        self.page = self.context.new_page()
        self.page.set_default_timeout(WAIT_MS)
        self.page.goto(f"{self._url}{fragment}", wait_until="domcontentloaded")
        return self.page

    def close_and_open(self) -> Page:
        self.page.close()
        return self.open()

    def enrol(self, code: str) -> None:
        """As by the QR code: the address holds the code in its fragment."""
        self.page.close()
        page = self.open(f"#{code}")
        page.get_by_label("ชื่อที่ให้ผู้ประสานเรียก").fill("ก้อย")
        page.get_by_role("button", name="ยินยอมและเริ่ม").click()
        expect(page.locator(".st")).to_have_count(STATIONS_EACH)

    def kept_for_offline(self) -> None:
        """The service worker has all files of the app."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def offline(self, is_offline: bool) -> None:
        self.context.set_offline(is_offline)

    def home(self) -> None:
        """Screen by screen; the browser goes back a moment after it was asked to."""
        while self.page.locator(".st").count() == 0:
            with self.page.expect_event("framenavigated"):
                self.page.get_by_role("button", name=re.compile("^(กลับ|Back)$")).click()

    def open_sheet(self, station: int, *, final: bool = True) -> None:
        """The governor's sheet of one of one's stations, from the first screen to the form."""
        self.page.locator(".st").nth(station).locator(".ct").first.click()
        self.page.locator(".seg label").nth(1 if final else 0).click()
        self.page.get_by_role("button", name="พิมพ์ตัวเลข", exact=True).click()
        expect(self.page.locator(".pad")).to_be_visible()

    def type(self, number: int) -> None:
        for digit in str(number):
            self.page.locator(".pad").get_by_role("button", name=digit, exact=True).click()

    def type_all(self, numbers: list[int]) -> None:
        """From the field in hand on: two fields by the keypad, the others by a keyboard, quicker for a test."""
        for number in numbers[:2]:
            self.type(number)
            self.page.get_by_role("button", name="ถัดไป", exact=True).click()
        self.page.locator(".row.cur input").focus()
        self.page.keyboard.type("\n".join(str(number) for number in numbers[2:]))

    def change(self, ballot_number: int, to: int) -> None:
        """One field typed again, found by the list of all fields."""
        self.page.locator(".jump").click()
        self.page.locator("dialog .grid button").nth(2 + ballot_number).click()
        field = self.page.locator(".row.cur input")
        for _ in field.input_value():
            self.page.get_by_role("button", name="ลบ", exact=True).click()
        self.type(to)

    def read_back(self) -> None:
        """From the form through all screens to the last; its list seen to the end."""
        self.page.get_by_role("button", name="ตรวจทาน").click()
        for screen in range(3):
            expect(self.page.locator(".steps [aria-current]")).to_have_text(re.compile(("^1–", "^12–", "^23–")[screen]))
            self.page.locator("main").evaluate("list => list.scrollTo(0, list.scrollHeight)")
            if screen < 2:
                self._matches()

    def _matches(self) -> None:
        matches = self.page.get_by_role("button", name=re.compile("^ตรงกับใบ"))
        expect(matches).to_have_attribute("aria-disabled", "false")
        matches.click()

    def send(self) -> None:
        """Reads all screens back and sends."""
        self.read_back()
        self._matches()
        expect(self.page.get_by_role("heading", name="ที่ส่งไป")).to_be_visible()

    def send_sheet(self, station: int, moved: int) -> None:
        """A whole sheet of one of one's stations, typed and sent, or queued where there is no network."""
        self.open_sheet(station)
        self.type_all(sheet(moved))
        self.send()

    def kept(self, work: str, given: Any = None) -> Any:
        """Runs a function of (database, given) on what the app keeps, behind its back."""
        return self.page.evaluate(KEPT % work, given)

    @property
    def cards(self) -> Any:
        return self.page.locator(".q")


def new_code(night: Night, operator: Any, stations: tuple[str, ...]) -> str:
    wanted = {"electionId": night.election_id, "role": "VOLUNTEER", "count": 1}
    ids = [night.id(station) for station in stations]
    made = operator(CODES, input={**wanted, "stationIds": ids})["createEnrolmentCodes"]
    return str(made[0]["code"])


def standing(night: Night, station: str) -> dict[str, Any] | None:
    found = night.api(STANDING, id=night.id(station), contest=night.id("governor"))["station"]["tally"]
    return found and dict(found)
