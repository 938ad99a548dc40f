"""CPU per delivery of one update with 31 rows: tallywire, a textbook server, and bare sockets, in one run.

python -m bench.fanout                                        200, 1,000 and 5,000 readers, one and fifty groups
python -m bench.fanout --readers 1000 --groups 1 --seconds 20  one of them, for longer

Each server is a process of its own, the readers are another; CPU is what the process itself used while it delivered.
A server delivers for so many seconds, whatever it takes for one delivery, so that the whole lasts some minutes.
"""

import argparse
import asyncio
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.fanout_control import Child
from bench.records import put

KINDS = {
    "textbook": "Strawberry + broadcaster",
    "asgi": "tallywire --ws asgi",
    "direct": "tallywire",
    "timed": "tallywire, timed",
    "raw": "ready frames, bare uvloop",
}
PAUSE_SECONDS = 0.15
# How many times as long all may take, pauses and all.
PAUSES_MAX = 3
# Of the slowest server, that p99 is more than one round.
ROUNDS_MIN = 2
LOOK_SECONDS = 0.01
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Measured:
    """Times in microseconds and milliseconds, memory in KiB."""

    kind: str
    readers: int
    groups: int
    deliveries: int
    delivery_bytes: int
    server_us: float
    readers_us: float
    deliveries_a_second: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    memory_kib: float
    division_us: dict[str, float]


async def measure(kind: str, readers: int, groups: int, seconds: float) -> Measured:
    server = await Child.start("bench.fanout_servers", kind)
    crowd = await Child.start("bench.fanout_readers")
    try:
        port = await server.line()
        empty = await server.ask("stats")
        await crowd.ask("connect", port, readers, groups)
        full = await server.ask("stats")
        await _rounds(server, crowd, readers, groups, 0)
        before, crowd_before = await server.ask("stats"), await crowd.ask("stats")
        await crowd.ask("counted")
        await _division(server, kind, 1)
        spent = await _rounds(server, crowd, readers, groups, seconds)
        after, crowd_after = await server.ask("stats"), await crowd.ask("stats")
        counted = await crowd.ask("counted")
        assert not counted["lost"], f"{counted['lost']} connections lost"
        frames, ages = counted["frames"], sorted(counted["latencies"])
        return Measured(
            kind=KINDS[kind],
            readers=readers,
            groups=groups,
            deliveries=frames,
            delivery_bytes=counted["bytes"] // frames,
            server_us=(after["cpu"] - before["cpu"]) / frames * 1e6,
            readers_us=(crowd_after["cpu"] - crowd_before["cpu"]) / frames * 1e6,
            deliveries_a_second=frames / spent,
            p50_ms=statistics.median(ages) * 1e3,
            p99_ms=ages[int(len(ages) * 0.99)] * 1e3,
            max_ms=ages[-1] * 1e3,
            memory_kib=(full["rss"] - empty["rss"]) / readers / 1024,
            division_us=await _division(server, kind, frames),
        )
    finally:
        await crowd.end()
        await server.end()


async def _division(server: Child, kind: str, frames: int) -> dict[str, float]:
    """Microseconds of each part a delivery, since it was asked the last time."""
    spent = await server.ask("division") if kind == "timed" else {}
    return {name: seconds / frames * 1e6 for name, seconds in spent.items()}


async def _rounds(server: Child, crowd: Child, readers: int, batch: int, seconds: float) -> float:
    """One round after another for so long, each begun when every reader has the one before; seconds spent on them.

    With few readers most of the time is the pause between rounds: that, too, has an end. 0 seconds: one round, that
    warms up.
    """
    wanted, spent, rounds, start = await crowd.ask("seen"), 0.0, 0, time.monotonic()
    while (spent < seconds and time.monotonic() - start < seconds * PAUSES_MAX) or rounds < (
        ROUNDS_MIN if seconds else 1
    ):
        wanted, began = wanted + readers, time.monotonic()
        await server.ask("publish", batch)
        while (seen := await crowd.ask("seen")) < wanted:
            if time.monotonic() - began > PATIENCE_SECONDS:
                raise TimeoutError(f"{wanted - seen} deliveries did not come")
            await asyncio.sleep(LOOK_SECONDS)
        spent += time.monotonic() - began
        rounds += 1
        await asyncio.sleep(PAUSE_SECONDS)
    return spent


def show(measured: list[Measured]) -> None:
    print(
        f"{'server':26} {'readers':>8} {'groups':>6} {'µs CPU a delivery':>18} {'of textbook':>12} {'readers µs':>11}"
        f" {'a second':>10} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8} {'KiB each':>9}"
    )
    for one in measured:
        textbook = _of("textbook", measured, one)
        ratio = f"1/{textbook / one.server_us:.1f}" if textbook else "-"
        print(
            f"{one.kind:26} {one.readers:8,} {one.groups:6} {one.server_us:18.1f} {ratio:>12} {one.readers_us:11.1f}"
            f" {one.deliveries_a_second:10,.0f} {one.p50_ms:8.1f} {one.p99_ms:8.1f} {one.max_ms:8.1f}"
            f" {one.memory_kib:9.1f}"
        )


def show_division(measured: list[Measured]) -> None:
    """Where a delivery's CPU goes, and what is beyond the writer of ready frames in the same run."""
    for one in (one for one in measured if one.division_us):
        raw = _of("raw", measured, one)
        parts = {**one.division_us, "the rest": one.server_us - sum(one.division_us.values())}
        told = ", ".join(f"{name} {microseconds:.1f}" for name, microseconds in parts.items())
        beyond = f"; {one.server_us - raw:.1f} beyond ready frames ({raw:.1f})" if raw else ""
        print(f"{one.readers:,} readers in {one.groups} groups: {told} µs of {one.server_us:.1f}{beyond}")


def _of(kind: str, measured: list[Measured], one: Measured) -> float | None:
    found = (m for m in measured if m.kind == KINDS[kind] and (m.readers, m.groups) == (one.readers, one.groups))
    return next((m.server_us for m in found), None)


async def run(arguments: argparse.Namespace) -> int:
    measured: list[Measured] = []
    for readers in map(int, arguments.readers.split(",")):
        for groups in map(int, arguments.groups.split(",")):
            for kind in arguments.servers.split(","):
                measured.append(await measure(kind, readers, groups, arguments.seconds))
                one = measured[-1]
                print(f"  {readers:,} readers, {groups}: {one.kind} {one.server_us:.1f} µs", file=sys.stderr)
                # What was measured stays, should a later one fail.
                put(arguments.json, {"measured": [asdict(each) for each in measured]})
    show(measured)
    show_division(measured)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", default="200,1000,5000")
    parser.add_argument("--groups", default="1,50")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each server")
    parser.add_argument("--servers", default="textbook,direct,raw", help=", ".join(KINDS))
    parser.add_argument("--json", type=Path, help="write the figures there")
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
