"""`<tallywire-results>` in a page of another origin: numbers, theme, what is in the way, a lost line and its end."""

import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from tests.conftest import Night
from tests.served import Api
from tests.web.other_elections import send, volunteer

pytestmark = pytest.mark.browser

STATIONS = ("a-1", "a-2", "b-1", "b-2")
# As a careful outlet has it: nothing inline, nobody but the wire.
POLICY = "default-src 'none'; script-src {wire}; connect-src {wire} {socket}"


@pytest.fixture(scope="module")
def reporter(served: Night) -> Api:
    """The mayor's race has one report: number 1 leads."""
    api = served.api.as_(volunteer(served.database_url, "small", *STATIONS))
    send(api, "small/mayor", "small/a-1", {1: 30, 2: 20, 3: 5})
    return api


@pytest.fixture(scope="module")
def operator() -> None:
    """Nobody operates it."""


class Outlet:
    """A newspaper's site on a port of its own; `page` is what it shows."""

    def __init__(self) -> None:
        outlet = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = outlet.page.encode() if self.path == "/" else b""
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                if outlet.policy:
                    self.send_header("Content-Security-Policy", outlet.policy)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                pass

        self.page = ""
        self.policy = ""
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def shows(self, night: Night, *tags: str, lang: str = "th") -> None:
        tag = f'<script src="{night.url}/embed.js" async></script>'
        self.page = f'<!doctype html><html lang="{lang}"><title>News</title><body>{tag}{"".join(tags)}</body></html>'

    def close(self) -> None:
        self._server.shutdown()


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    site = Outlet()
    yield site
    site.close()


def votes(page: Page, number: int) -> Any:
    """The votes of a candidate, by ballot number; the shadow is open to whoever tests."""
    return page.locator("tallywire-results li", has=page.locator(f'.b:text-is("{number}")')).locator(".v b")


def test_one_tag_shows_a_live_result_in_a_page_that_allows_nothing_else(
    page: Page, outlet: Outlet, served: Night, reporter: Api
) -> None:
    outlet.shows(served, '<tallywire-results election="small" contest="mayor">ผล</tallywire-results>')
    outlet.policy = POLICY.format(wire=served.url, socket=served.url.replace("http", "ws", 1))
    asked: set[str] = set()
    faults: list[str] = []

    def note(request: Request) -> None:
        asked.add(re.sub(r"^(\w+://[^/]+).*", r"\1", request.url))

    page.on("request", note)
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(outlet.url)
    expect(page.locator("tallywire-results .head")).to_have_text("มาลีนำ 10 คะแนน")
    expect(votes(page, 1)).to_have_text("30")
    expect(page.locator("tallywire-results .test")).to_have_text("ข้อมูลทดสอบ")
    expect(page.locator("tallywire-results .line")).to_contain_text("สด")
    send(reporter, "small/mayor", "small/a-2", {1: 5, 2: 40, 3: 5})
    expect(page.locator("tallywire-results .head")).to_have_text("วิชัยนำ 25 คะแนน")
    expect(page.locator("tallywire-results .far i")).to_have_attribute("style", re.compile("33.3"))
    assert asked <= {outlet.url.rstrip("/"), served.url}
    assert [fault for fault in faults if "favicon" not in fault and "404" not in fault] == []


def test_attributes_choose_place_language_rows_and_theme_and_may_change(
    page: Page, outlet: Outlet, served: Night, reporter: Api
) -> None:
    send(reporter, "small/mayor", "small/b-1", {1: 7, 2: 1, 3: 70})
    outlet.shows(served, '<tallywire-results contest="mayor" area="b" rows="2"></tallywire-results>', lang="en")
    page.goto(outlet.url)
    embed = page.locator("tallywire-results")
    expect(embed.locator(".head")).to_have_text("สุดา leads by 63 votes in District B")
    expect(embed.locator("li")).to_have_count(2)
    expect(embed.get_by_role("link", name="See all, and check")).to_have_attribute(
        "href", f"{served.url}/?election=small&lang=en&area=b"
    )
    ground = "(e) => getComputedStyle(e.shadowRoot.querySelector('.w')).backgroundColor"
    light = embed.evaluate(ground)
    embed.evaluate("(e) => e.setAttribute('theme', 'dark')")
    assert embed.evaluate(ground) != light
    embed.evaluate("(e) => e.style.setProperty('--tw-paper', 'rgb(1, 2, 3)')")
    assert embed.evaluate(ground) == "rgb(1, 2, 3)"
    embed.evaluate("(e) => e.setAttribute('lang', 'th')")
    expect(embed.locator(".head")).to_contain_text("สุดานำ 63 คะแนน")
    embed.evaluate("(e) => { e.setAttribute('area', 'a'); e.setAttribute('rows', 'all'); }")
    expect(embed.locator(".k")).to_contain_text("เขตเอ")
    expect(embed.locator("li")).to_have_count(3)


