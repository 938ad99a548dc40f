"""Ten thousand open subscriptions on one process of `tallywire serve`: memory of each, and all back after kill -9.

python -m bench.crowd [--readers 10000] [--groups 20]

While the process is away a thousand entries come in; each reader comes back with its cursor and is told the difference.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.fanout_control import Child
from bench.growing_log import ELECTION, GrowingLog, Served, areas, growing
from bench.night_readers import digest
from bench.night_watched import RESULTS
from bench.records import put

BEFORE, MEANWHILE = 3_000, 1_000
PATIENCE_SECONDS = 240.0
# Readers of quiet districts learn by heartbeats how far the log has come; the end need not be waited for long.
QUICK = {"TALLYWIRE_HEARTBEAT_SECONDS": "5"}
EXECUTIONS = "tallywire_executions_total"


async def measure(readers: int, groups: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="tallywire-crowd-") as folder:
        async with growing(Path(folder), BEFORE + MEANWHILE + 1) as log:
            await log.grow(BEFORE)
            crowd = await Child.start("bench.night_readers", "steady")
            try:
                return await _storm(log, crowd, readers, groups)
            finally:
                await crowd.end()


async def _storm(log: GrowingLog, crowd: Child, readers: int, groups: int) -> dict[str, Any]:
    server, chosen = log.serve(**QUICK), areas(log.definition, groups)
    empty = server.memory
    opened = await crowd.ask("connect", server.port, ELECTION, chosen, readers)
    figures = {
        "readers": readers,
        "groups": len(chosen),
        "opened_s": opened,
        "kib": (server.memory - empty) / readers / 1024,
    }
    server.process.kill()
    server.process.wait()
    await log.grow(MEANWHILE)
    began = time.monotonic()
    server = log.serve(server.port, **QUICK)
    listening, cpu = time.monotonic(), server.cpu
    await _until(crowd, "live", readers)
    figures |= {
        "ready_s": listening - began,
        "live_s": time.monotonic() - listening,
        "executions": int(server.metric(EXECUTIONS)),
        "cpu_us": (server.cpu - cpu) / readers * 1e6,
    }
    await log.grow(1)
    ends = await crowd.ask("finish", log.head, str(log.folder / "told.json"))
    return figures | {"exact": readers - ends["late"] - wrong_readers(server, ends), "resets": ends["resets"]}


async def _until(crowd: Child, what: str, wanted: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := await crowd.ask(what)) < wanted:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{found} of {wanted} are {what}")
        await asyncio.sleep(0.05)


def wrong_readers(server: Served, ends: dict[str, Any]) -> int:
    """How many hold something else than the board."""
    wrong = 0
    for area, held in ends["held"].items():
        right = digest(server.ask(RESULTS, id=ELECTION, areas=area.split(","))["results"])
        wrong += sum(count for found, count in held.items() if found != right)
    return wrong


def show(figures: dict[str, Any]) -> None:
    readers = figures["readers"]
    print(
        f"{readers:,} subscriptions in {figures['groups']} groups: {figures['kib']:.1f} KiB each, open after"
        f" {figures['opened_s']:.1f} s"
    )
    print(
        f"kill -9; a new process listened after {figures['ready_s']:.1f} s, {figures['live_s']:.1f} s later all were"
        f" live: {figures['executions']} executions, {figures['cpu_us']:.0f} µs of CPU each"
    )
    print(
        f"one more change later {figures['exact']:,} of {readers:,} hold exactly the board, {figures['resets']} had to"
        " begin anew"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=10_000)
    parser.add_argument("--groups", type=int, default=20)
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    figures = asyncio.run(measure(arguments.readers, arguments.groups))
    show(figures)
    put(arguments.json, figures)
    return 0 if figures["exact"] == figures["readers"] and not figures["resets"] else 1


if __name__ == "__main__":
    sys.exit(main())
