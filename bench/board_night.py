"""The board open in a browser while the whole night is played: its frames, its memory, and its numbers at the end.

python -m bench.board_night                        the whole night at 60x
python -m bench.board_night --minutes 4            the first four minutes of that
"""

import argparse
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from bench.board_numbers import differing
from bench.played_night import PlayedNight, chromium, played
from bench.records import put

SAMPLE_SECONDS = 20.0
# A frame that took so long is one that the eye misses: three of a 60 Hz screen.
DROPPED_MS = 50
# Frame times by requestAnimationFrame, and what kept the thread for longer than 50 ms.
WATCH = """(dropped_ms) => {
    const none = { frames: 0, dropped: 0, worst_ms: 0, row: 0, tasks: 0, busy_ms: 0 };
    let seen = { ...none }, last = performance.now(), run = 0;
    const frame = (now) => {
        const took = now - last;
        last = now;
        seen.frames += 1;
        seen.worst_ms = Math.max(seen.worst_ms, took);
        run = took > dropped_ms ? run + 1 : 0;
        if (run > 0) seen.dropped += 1;
        seen.row = Math.max(seen.row, run);
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) { seen.tasks += 1; seen.busy_ms += duration; }
    }).observe({ type: "longtask" });
    window.take = () => {
        const taken = seen;
        seen = { ...none };
        [last, run] = [performance.now(), 0];
        return taken;
    };
}"""
REPORTING = "query R($id: ID!) { result(contestId: $id) { stationsReporting } }"


@dataclass(frozen=True, slots=True)
class Sample:
    """The page's heap after a forced collection, and its nodes.

    Since the sample before: frames, those over 50 ms, the most of these in a row, and tasks over 50 ms with their time.
    """

    minute: float
    seconds: float
    stations: int
    heap_mib: float
    nodes: int
    frames: int
    dropped: int
    row: int
    worst_ms: float
    tasks: int
    busy_ms: float

    def line(self) -> str:
        return (
            f"{self.minute:5.1f} min  {self.stations:5,} stations  heap {self.heap_mib:5.1f} MiB  {self.nodes:6,} nodes"
            f"  {self.frames / self.seconds:4.1f} frames/s, {self.dropped} over {DROPPED_MS} ms"
            f" (worst {self.worst_ms:.0f}, {self.row} in a row at most),"
            f" {self.tasks} long tasks of {self.busy_ms:.0f} ms"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speed", type=float, default=60)
    parser.add_argument("--minutes", type=float, default=0, help="end the night after so many; 0: play all of it")
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    with played("--speed", str(arguments.speed)) as night, sync_playwright() as playwright:
        browser = chromium(playwright)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(night.url, wait_until="domcontentloaded")
        page.locator("#race").wait_for()
        page.evaluate(WATCH, DROPPED_MS)
        samples = watch(night, page, arguments.minutes * 60)
        if arguments.minutes:
            night.stop_playing()
        faults = differing(night, page)
        browser.close()
    if not samples:
        print("the night ended before it was looked at")
        return 1
    for fault in faults:
        print(fault)
    told = figures(samples, speed=arguments.speed, equal=not faults)
    print(
        f"heap {told['first_mib']:.1f} MiB in the first third, {told['last_mib']:.1f} in the last;"
        f" {told['dropped']} of {told['frames']:,} frames over {DROPPED_MS} ms, {told['row']} in a row at most"
    )
    put(arguments.json, told)
    return 1 if faults else 0


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
    seen = page.evaluate("window.take()")
    devtools.send("HeapProfiler.collectGarbage")
    heap = devtools.send("Runtime.getHeapUsage")["usedSize"]
    metrics = {one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]}
    stations = night.ask(REPORTING, id="bkk-2022/governor")["result"]["stationsReporting"]
    # The collection itself is no frame of the board's.
    page.evaluate("window.take()")
    return Sample(
        minute=round(minute, 2),
        seconds=SAMPLE_SECONDS,
        stations=stations,
        heap_mib=round(heap / 2**20, 2),
        nodes=int(metrics["Nodes"]),
        **{key: round(value, 1) if key.endswith("_ms") else value for key, value in seen.items()},
    )


def figures(samples: list[Sample], *, speed: float, equal: bool) -> dict[str, Any]:
    third = max(1, len(samples) // 3)
    first, last = samples[:third], samples[-third:]
    seconds = sum(one.seconds for one in samples)
    return {
        "speed": speed,
        "minutes": samples[-1].minute,
        "stations": samples[-1].stations,
        "first_mib": median(one.heap_mib for one in first),
        "last_mib": median(one.heap_mib for one in last),
        "first_nodes": int(median(one.nodes for one in first)),
        "last_nodes": int(median(one.nodes for one in last)),
        "frames": sum(one.frames for one in samples),
        "frames_a_second": round(sum(one.frames for one in samples) / seconds, 1),
        "dropped": sum(one.dropped for one in samples),
        "row": max(one.row for one in samples),
        "worst_ms": max(one.worst_ms for one in samples),
        "tasks": sum(one.tasks for one in samples),
        "busy_share": round(sum(one.busy_ms for one in samples) / seconds / 1_000, 4),
        "equal": equal,
        "samples": [asdict(one) for one in samples],
    }


if __name__ == "__main__":
    sys.exit(main())
