"""What the ledger costs the way in: accepted tallies with it, beside the same server without it, in one run.

    python -m bench.ledger_cost

One server takes Bangkok's sheets without a pause, in blocks of four windows: with the ledger, without, without, with,
and the next block the other way round, so that what grows or drifts meets both alike. Without: nobody may seal the log
(this bench holds the lock of who does). A window with it lasts from one signed head to a later one, so that it pays for
just as many heads and entries as it takes; what the windows without it leave is sealed before it begins. PostgreSQL's
checkpoints and vacuums come between the blocks only. Each block gives one figure; shown are their median and its 95 %
interval.
"""

import argparse
import asyncio
import math
import statistics
import subprocess
import sys
import tempfile
import time
from bisect import bisect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from bench.interval import median_and_interval
from bench.records import put
from bench.turns import ROOT, SERVE, Frame, cpu, cpu_of_tree, framed, port_of, process

AIM_PERCENT = 5.0
# Until connections are open and the load is even.
WARMING_SECONDS = 2.0
# More than a block takes; then the phones end by themselves.
BLOCK_SECONDS_MAX = 120.0
SETTLING_SECONDS = 0.5
# A window without the ledger is as long as the last one with it; before the first, so long.
FIRST_SECONDS = 2.0
# Reports of each station: enough sheets for as long as it lasts.
STEPS = 40
LOCK = "SELECT pg_advisory_lock(hashtext('ledger ' || $1::text))"
UNLOCK = "SELECT pg_advisory_unlock(hashtext('ledger ' || $1::text))"
NEWEST = "SELECT coalesce(max(number), 0) FROM ledger_head WHERE election_id = $1"
REPORTED = "SELECT sequence FROM log_head WHERE election_id = $1"
SEALED = "SELECT coalesce(max(size), 0) FROM ledger WHERE election_id = $1"
QUIET = (
    "ALTER SYSTEM SET autovacuum = off",
    "ALTER SYSTEM SET checkpoint_timeout = '1h'",
    "ALTER SYSTEM SET max_wal_size = '16GB'",
    "SELECT pg_reload_conf()",
)
PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.05


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, default=20, help="of four windows each")
    parser.add_argument("--heads", type=int, default=1, help="signed in a window with the ledger")
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--package", type=Path, default=ROOT / "data" / "bkk2022")
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tallywire-ledger-cost-") as folder:
        figures = run(Path(folder), arguments.package, arguments.blocks, arguments.heads, arguments.connections)
    show(figures)
    put(arguments.json, figures)
    return 0


@dataclass(slots=True)
class Window:
    """What went on between two moments; CPU in seconds. `accepted`, `waits`: filled in once the phones have told."""

    sealed: bool
    began: float
    ended: float
    server: float
    postgres: float
    accepted: int = 0
    waits: tuple[float, ...] = ()

    @property
    def seconds(self) -> float:
        return self.ended - self.began


