"""Memory of `tallywire serve` while one reader in a hundred reads nothing and the log grows all the time.

python -m bench.stalled                 a minute and a half
python -m bench.stalled --minutes 60    the hour

Readers stand in 20 groups; one in twenty comes and goes besides. Who stalls reads nothing for up to a minute, is cut
where it answers no ping, and stalls again. The log is long enough from the start for whatever keeps a part of it.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.crowd import QUICK, wrong_readers
from bench.fanout_control import Child
from bench.growing_log import ELECTION, GrowingLog, Served, areas, growing
from bench.records import put

# More than a process keeps of the log in memory.
BEFORE = 6_000
STEP_SECONDS = 0.1
SAMPLE_SECONDS = 1.0
# The first of it is not counted: readers come, and all of them are sent everything.
SETTLING = 0.2
SLOW = "tallywire_slow_readers_total"


async def measure(readers: int, groups: int, minutes: float, rate: int) -> dict[str, Any]:
    entries = int(minutes * 60 * rate) + 1
    with tempfile.TemporaryDirectory(prefix="tallywire-stalled-") as folder:
        async with growing(Path(folder), BEFORE + entries) as log:
            await log.grow(BEFORE)
            server, every = log.serve(**QUICK), areas(log.definition, len(log.definition.areas))
            # The first group reads every district, and those who stall are in it: much waits for them soon.
            chosen = [",".join(every), *every[1:groups]]
            crowd = await Child.start("bench.night_readers")
            try:
                await crowd.ask("connect", server.port, ELECTION, chosen, readers)
                samples = await _samples(log, server, minutes * 60, rate)
                slow = server.metric(SLOW)
                ends = await crowd.ask("finish", log.head, str(log.folder / "told.json"))
                wrong = wrong_readers(server, ends)
            finally:
                await crowd.end()
    first, last = _ends(samples)
    return {
        "readers": readers,
        "groups": len(chosen),
        "minutes": minutes,
        "rate": rate,
        "entries": log.head - BEFORE,
        "samples": samples,
        "first_mib": first,
        "last_mib": last,
        "slow": slow,
        "updates": ends["updates"],
        "connections": ends["connections"],
        "exact": readers - ends["late"] - wrong,
        "resets": ends["resets"],
    }


async def _samples(log: GrowingLog, server: Served, seconds: float, rate: int) -> list[tuple[float, float]]:
    """(seconds, MiB) as the log grows by `rate` entries a second."""
    began, told, samples = time.monotonic(), 0, []
    while (now := time.monotonic() - began) < seconds:
        due = int(now * rate)
        await log.grow(due - told)
        told = due
        if not samples or now - samples[-1][0] >= max(SAMPLE_SECONDS, seconds / 300):
            samples.append((round(now, 1), round(server.memory / 2**20, 2)))
        await asyncio.sleep(STEP_SECONDS)
    return samples


def _ends(samples: list[tuple[float, float]]) -> tuple[float, float]:
    """MiB in the middle of the first third and of the last one, once all have settled."""
    settled = samples[int(len(samples) * SETTLING) :]
    third = max(1, len(settled) // 3)
    return statistics.median(m for _, m in settled[:third]), statistics.median(m for _, m in settled[-third:])


def show(figures: dict[str, Any]) -> None:
    print(
        f"{figures['minutes']:g} minutes, {figures['readers']:,} readers in {figures['groups']} groups, 1 % stalled,"
        f" 5 % coming and going, {figures['entries']:,} entries: {figures['updates']:,} updates over"
        f" {figures['connections']:,} connections"
    )
    print(
        f"memory of the server: {figures['first_mib']:.1f} MiB in the first third, {figures['last_mib']:.1f} in the"
        f" last ({figures['last_mib'] - figures['first_mib']:+.1f}); readers found slow {figures['slow']:.0f} times"
    )
    print(f"ended exact: {figures['exact']:,} of {figures['readers']:,}, begun anew {figures['resets']}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.5)
    parser.add_argument("--readers", type=int, default=1_000)
    parser.add_argument("--groups", type=int, default=20)
    parser.add_argument("--rate", type=int, default=100, help="entries a second")
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    figures = asyncio.run(measure(arguments.readers, arguments.groups, arguments.minutes, arguments.rate))
    show(figures)
    put(arguments.json, figures)
    return 0 if figures["exact"] == figures["readers"] and not figures["resets"] else 1


if __name__ == "__main__":
    sys.exit(main())
