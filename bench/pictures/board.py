"""Pictures of what the public looks at: board, places, studio screens, checks, embed, and what needs no script."""

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page

from bench.night import ROOT
from bench.pictures.camera import SCREEN, Camera, Shown
from bench.played_night import PlayedNight

BOTH = ("phone", "desktop")
BELOW = ".maps"
PHOTOGRAPHS = """query P($id: ID!, $after: String) { tallies(electionId: $id, first: 100, after: $after) {
    pageInfo { hasNextPage endCursor } edges { node { evidence { sha256 } station { id } } } } }"""
CUTS = "query C($id: ID!) { cuts(electionId: $id, first: 1) { number } }"
OUTLET = """<!doctype html><html lang="{lang}"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>News</title><style>@font-face {{ font-family: News; src: url(/font.woff2) }}
body {{ margin: 0; font: 18px/1.6 Georgia, News, serif; --tw-font: system-ui, News, sans-serif;
    background: {paper}; color: {ink} }}
main {{ max-width: 46rem; margin: 0 auto; padding: 24px 16px }}</style><script src="{url}/embed.js" async></script>
<body><main><h1>{title}</h1><p>{text}</p>
<tallywire-results election="bkk-2022" contest="governor" lang="{lang}" theme="{theme}"></tallywire-results>
<p>{text}</p><tallywire-results election="bkk-2022" contest="council-1033" lang="{lang}" theme="{theme}" rows="3">
</tallywire-results></main></body></html>"""
# An outlet brings fonts of its own; a machine for tests may have none with Thai letters.
FONT = ROOT / "web/node_modules/@fontsource/ibm-plex-sans-thai/files/ibm-plex-sans-thai-thai-400-normal.woff2"
ARTICLE = {
    "th": ("ข่าวเลือกตั้งคืนนี้", "ส่วนนี้เป็นหน้าของสำนักข่าว ผลด้านล่างมาจาก tallywire และเปลี่ยนตามการนับ"),
    "en": (
        "Election tonight",
        "This is an outlet’s own page. The result below comes from tallywire and follows the count.",
    ),
}


def addressed(url: str, **more: str) -> Callable[[str, str], str]:
    return lambda lang, theme: f"{url}/?{urlencode({'lang': lang, 'theme': theme, **more})}"


def during(browser: Browser, camera: Camera, night: PlayedNight) -> None:
    """While the count is on."""

    def take(name: str, title: str, ready: str, then: Callable[[Page], None] | None = None, **query: str) -> None:
        camera.of_address(browser, Shown(name, "Board", title, BOTH), addressed(night.url, **query), ready, then=then)

    take("board", "The front page: the widest race, its progress and how sure it is", BELOW, drawn)
    take(
        "board-shapes",
        "The map of real shapes, by strength of the second, with a district picked",
        BELOW,
        at_maps,
        map="shape",
        mode="second",
        d="1033",
    )
    take(
        "board-past",
        "Looking back: an earlier cut, with the way back to now",
        ".past, .tm",
        drawn,
        cut=str(earlier_cut(night)),
    )
    take("board-lost", "The connection is lost: said at once, with the time of the last number", BELOW, cut_off)
    take(
        "race",
        "One race of the council: a district's own page",
        "main .hero.in, main .kick",
        area="1033",
        office="council",
    )
    take("reports", "Every report, newest first, of the whole election or of one area", ".feed li", reports="")
    take("council", "An office of many races: seats by party, and each race", ".rc", office="council")
    take("district", "A district, its races and its subdistricts", "main .hero.in, main .kick", area="1033")
    take("subdistrict", "A subdistrict and its stations", "main .hero.in, main .kick", area="103301")
    take(
        "station",
        "A station: what was reported, by whom, and its photograph",
        "main .hero.in, main .kick",
        station=photographed(night),
    )
    screens(browser, camera, night.url, "bkk-2022")
    with outlet(night.url) as site:
        camera.of_address(
            browser,
            Shown("embed", "Board", "A live result in an outlet's own page, wide and small", BOTH),
            lambda lang, theme: f"{site}/?{urlencode({'lang': lang, 'theme': theme})}",
            "tallywire-results >> text=/[0-9],[0-9]{3}/",
            in_place=False,
        )
    camera.of_address(
        browser,
        Shown("without-script", "Board", "Without JavaScript: a table of what stands", BOTH),
        addressed(night.url),
        "table",
        script=False,
        in_place=False,
    )


