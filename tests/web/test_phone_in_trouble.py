"""What can go wrong around a volunteer's phone: each is said in words, and nothing that was typed is lost."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.conftest import Night
from tests.web.volunteer_phone import PHONE, REVOKE, Phone, new_code, sheet, standing

pytestmark = pytest.mark.browser

SLOW_AFTER_MS = 7_000
QUEUE_MOST = 50
# Each test has stations of its own.
STATIONS = (tuple(f"103301-{number:03}" for number in range(first, first + 3)) for first in range(3, 60, 3))
HISTORY = "query H($id: ID!) { station(id: $id) { history { id state } } }"
COPIES = """async (database, copies, asked) => {
    const queue = database.transaction("queue", "readwrite").objectStore("queue");
    const [item] = await asked(queue.getAll());
    for (let i = 0; i < copies; i += 1) {
        const id = `00000000-0000-4000-8000-0000000000${String(i).padStart(2, "0")}`;
        const input = { ...item.input, clientTallyId: id, stationId: "nowhere" };
        await asked(queue.put({ ...item, id, input, stationId: "nowhere", place: i + 2 }, id));
    }
}"""
OTHER_TOKEN = """async (database, token, asked) => {
    const kept = database.transaction("kept", "readwrite").objectStore("kept");
    await asked(kept.put({ ...(await asked(kept.get("person"))), token }, "person"));
}"""


@pytest.fixture
def enrolled(phone: Phone, night: Night, operator: Any) -> Iterator[tuple[Phone, tuple[str, ...]]]:
    """A phone that is somebody's, and the stations that are theirs."""
    stations = next(STATIONS)
    phone.enrol(new_code(night, operator, stations))
    yield phone, stations


class Wire:
    """Stands between the app and the server, for calls that send tallies: each is answered as the test says."""

    def __init__(self, page: Page) -> None:
        self.calls = 0
        self.answer: Any = None
        page.route("**/graphql", self._handle)

    def _handle(self, route: Route) -> None:
        if self.answer is None or "inputs" not in (route.request.post_data_json or {}).get("variables", {}):
            route.continue_()
            return
        self.calls += 1
        self.answer(route)

    def answers(self, page: Page, answer: Any) -> None:
        """From now on; asks the app to try again at once, and waits until it has."""
        self.answer, before = answer, self.calls
        page.get_by_role("button", name="ลองเดี๋ยวนี้").click()
        while self.calls == before:
            page.wait_for_timeout(20)


def masked(route: Route) -> None:
    error = {"message": "Something went wrong (incident 7)", "extensions": {"code": "INTERNAL", "incident": "7"}}
    route.fulfill(status=500, content_type="application/json", body=json.dumps({"data": None, "errors": [error]}))


def gateway(route: Route) -> None:
    route.fulfill(status=502, content_type="text/html", body="<h1>502 Bad Gateway</h1>")


def portal(route: Route) -> None:
    """A café's page that wants a password first."""
    route.fulfill(status=200, content_type="text/html", body="<h1>Welcome to our Wi-Fi</h1>")


def unanswered(route: Route) -> None:
    """The server takes it; the line breaks before the answer."""
    route.fetch()
    route.abort("connectionreset")


def test_a_server_in_trouble_and_a_lost_answer_are_said_in_words_and_the_tally_is_tried_until_it_is_taken_once(
    enrolled: tuple[Phone, tuple[str, ...]], night: Night
) -> None:
    phone, stations = enrolled
    page = phone.page
    wire = Wire(page)
    wire.answer = masked
    phone.send_sheet(0, 1)
    strip, card = page.locator(".strip"), phone.cards.first
    expect(strip).to_contain_text("เซิร์ฟเวอร์ขัดข้อง เก็บไว้ในเครื่องแล้ว 1 รายการ")
    expect(card).to_contain_text("จะถามซ้ำเอง ไม่นับซ้ำสองครั้ง")
    for answer in (gateway, portal):
        wire.answers(page, answer)
        expect(strip).to_contain_text("เซิร์ฟเวอร์ขัดข้อง")
        expect(card).to_contain_text("รอคำตอบ")
    wire.answers(page, unanswered)
    expect(strip).to_contain_text("ติดต่อเซิร์ฟเวอร์ไม่ได้ เก็บไว้ในเครื่องแล้ว 1 รายการ")
    page = phone.close_and_open()
    expect(page.locator(".st").first).to_contain_text("นับแล้ว")
    assert len(night.api(HISTORY, id=night.id(stations[0]))["station"]["history"]) == 1


def test_an_enrolment_whose_answer_was_lost_is_asked_again_with_the_same_code(
    browser: Browser, night: Night, operator: Any
) -> None:
    # What a service worker lets pass while it starts, the route of a page does not see.
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, service_workers="block")
    page, lost = Phone(context, night).open(f"#{new_code(night, operator, next(STATIONS))}"), list[Route]()

    def lose(route: Route) -> None:
        if lost or "displayName" not in (route.request.post_data or ""):
            route.continue_()
            return
        lost.append(route)
        unanswered(route)

    page.route("**/graphql", lose)
    page.get_by_label("ชื่อที่ให้ผู้ประสานเรียก").fill("ก้อย")
    page.get_by_role("button", name="ยินยอมและเริ่ม").click()
    expect(page.get_by_role("alert")).to_contain_text("รหัสยังใช้ได้อยู่")
    page.get_by_role("button", name="ยินยอมและเริ่ม").click()
    expect(page.locator(".st")).to_have_count(3)
    assert lost
    context.close()


