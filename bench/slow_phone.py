"""First views on an old phone: how long until one can read or type, on slow networks and slow processors.

python -m bench.slow_phone                             board and volunteer's app, three visits each
python -m bench.slow_phone --visits 1 --slower 4       one visit each, on a processor four times slower
"""

import argparse
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench.played_night import chromium, played
from bench.records import put

WAIT_MS = 120_000


@dataclass(frozen=True)
class Line:
    """Kilobits a second down and up, and milliseconds there and back."""

    name: str
    down: int
    up: int
    there_and_back: int


# WebPageTest's "3G" and "3G slow", and a line that is no limit.
LINES = (Line("no limit", 0, 0, 0), Line("3G", 1_600, 768, 300), Line("slow 3G", 400, 400, 400))
# By name: the path, and what is there once the page can be used.
PAGES = {"live board": ("/", "#race .vt b"), "volunteer's app": ("/volunteer", ".scan")}
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


@dataclass(frozen=True)
class Visit:
    """Seconds from the tap; bytes as they came over the line until then."""

    painted: float
    ready: float
    bytes: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="", help="of a server with a night on it; else one is started")
    parser.add_argument("--visits", type=int, default=3)
    parser.add_argument("--slower", default="1,4,6", help="by how much the processor is slower than this one")
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    slower = [int(one) for one in arguments.slower.split(",")]
    if arguments.url:
        measured = measure(arguments.url.rstrip("/"), arguments.visits, slower)
    else:
        with played("--speed", "0", "--stations", "200", "--finals-only") as night:
            # Its code tells only whether all stations equal the package's, and these are some.
            night.process.wait()
            measured = measure(night.url, arguments.visits, slower)
    put(arguments.json, {"visits": arguments.visits, "measured": measured})
    return 0


def measure(url: str, visits: int, slower: list[int]) -> list[dict[str, Any]]:
    """Medians."""
    measured = []
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        print("page, line, processor: first paint, ready (medians, s); kB until then")
        for name, (path, ready) in PAGES.items():
            for line in LINES:
                for times in slower:
                    made = [visit(browser, url + path, ready, line, times) for _ in range(visits)]
                    one = {
                        "page": name,
                        "line": line.name,
                        "slower": times,
                        "painted_s": round(statistics.median(each.painted for each in made), 2),
                        "ready_s": round(statistics.median(each.ready for each in made), 2),
                        "kb": round(statistics.median(each.bytes for each in made) / 1_000),
                    }
                    measured.append(one)
                    print(
                        f"{name}, {line.name}, {times}x slower: {one['painted_s']}, {one['ready_s']}; {one['kb']} kB",
                        flush=True,
                    )
        browser.close()
    return measured


def visit(browser: Browser, url: str, ready: str, line: Line, slower: int) -> Visit:
    """A first visit: nothing is cached."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    devtools = context.new_cdp_session(page)
    came = 0

    def count(event: dict[str, float]) -> None:
        nonlocal came
        came += int(event["encodedDataLength"])

    devtools.on("Network.loadingFinished", count)
    devtools.send("Network.enable")
    if line.down:
        speed = {"downloadThroughput": line.down * 125, "uploadThroughput": line.up * 125}
        devtools.send("Network.emulateNetworkConditions", {"offline": False, "latency": line.there_and_back, **speed})
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    began = time.monotonic()
    page.goto(url, wait_until="commit")
    page.locator(ready).first.wait_for()
    took = time.monotonic() - began
    painted = float(page.evaluate(PAINTED)) / 1_000
    context.close()
    return Visit(painted, took, came)


if __name__ == "__main__":
    sys.exit(main())