def screens(browser: Browser, camera: Camera, url: str, election: str) -> None:
    for scene, ready, title in (
        ("race", ".kf", "A studio screen (`?kiosk`): the race, also on a screen that stands upright"),
        ("seats", ".kf", "A studio screen: seats by party"),
        ("closest", ".kf", "A studio screen: the closest races"),
    ):
        sizes = ("upright", "desktop") if scene == "race" else ("desktop",)
        shown = Shown(f"kiosk-{scene}", "Board", title, sizes)
        query = {"kiosk": "", "scene": scene, "election": election}
        camera.of_address(browser, shown, addressed(url, **query), ready, sizes=SCREEN)


def after(browser: Browser, camera: Camera, night: PlayedNight) -> None:
    """Once every station is in."""
    for name, title, ready, query in (
        ("board-complete", "Every station counted: who won, beside what is not official yet", BELOW, {}),
        ("council-complete", "The council when every seat is decided", ".rc", {"office": "council"}),
    ):
        shown = Shown(name, "Board", title, BOTH)
        camera.of_address(browser, shown, addressed(night.url, **query), ready)
    checks(browser, camera, night)


def checks(browser: Browser, camera: Camera, night: PlayedNight) -> None:
    """What is best looked at when the count is over, and can be before."""
    for name, title, ready, query in (
        ("differences", "Against what the authority announced", "main h1", {"check": "differences"}),
        ("statistics", "Statistics of the stations, and what they do not say", "main h1", {"check": "statistics"}),
    ):
        shown = Shown(name, "Board", title, BOTH)
        camera.of_address(browser, shown, addressed(night.url, **query), ready)
    camera.of_address(
        browser,
        Shown("preview-card", "Board", "The picture that a shared link shows", ("desktop",)),
        lambda lang, _theme: f"{night.url}/card.png?{urlencode({'election': 'bkk-2022', 'lang': lang})}",
        "img",
        sizes={"desktop": {"width": 1200, "height": 630}},
    )


def elsewhere(browser: Browser, camera: Camera, night: PlayedNight) -> None:
    """Meridia: proportional lists, other levels, other words."""
    meridia = {"election": "meridia-2019"}
    for name, title, query in (
        (
            "other-election",
            "An election that is not Bangkok's: lists that share seats, other levels, a rehearsal",
            {"election": "meridia-2019"},
        ),
        ("other-election-races", "Its offices of many races", {**meridia, "office": "assembly"}),
        ("other-election-area", "One of its areas", {**meridia, "area": "west-1"}),
        ("before", "Before the polls close", {"election": "bkk-2022-rehearsal"}),
    ):
        camera.of_address(
            browser, Shown(name, "Board", title, BOTH), addressed(night.url, **query), "main h1", then=drawn
        )


def drawn(page: Page) -> None:
    """Scrolled through once, so that what is fetched late is there."""
    page.evaluate(
        "async () => { for (let y = 0; y < document.body.scrollHeight; y += 600) { scrollTo(0, y);"
        " await new Promise(requestAnimationFrame); } scrollTo(0, 0); }"
    )


def at_maps(page: Page) -> None:
    page.locator(".maps svg").first.wait_for()
    drawn(page)


def cut_off(page: Page) -> None:
    drawn(page)
    page.context.set_offline(True)
    page.locator(".conn[data-state=lost]").wait_for()


def photographed(night: PlayedNight) -> str:
    """The code of a station that reported with a photograph; few do, so page by page."""
    after: str | None = None
    while True:
        tallies = night.ask(PHOTOGRAPHS, id="bkk-2022", after=after)["tallies"]
        for one in tallies["edges"]:
            if one["node"]["evidence"]:
                return str(one["node"]["station"]["id"].partition("/")[2])
        assert tallies["pageInfo"]["hasNextPage"], "no station reported with a photograph"
        after = tallies["pageInfo"]["endCursor"]


def earlier_cut(night: PlayedNight) -> int:
    """One in the middle of the night so far."""
    (newest,) = night.ask(CUTS, id="bkk-2022")["cuts"]
    return int(newest["number"] * 2 // 3)


@contextmanager
def outlet(wire: str) -> Iterator[str]:
    """A newspaper's site; yields its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            lang, theme = ("en" if "lang=en" in self.path else "th"), ("dark" if "dark" in self.path else "light")
            paper, ink = ("#16181d", "#e8e8ea") if theme == "dark" else ("#ffffff", "#16181d")
            if self.path == "/font.woff2":
                self._send(FONT.read_bytes(), "font/woff2")
                return
            title, text = ARTICLE[lang]
            page = OUTLET.format(url=wire, lang=lang, theme=theme, paper=paper, ink=ink, title=title, text=text)
            self._send(page.encode(), "text/html; charset=utf-8")

        def _send(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
