"""What the ledger costs the way in: accepted tallies with it, beside the same server without it, in one run.

    python -m bench.ledger_cost

One server takes Bangkok's sheets in turns of a few seconds. In every other turn nobody may seal the log (this bench
holds the lock of who does), so that whatever else the machine does meets both alike. What a turn leaves to be sealed is
sealed before the next one, and its CPU counts for that turn. About two minutes.
"""

import argparse
import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import psutil

from bench.submit import ROOT, Candidate, _cpu, _cpu_of_tree, _measured, _phones, _port, _process, _settings, _take_turn
from bench.submit_sheets import set_stage
from db.embedded import EmbeddedPostgres

AIM_PERCENT = 5.0
LOCK = "SELECT pg_advisory_lock(hashtext('ledger ' || $1::text))"
UNLOCK = "SELECT pg_advisory_unlock(hashtext('ledger ' || $1::text))"
BEHIND = """
    SELECT h.sequence - coalesce(l.size, 0) FROM log_head h LEFT JOIN ledger l USING (election_id)
    WHERE election_id = $1
"""
PATIENCE_SECONDS = 60.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=5, help="with the ledger, and as many without, in turn")
    parser.add_argument("--seconds", type=float, default=5.0, help="a turn")
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--package", type=Path, default=ROOT / "data" / "bkk2022")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tallywire-ledger-cost-") as folder:
        figures = run(Path(folder), arguments.package, arguments.turns, arguments.seconds, arguments.connections)
    show(figures)
    return 0


@dataclass(slots=True)
class Sealing:
    """Whether the log may be sealed; `postgres`: its postmaster, whose CPU counts."""

    runner: asyncio.Runner
    connection: asyncpg.Connection
    election: str
    postgres: int

    def may(self, allowed: bool) -> None:
        self.runner.run(self.connection.execute(UNLOCK if allowed else LOCK, self.election))

    def catch_up(self, candidate: Candidate) -> None:
        """Until every entry is sealed; what it costs counts for the turn that this candidate took last."""
        before, postgres_before = _cpu(candidate.process), _cpu_of_tree(self.postgres)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.runner.run(self.connection.fetchval(BEHIND, self.election)):
            assert time.monotonic() < deadline, "the log is not sealed"
            time.sleep(0.05)
        candidate.turns[-1]["server_cpu_seconds"] += _cpu(candidate.process) - before
        candidate.turns[-1]["postgres_cpu_seconds"] += _cpu_of_tree(self.postgres) - postgres_before


def run(folder: Path, package: Path, turns: int, seconds: float, connections: int) -> dict[str, Any]:
    postgres = EmbeddedPostgres.start(folder / "postgres")
    try:
        settings = asyncio.run(_settings(postgres.url("postgres")))
        stage = asyncio.run(set_stage(postgres, package))
        script = folder / "script.json"
        script.write_bytes(orjson.dumps({"sheets": stage.sheets, "tokens": stage.tokens}))
        with _server(postgres, folder) as server, _phones(script) as phones, asyncio.Runner() as runner:
            connection = runner.run(asyncpg.connect(postgres.url("tallywire")))
            sealing = Sealing(runner, connection, stage.election_id, postgres.pid)
            port, process = _port(server), psutil.Process(server.pid)
            sealed, unsealed = (Candidate(name, port, process, []) for name in ("with", "without"))
            for turn in range(-1, turns):
                for candidate in (sealed, unsealed) if turn % 2 else (unsealed, sealed):
                    length = seconds if turn >= 0 else min(seconds, 2.0)
                    _turn(candidate, candidate is sealed, sealing, phones, length, connections, counts=turn >= 0)
            runner.run(connection.close())
    finally:
        postgres.stop()
    return {
        "postgres": settings,
        "connections": connections,
        "with": asdict(_measured(sealed)),
        "without": asdict(_measured(unsealed)),
        "cost_percent": _percent(sealed, unsealed, lambda turn: turn["server_cpu_seconds"]),
        "cost_percent_of_all": _percent(
            sealed, unsealed, lambda turn: turn["server_cpu_seconds"] + turn["postgres_cpu_seconds"]
        ),
        "slower_percent": _percent(sealed, unsealed, lambda turn: turn["seconds"]),
    }


@contextlib.contextmanager
def _server(postgres: EmbeddedPostgres, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    serve = ("tallywire.cli", "serve", "--port", "0", "--database-url", postgres.url("tallywire"))
    environment = {"TALLYWIRE_DATA_DIR": str(folder / "data")}
    with _process(*serve, output=subprocess.STDOUT, **environment) as server:
        yield server


def _turn(
    candidate: Candidate,
    sealed: bool,
    sealing: Sealing,
    phones: "subprocess.Popen[str]",
    seconds: float,
    connections: int,
    *,
    counts: bool,
) -> None:
    if not sealed:
        sealing.may(False)
    _take_turn(candidate, sealing.postgres, phones, seconds, connections, counts=counts)
    if sealed:
        sealing.catch_up(candidate)
    else:
        sealing.may(True)
        # What this turn left is sealed before the next, and counts for neither.
        sealing.catch_up(Candidate("nobody", candidate.port, candidate.process, [_nothing()]))


def _nothing() -> dict[str, Any]:
    return {"server_cpu_seconds": 0.0, "postgres_cpu_seconds": 0.0}


def _percent(sealed: Candidate, unsealed: Candidate, spent: Callable[[dict[str, Any]], float]) -> list[float]:
    """How much more a tally takes with the ledger: over all turns, then turn by turn."""
    pairs = [(one, other) for one, other in zip(sealed.turns, unsealed.turns, strict=True) if one["counts"]]
    whole = tuple(zip(*pairs, strict=True))
    sides = [whole, *(((one,), (other,)) for one, other in pairs)]

    def a_tally(turns: Sequence[dict[str, Any]]) -> float:
        return sum(map(spent, turns)) / sum(turn["accepted"] for turn in turns)

    return [100 * (a_tally(one) / a_tally(other) - 1) for one, other in sides]


def show(figures: dict[str, Any]) -> None:
    print(f"PostgreSQL {figures['postgres']}, {figures['connections']} connections")
    print(f"{'':34}{'with':>12}{'without':>12}")
    for label, field, shape in (
        ("accepted and on disk", "accepted", "{:,}"),
        ("tallies a second", "a_second", "{:.1f}"),
        ("answer p99, ms", "p99_ms", "{:.1f}"),
        ("server CPU a tally, ms", "cpu_ms", "{:.3f}"),
        ("PostgreSQL CPU a tally, ms", "postgres_cpu_ms", "{:.3f}"),
    ):
        print(f"{label:34}" + "".join(f"{shape.format(figures[side][field]):>12}" for side in ("with", "without")))
    for label, name in (
        ("CPU of the server", "cost_percent"),
        ("CPU of server and PostgreSQL", "cost_percent_of_all"),
        ("time, so tallies a second", "slower_percent"),
    ):
        whole, *turns = figures[name]
        by_turn = ", ".join(f"{one:+.1f}" for one in turns)
        print(f"the ledger costs {whole:+.1f} % {label} (by turn {by_turn}; aim < {AIM_PERCENT:.0f})")


if __name__ == "__main__":
    sys.exit(main())
