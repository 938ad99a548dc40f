"""The board open in a browser while the whole night is played: its frames, its memory, and its numbers at the end.

python -m bench.board_night                        the whole night at 60x
python -m bench.board_night --minutes 4            the first four minutes of that
"""

import argparse
import os
import shutil
import sys
import time
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from bench.played_night import CHROMIUM_FLAGS, PlayedNight, played

SAMPLE_SECONDS = 20.0
SETTLE_SECONDS = 20.0
# A frame that took so long is one that the eye misses: three of a 60 Hz screen.
DROPPED_MS = 50
# Frame times by requestAnimationFrame, and what kept the thread for longer than 50 ms.
WATCH = """(dropped_ms) => {
    const seen = { frames: 0, dropped: 0, worst: 0, runs: 0, longestRun: 0, tasks: 0, busy: 0 };
    let last = performance.now(), run = 0;
    const frame = (now) => {
        const took = now - last;
        last = now;
        seen.frames += 1;
        seen.worst = Math.max(seen.worst, took);
        if (took > dropped_ms) { seen.dropped += 1; run += 1; if (run === 2) seen.runs += 1; } else run = 0;
        seen.longestRun = Math.max(seen.longestRun, run);
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) { seen.tasks += 1; seen.busy += duration; }
    }).observe({ type: "longtask" });
    window.take = () => {
        const taken = { ...seen };
        Object.assign(seen, { frames: 0, dropped: 0, worst: 0, runs: 0, longestRun: 0, tasks: 0, busy: 0 });
        last = performance.now();
        return taken;
    };
}"""
SHOWN = """() => Object.fromEntries([...document.querySelectorAll("[data-number]")].flatMap((row) => {
    const votes = row.querySelector(".vt b, .v, b")?.innerText.match(/^[\\d,]+/);
    return votes ? [[row.dataset.number, Number(votes[0].replaceAll(",", ""))]] : [];
}))"""
RESULT = """query R($id: ID!) { contest(id: $id) { result {
    stationsReporting stationsFinal rows { votes candidate { ballotNumber } } } } }"""


@dataclass(frozen=True, slots=True)
class Sample:
    """Bytes after a forced collection; frames since the sample before."""

    minute: float
    stations: int
    heap: int
    nodes: int
    frames: dict[str, float]

    def line(self) -> str:
        seen = self.frames
        return (
            f"{self.minute:5.1f} min  {self.stations:5,} stations  heap {self.heap / 2**20:5.1f} MiB"
            f"  {self.nodes:6,} nodes"
            f"  {seen['frames']:5.0f} frames, {seen['dropped']:.0f} over {DROPPED_MS} ms (worst {seen['worst']:.0f} ms,"
            f" {seen['longestRun']:.0f} in a row at most), {seen['tasks']:.0f} long tasks of {seen['busy']:.0f} ms"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speed", type=float, default=60)
    parser.add_argument("--minutes", type=float, default=0, help="end the night after so many; 0: play all of it")
    arguments = parser.parse_args()
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with played("--speed", str(arguments.speed)) as night, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_FLAGS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(night.url, wait_until="domcontentloaded")
        page.locator("#race").wait_for()
        page.evaluate(WATCH, DROPPED_MS)
        samples = watch(night, page, arguments.minutes * 60)
        night.stop_playing()
        equal = same_numbers(night, page)
        browser.close()
    grown = samples[-1].heap - samples[len(samples) // 2].heap
    print(f"heap: {grown / 2**20:+.1f} MiB over the second half; numbers equal to the server's at the end: {equal}")
    return 0 if equal else 1


def watch(night: PlayedNight, page: Page, seconds: float) -> list[Sample]:
    """A sample every so often, until the night is over."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")
    began, samples = time.monotonic(), list[Sample]()
    while night.process.poll() is None and (seconds == 0 or time.monotonic() - began < seconds):
        page.wait_for_timeout(SAMPLE_SECONDS * 1_000)
        samples.append(sample(night, page, devtools, (time.monotonic() - began) / 60))
        print(samples[-1].line(), flush=True)
    return samples


def sample(night: PlayedNight, page: Page, devtools: CDPSession, minute: float) -> Sample:
    frames = page.evaluate("window.take()")
    devtools.send("HeapProfiler.collectGarbage")
    heap = devtools.send("Runtime.getHeapUsage")["usedSize"]
    metrics = {one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]}
    stations = result(night)["stationsReporting"]
    # The collection itself is no frame of the board's.
    page.evaluate("window.take()")
    return Sample(minute, stations, int(heap), int(metrics["Nodes"]), frames)


def result(night: PlayedNight) -> Any:
    return night.ask(RESULT, id="bkk-2022/governor")["contest"]["result"]


def same_numbers(night: PlayedNight, page: Page) -> bool:
    """Every candidate's votes on the page, once what was under way has come."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        told = {str(row["candidate"]["ballotNumber"]): row["votes"] for row in result(night)["rows"]}
        shown = page.evaluate(SHOWN)
        if shown and all(told[number] == votes for number, votes in shown.items()):
            print(f"{len(shown)} candidates, {sum(shown.values()):,} votes shown")
            return True
        page.wait_for_timeout(500)
    return False


if __name__ == "__main__":
    sys.exit(main())