def test_styles_of_the_page_and_of_the_tag_stay_apart(page: Page, outlet: Outlet, served: Night) -> None:
    hostile = "<style>.head, li, .w { display: none !important } .b { color: red }</style><p class='w b'>Ours</p>"
    outlet.shows(served, hostile, '<tallywire-results contest="mayor"></tallywire-results>')
    page.goto(outlet.url)
    expect(page.locator("tallywire-results .head")).to_be_visible()
    assert page.locator("p.b").evaluate("(e) => getComputedStyle(e).borderRadius") == "0px"


def test_an_office_and_an_area_name_the_race_that_is_decided_there(page: Page, outlet: Outlet, served: Night) -> None:
    outlet.shows(served, '<tallywire-results election="small" contest="council" area="a"></tallywire-results>')
    page.goto(outlet.url)
    expect(page.locator("tallywire-results .k")).to_contain_text("สภา")
    expect(page.locator("tallywire-results li")).to_have_count(4)


def test_what_is_named_wrongly_leaves_the_pages_own_words(page: Page, outlet: Outlet, served: Night) -> None:
    outlet.shows(served, '<tallywire-results contest="king"><p>Our own words</p></tallywire-results>', lang="en")
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "warning" else None)
    with page.expect_console_message(lambda message: "tallywire-results" in message.text):
        page.goto(outlet.url)
    expect(page.get_by_text("Our own words")).to_be_visible()
    assert 'contest="king"' in told[0]


def test_a_lost_line_is_said_and_goes_on_by_itself_when_the_node_is_back(
    page: Page, outlet: Outlet, served: Night, reporter: Api
) -> None:
    outlet.shows(served, '<tallywire-results contest="mayor"></tallywire-results>')
    page.goto(outlet.url)
    line = page.locator("tallywire-results .line")
    expect(line).to_contain_text("สด")
    before = int(votes(page, 2).inner_text())
    server = served.servers[0]
    server.kill()
    expect(line).to_contain_text("หลุด หยุดที่")
    expect(votes(page, 2)).to_have_text(str(before))
    server.start()
    expect(line).to_contain_text("สด")
    send(reporter, "small/mayor", "small/b-2", {1: 5, 2: 33, 3: 5})
    expect(votes(page, 2)).to_have_text(str(before + 33))


def test_the_snippet_of_the_documentation_works(
    page: Page, outlet: Outlet, served: Night, reporter: Api, checkout: Path
) -> None:
    text = (checkout / "docs" / "embed.md").read_text("utf-8")
    html, css = (re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)[0] for kind in ("html", "css"))
    assert "https://wire.example/embed.js" in html
    here = html.replace("https://wire.example", served.url).replace("bkk-2022", "small").replace("governor", "mayor")
    outlet.page = f"<!doctype html><title>News</title><style>{css}</style><body>{here}"
    page.goto(outlet.url)
    expect(page.locator("tallywire-results .head")).to_contain_text("คะแนน")
    paper = "(e) => getComputedStyle(e.shadowRoot.querySelector('.w')).backgroundColor"
    assert page.locator("tallywire-results").evaluate(paper) == "rgb(255, 253, 245)"


@pytest.mark.parametrize("look", ["theme='light' lang='th'", "theme='dark' lang='en'"])
def test_axe_finds_nothing_in_it(page: Page, outlet: Outlet, served: Night, checkout: Path, look: str) -> None:
    outlet.shows(served, f"<h1>News</h1><main><tallywire-results contest='mayor' {look}></tallywire-results></main>")
    page.goto(outlet.url)
    expect(page.locator("tallywire-results .head")).to_be_visible()
    page.evaluate((checkout / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8"))
    found = page.evaluate(
        "axe.run('tallywire-results', { rules: { 'label-content-name-mismatch': { enabled: true } } })"
        ".then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`))"
    )
    assert found == []
