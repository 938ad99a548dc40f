"""The board's first view on an old phone: how long until its numbers stand, on slow networks and slow processors.

python -m bench.slow_phone                 a network and a processor after the other, three visits each
"""

import argparse
import os
import shutil
import statistics
import sys
import time
from dataclasses import dataclass

from playwright.sync_api import Browser, sync_playwright

from bench.played_night import CHROMIUM_FLAGS, played

VISITS = 3
NUMBERS = ".cand .vt b"


@dataclass(frozen=True)
class Line:
    """Kilobits a second down and up, and milliseconds there and back."""

    name: str
    down: int
    up: int
    there_and_back: int


# WebPageTest's "3G" and "3G slow", and a line that is no limit.
LINES = (Line("no limit", 0, 0, 0), Line("3G", 1_600, 768, 300), Line("slow 3G", 400, 400, 400))
SLOWER = (1, 4, 6)


@dataclass(frozen=True)
class Visit:
    """Seconds from the tap; bytes as they came over the line."""

    painted: float
    numbers: float
    bytes: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="", help="of a server with a night on it; else one is started")
    arguments = parser.parse_args()
    if arguments.url:
        measure(arguments.url)
        return 0
    with played("--speed", "0", "--stations", "200", "--finals-only") as night:
        night.process.wait()
        measure(night.url)
    return 0


def measure(url: str) -> None:
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_FLAGS))
        print("line, processor: first paint, first numbers (medians, s); kB until then")
        for line in LINES:
            for slower in SLOWER:
                visits = [visit(browser, url, line, slower) for _ in range(VISITS)]
                painted, numbers = (
                    statistics.median(getattr(one, at) for one in visits) for at in ("painted", "numbers")
                )
                kilobytes = statistics.median(one.bytes for one in visits) / 1_000
                print(f"{line.name}, {slower}x slower: {painted:.2f}, {numbers:.2f}; {kilobytes:.0f} kB", flush=True)
        browser.close()


def visit(browser: Browser, url: str, line: Line, slower: int) -> Visit:
    """A first visit: nothing is cached."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(120_000)
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
    page.locator(NUMBERS).first.wait_for()
    numbers = time.monotonic() - began
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0") / 1_000
    context.close()
    return Visit(float(painted), numbers, came)


if __name__ == "__main__":
    sys.exit(main())