class Bench:
    """A server under load. `heads`: as many are signed in a window with the ledger."""

    def __init__(
        self, frame: Frame, server: psutil.Process, runner: asyncio.Runner, connection: asyncpg.Connection, heads: int
    ) -> None:
        self._frame = frame
        self._server = server
        self._run = runner.run
        self._connection = connection
        self._election = frame.stage.election_id
        self._heads = heads
        self._length = 0.0

    def quiet(self) -> None:
        """From here on PostgreSQL checkpoints and vacuums when told."""
        for statement in QUIET:
            self._run(self._connection.execute(statement))

    def tidy(self) -> None:
        """Between two blocks: what is kept out of them."""
        self._run(self._connection.execute("VACUUM (ANALYZE)"))
        self._run(self._connection.execute("CHECKPOINT"))

    def block(self, port: int, connections: int, order: tuple[bool, ...]) -> list[Window]:
        """One window after the other under one load. `order`: which are with the ledger."""
        self._frame.begin(port, BLOCK_SECONDS_MAX, connections)
        time.sleep(WARMING_SECONDS)
        windows = [self.with_ledger() if sealed else self.without() for sealed in order]
        self._frame.enough()
        turn = self._frame.ended()
        for window in windows:
            first, last = (bisect(turn["ends"], moment) for moment in (window.began, window.ended))
            window.accepted, window.waits = last - first, tuple(turn["waits"][first:last])
        assert turn["ends"][-1] > windows[-1].ended, "the phones ended too soon"
        return windows

    def with_ledger(self) -> Window:
        self._catch_up()
        window = self._open(sealed=True)
        for _ in range(self._heads):
            self._next_head()
        self._close(window)
        self._length = window.seconds
        return window

    def without(self) -> Window:
        self._run(self._connection.execute(LOCK, self._election))
        try:
            time.sleep(SETTLING_SECONDS)
            window = self._open(sealed=False)
            until = window.began + (self._length or FIRST_SECONDS)
            # It asks PostgreSQL as often as a window with the ledger does.
            self._wait(lambda: self._newest() >= 0 and time.monotonic() >= until)
            self._close(window)
            return window
        finally:
            self._run(self._connection.execute(UNLOCK, self._election))

    def _catch_up(self) -> None:
        """Until a head has all that is there now: what windows without the ledger left may take several."""
        wanted = self._run(self._connection.fetchval(REPORTED, self._election))
        self._wait(lambda: self._run(self._connection.fetchval(SEALED, self._election)) >= wanted)

    def _next_head(self) -> None:
        before = self._newest()
        self._wait(lambda: self._newest() > before)

    def _newest(self) -> int:
        return int(self._run(self._connection.fetchval(NEWEST, self._election)))

    def _wait(self, reached: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not reached():
            assert time.monotonic() < deadline, "the log is not sealed"
            time.sleep(LOOK_SECONDS)

    def _open(self, *, sealed: bool) -> Window:
        return Window(sealed, time.monotonic(), 0.0, -cpu(self._server), -cpu_of_tree(self._frame.postgres.pid))

    def _close(self, window: Window) -> None:
        window.ended = time.monotonic()
        window.server += cpu(self._server)
        window.postgres += cpu_of_tree(self._frame.postgres.pid)


def run(folder: Path, package: Path, blocks: int, heads: int, connections: int) -> dict[str, Any]:
    with framed(folder, package, STEPS) as frame:
        # Cuts come by the minute, into whichever window it is.
        environment = {"TALLYWIRE_DATA_DIR": str(folder / "data"), "TALLYWIRE_CUT_SECONDS": "3600"}
        serve = (*SERVE, frame.postgres.url("tallywire"))
        with process(*serve, output=subprocess.STDOUT, **environment) as server, asyncio.Runner() as runner:
            connection = runner.run(asyncpg.connect(frame.postgres.url("tallywire")))
            bench = Bench(frame, psutil.Process(server.pid), runner, connection, heads)
            bench.quiet()
            port, taken = port_of(server), []
            for number in range(-1, blocks):
                first = number % 2 == 0
                windows = bench.block(port, connections, (first, not first, not first, first))
                if number >= 0:
                    # The first one warms up.
                    taken.append(windows)
                bench.tidy()
            runner.run(connection.close())
        return {"postgres": frame.settings, "connections": connections, "heads": heads} | summed(taken)


def summed(blocks: list[list[Window]]) -> dict[str, Any]:
    windows = [window for block in blocks for window in block]
    return {
        "blocks": len(blocks),
        "with": _side([window for window in windows if window.sealed]),
        "without": _side([window for window in windows if not window.sealed]),
        "cost": {
            "time": _cost(blocks, lambda window: window.seconds),
            "server": _cost(blocks, lambda window: window.server),
            "all": _cost(blocks, lambda window: window.server + window.postgres),
        },
    }


def _side(windows: list[Window]) -> dict[str, Any]:
    accepted = sum(window.accepted for window in windows)
    cuts = statistics.quantiles([wait for window in windows for wait in window.waits], n=100)
    return {
        "accepted": accepted,
        "a_second": accepted / sum(window.seconds for window in windows),
        "p50_ms": 1e3 * cuts[49],
        "p99_ms": 1e3 * cuts[98],
        "cpu_ms": 1e3 * sum(window.server for window in windows) / accepted,
        "postgres_cpu_ms": 1e3 * sum(window.postgres for window in windows) / accepted,
    }


def _cost(blocks: list[list[Window]], spent: Callable[[Window], float]) -> dict[str, Any]:
    """How much more a tally takes with the ledger, in percent: of each block, and the median of them."""

    def a_tally(block: list[Window], *, sealed: bool) -> float:
        return statistics.fmean(math.log(spent(one) / one.accepted) for one in block if one.sealed is sealed)

    by_block = [100 * math.expm1(a_tally(block, sealed=True) - a_tally(block, sealed=False)) for block in blocks]
    return median_and_interval(by_block) | {"by_block": [round(one, 2) for one in by_block]}


def show(figures: dict[str, Any]) -> None:
    print(f"PostgreSQL {figures['postgres']}, {figures['connections']} connections, {figures['blocks']} blocks")
    print(f"{'':34}{'with':>12}{'without':>12}")
    for label, field, shape in (
        ("accepted and on disk", "accepted", "{:,}"),
        ("tallies a second", "a_second", "{:.1f}"),
        ("answer p50, ms", "p50_ms", "{:.1f}"),
        ("answer p99, ms", "p99_ms", "{:.1f}"),
        ("server CPU a tally, ms", "cpu_ms", "{:.3f}"),
        ("PostgreSQL CPU a tally, ms", "postgres_cpu_ms", "{:.3f}"),
    ):
        print(f"{label:34}" + "".join(f"{shape.format(figures[side][field]):>12}" for side in ("with", "without")))
    for label, name in (
        ("time, so tallies a second", "time"),
        ("CPU of the server", "server"),
        ("CPU of server and PostgreSQL", "all"),
    ):
        cost = figures["cost"][name]
        by_block = ", ".join(f"{one:+.1f}" for one in cost["by_block"])
        print(
            f"the ledger costs {cost['median']:+.2f} % {label} ({cost['low']:+.2f} to {cost['high']:+.2f}; {by_block})"
        )
    print(f"aim: less than {AIM_PERCENT:.0f} %")


if __name__ == "__main__":
    sys.exit(main())
