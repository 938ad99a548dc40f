"""What a phone keeps: through two pages of the app at once, a new version of it, a full disk, a browser that keeps nothing."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tallywire.simulate.tally_sheet import TallySheet, photograph
from tests.conftest import Night
from tests.web.forwarding import proxied
from tests.web.volunteer_phone import PHONE, VOTES, Phone, new_code, sheet, standing

pytestmark = pytest.mark.browser

STATIONS = (tuple(f"103301-{number:03}" for number in range(first, first + 3)) for first in range(3, 60, 3))
WORKERS = """async () => {
    const { active } = await navigator.serviceWorker.ready;
    return { version: (await (await fetch(active.scriptURL)).text()).match(/VERSION = "(.*?)"/)[1], caches: await caches.keys() };
}"""
AGAIN_MS = 5_000
# As a browser makes it that would put the app on the home screen.
OFFER = """() => {
    window.asked = 0;
    const prompt = async () => { window.asked += 1; };
    dispatchEvent(Object.assign(new Event("beforeinstallprompt", { cancelable: true }), { prompt }));
}"""
# Firefox asks the person, who may look elsewhere.
UNANSWERED = "navigator.storage.persist = () => { window.asked = true; return new Promise(() => undefined); }"
NO_STORAGE = "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('no', 'SecurityError'); } })"
# A browser asks for its room only now and then, so a quota set from outside shows no one knows when: what it then raises.
FULL = """stores => {
    const put = window.put ??= IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...given) {
        if (stores.includes(this.name)) throw new DOMException("full", "QuotaExceededError");
        return put.apply(this, given);
    };
}"""


def test_of_two_pages_of_the_app_one_types_and_what_it_typed_is_in_the_other_when_that_takes_over(
    phone: Phone, night: Night, operator: Any
) -> None:
    stations = next(STATIONS)
    phone.enrol(new_code(night, operator, stations))
    first = phone.page
    phone.open_sheet(0)
    phone.type_all(sheet(1)[:5])
    second = phone.open()
    aside = first.get_by_role("heading", name="แอปเปิดอยู่ในอีกหน้าต่างหนึ่ง")
    expect(aside).to_be_visible()
    expect(second.locator(".st").first).to_contain_text("พิมพ์ค้างไว้ 5/34 ช่อง")
    second.locator(".st").first.locator(".ct").first.click()
    second.get_by_role("button", name="พิมพ์ต่อ").click()
    second.get_by_role("button", name="ถัดไป", exact=True).click()
    phone.type_all(sheet(1)[5:])
    first.get_by_role("button", name="ใช้หน้าต่างนี้").click()
    expect(aside).to_have_count(0)
    expect(second.get_by_role("heading", name="แอปเปิดอยู่ในอีกหน้าต่างหนึ่ง")).to_be_visible()
    # A page in the background draws a frame a second.
    first.bring_to_front()
    expect(first.locator(".sum .say")).to_have_text("ครบทุกช่อง ยอดตรงกัน")
    phone.page = first
    phone.send()
    expect(phone.cards.first).to_contain_text("นับแล้ว")
    # The page that stepped aside sends nothing of what it still remembers.
    second.get_by_role("button", name="ใช้หน้าต่างนี้").click()
    expect(second.locator(".st, .q").first).to_be_visible()
    assert standing(night, stations[0]) is not None


def test_the_app_offers_to_be_installed_and_says_when_the_phone_has_all_of_it(
    phone: Phone, night: Night, operator: Any
) -> None:
    phone.enrol(new_code(night, operator, next(STATIONS)))
    page = phone.page
    install = page.get_by_role("button", name="ติดตั้ง", exact=True)
    expect(page.locator(".st").first).to_be_visible()
    expect(install).to_have_count(0)
    page.evaluate(OFFER)
    install.click()
    assert page.evaluate("window.asked") == 1
    expect(install).to_have_count(0)
    phone.kept_for_offline()
    page.get_by_role("button", name="เมนู").click()
    expect(page.get_by_text("แอปอยู่ในเครื่องครบแล้ว เปิดได้แม้ไม่มีเน็ต")).to_be_visible()


def test_nobody_waits_for_the_browser_to_be_allowed_to_keep_what_is_stored(
    phone: Phone, night: Night, operator: Any
) -> None:
    phone.context.add_init_script(UNANSWERED)
    phone.enrol(new_code(night, operator, next(STATIONS)))
    assert phone.page.evaluate("window.asked") is True


def test_a_new_version_of_the_app_comes_while_tallies_wait_and_loses_none_of_them(
    browser: Browser, night: Night, operator: Any
) -> None:
    stations = next(STATIONS)
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    with proxied(night.url) as proxy:
        phone = Phone(context, night, url=proxy.url)
        phone.enrol(new_code(night, operator, stations))
        phone.kept_for_offline()
        old = phone.page.evaluate(WORKERS)
        # Tallies do not get through, all else does.
        phone.page.context.route("**/graphql", lambda route: route.abort("connectionreset"))
        phone.send_sheet(0, 2)
        phone.home()
        phone.open_sheet(1)
        phone.type_all(sheet(3)[:12])
        proxy.change = lambda path, body: (
            body.replace(old["version"].encode(), b"newer") if path.startswith("/volunteer-worker.js") else body
        )
        page = phone.page
        page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update())")
        page.wait_for_function("navigator.serviceWorker.getRegistration().then((one) => one.waiting !== null)")
        # Never over a sheet: it waits until one has left it.
        expect(page.locator(".pad")).to_be_visible()
        assert page.evaluate("caches.keys()") == [*old["caches"], "tallywire-volunteer-newer"]
        with page.expect_navigation():
            page.get_by_role("button", name="กลับ", exact=True).click()
        page.wait_for_function("caches.keys().then((all) => all.length === 1 && all[0].endsWith('newer'))")
        phone.offline(True)
        page = phone.close_and_open()
        expect(page.get_by_role("button", name="รออยู่ 1")).to_be_visible()
        expect(page.locator(".st").nth(1)).to_contain_text("พิมพ์ค้างไว้ 12/34 ช่อง")
        context.unroute_all()
        phone.offline(False)
        expect(page.locator(".st").first).to_contain_text("นับแล้ว")
        assert (standing(night, stations[0]) or {})["ballotsCast"] == 387
    context.close()


def test_a_full_phone_says_what_it_cannot_keep_and_keeps_it_when_there_is_room_again(
    phone: Phone, night: Night, operator: Any
) -> None:
    phone.context.clock.install()
    phone.enrol(new_code(night, operator, next(STATIONS)))
    page = phone.page
    phone.open_sheet(0)
    page.get_by_role("button", name="ถ่ายรูปใบคะแนน").click()
    full(page, "photos")
    picture = photograph(TallySheet("หน่วย 1", "ผู้ว่าฯ", tuple(enumerate(VOTES, start=1)), ()), "full")
    page.locator("input[type=file]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture})
    expect(page.get_by_text("ที่ในเครื่องเต็ม รูปนี้เก็บไม่ได้ ตัวเลขยังพิมพ์และส่งได้")).to_be_visible()
    page.get_by_role("button", name="ข้ามไปพิมพ์ตัวเลข").click()
    # Not even the room that was set aside for numbers is left: that is said, and nothing is taken from the screen.
    full(page, "photos", "drafts")
    phone.type_all(sheet(4))
    broken = page.get_by_text("เก็บลงเครื่องไม่ได้ จดตัวเลขไว้ อย่าปิดแอป")
    expect(broken).to_be_visible()
    expect(page.locator(".sum .say")).to_have_text("ครบทุกช่อง ยอดตรงกัน")
    full(page)
    page.clock.fast_forward(AGAIN_MS)
    expect(broken).to_have_count(0)
    page = phone.close_and_open()
    expect(page.locator(".st").first).to_contain_text("พิมพ์ค้างไว้ 34/34 ช่อง")


def full(page: Page, *stores: str) -> None:
    """From now on the phone has no room for what goes into these stores of the app."""
    page.evaluate(FULL, list(stores))


def test_a_browser_that_keeps_nothing_is_told_in_words_before_anything_is_typed(browser: Browser, night: Night) -> None:
    context = browser.new_context(viewport=PHONE)
    context.add_init_script(NO_STORAGE)
    page = Phone(context, night).page
    expect(page.get_by_role("heading", name="เบราว์เซอร์นี้เก็บข้อมูลไม่ได้")).to_be_visible()
    expect(page.get_by_text("ปิดโหมดส่วนตัวหรือใช้เบราว์เซอร์อื่น")).to_be_visible()
    context.close()