def test_what_of_the_app_did_not_come_is_said_and_comes_at_another_try_with_the_code_that_was_scanned(
    browser: Browser, night: Night, operator: Any
) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, service_workers="block")
    context.route("**/assets/Within-*.js", lambda route: route.abort())
    phone = Phone(context, night)
    page = phone.open(f"#{new_code(night, operator, next(STATIONS))}")
    expect(page.get_by_role("alert")).to_contain_text("เน็ตขาดก่อนโหลดเสร็จ")
    context.unroute_all()
    page.get_by_role("button", name="ลองใหม่").click()
    page.get_by_label("ชื่อที่ให้ผู้ประสานเรียก").fill("ก้อย")
    # Enrolled, and then the server is out of reach.
    page.route(
        "**/graphql",
        lambda route: route.abort() if "query Mine" in (route.request.post_data or "") else route.continue_(),
    )
    page.get_by_role("button", name="ยินยอมและเริ่ม").click()
    expect(page.get_by_text("ติดต่อเซิร์ฟเวอร์ไม่ได้ จะลองใหม่เอง")).to_be_visible()
    page.unroute_all()
    page.get_by_role("button", name="ลองเดี๋ยวนี้").click()
    expect(page.locator(".st")).to_have_count(3)
    context.close()


def test_a_slow_line_is_said_in_words_while_the_answer_is_on_its_way(
    browser: Browser, night: Night, operator: Any
) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    context.clock.install()
    phone = Phone(context, night)
    phone.enrol(new_code(night, operator, next(STATIONS)))
    held: list[Route] = []
    Wire(phone.page).answer = held.append
    phone.send_sheet(1, 2)
    expect(phone.cards.first).to_contain_text("กำลังส่ง")
    phone.page.clock.fast_forward(SLOW_AFTER_MS)
    expect(phone.page.locator(".strip")).to_have_text("เน็ตช้า ส่งตัวเลขก่อน รูปตามไปทีหลัง")
    held[0].continue_()
    expect(phone.cards.first).to_contain_text("นับแล้ว")
    context.close()


def test_a_token_that_is_wrong_or_revoked_is_said_in_words_and_a_new_code_sends_what_waits(
    enrolled: tuple[Phone, tuple[str, ...]], night: Night, operator: Any
) -> None:
    phone, stations = enrolled
    reporter = re.search(r"v-[0-9a-f]+", phone.page.locator(".top").inner_text())
    assert reporter is not None
    phone.kept_for_offline()
    phone.offline(True)
    for station in (0, 1):
        phone.send_sheet(station, 3 + station)
        phone.home()
    # Revoked while two tallies wait, and the phone's token is none that the server ever knew.
    assert operator(REVOKE, reporter=reporter.group())["revokeReporter"] is True
    phone.offline(False)
    page = phone.page
    expect(page.get_by_role("heading", name="สิทธิของเครื่องนี้ถูกยกเลิก")).to_be_visible()
    expect(page.get_by_text("ยังอยู่ในเครื่อง 2 รายการ")).to_be_visible()
    phone.kept(OTHER_TOKEN, "tw_nobody")
    page = phone.close_and_open()
    expect(page.get_by_text("ยังอยู่ในเครื่อง 2 รายการ")).to_be_visible()
    phone.enrol(new_code(night, operator, stations))
    for station in (0, 1):
        expect(phone.page.locator(".st").nth(station)).to_contain_text("นับแล้ว")
    assert [bool(standing(night, station)) for station in stations] == [True, True, False]


def test_a_full_queue_is_said_in_words_and_the_sheet_stays_as_a_draft_until_there_is_room(
    enrolled: tuple[Phone, tuple[str, ...]],
) -> None:
    phone, _ = enrolled
    phone.kept_for_offline()
    phone.offline(True)
    phone.send_sheet(0, 5)
    phone.kept(COPIES, QUEUE_MOST - 1)
    page = phone.close_and_open()
    expect(page.get_by_role("button", name="รออยู่ 50")).to_be_visible()
    phone.open_sheet(1)
    phone.type_all(sheet(6))
    phone.read_back()
    expect(page.locator(".dock")).to_contain_text("คิวเต็ม 50 รายการ พิมพ์ต่อเป็นร่างได้")
    expect(page.get_by_role("button", name="ตรงกับใบ ส่ง")).to_have_attribute("aria-disabled", "true")
    page = phone.close_and_open()
    expect(page.locator(".st").nth(1)).to_contain_text("พิมพ์ค้างไว้ 34/34 ช่อง")
    page.get_by_role("button", name="รออยู่ 50").click()
    expect(page.locator("main")).to_contain_text("หาเน็ตสัก 10 วินาทีก็พอ")
    # One refusal does not keep the others from being taken.
    phone.offline(False)
    expect(phone.cards.filter(has_text="ไม่รับ ต้องแก้")).to_have_count(QUEUE_MOST - 1)
    expect(phone.cards.filter(has_text="นับแล้ว")).to_have_count(1)
    phone.home()
    page.locator(".st").nth(1).locator(".ct").first.click()
    page.get_by_role("button", name="พิมพ์ต่อ").click()
    phone.send()
    expect(phone.cards.filter(has_text="นับแล้ว")).to_have_count(2)


def test_a_phone_whose_clock_is_years_wrong_sends_and_shows_the_times_of_the_server(
    browser: Browser, night: Night, operator: Any
) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    context.clock.install(time="1999-12-31T23:59:00")
    phone, stations = Phone(context, night), next(STATIONS)
    phone.enrol(new_code(night, operator, stations))
    phone.send_sheet(0, 7)
    expect(phone.cards.first).to_contain_text("นับแล้ว")
    assert (standing(night, stations[0]) or {})["ballotsCast"] == 387
    shown = phone.cards.first.locator("time").get_attribute("datetime")
    assert shown is not None and not shown.startswith("1999")
    context.close()
