"""Accepted durable tallies a second, beside a textbook Strawberry + SQLModel server, in one run.

    python -m bench.submit

Both servers get the same sheets of Bangkok's governor contest (31 candidates) from the same process of phones, over the
same PostgreSQL, in turns of a few seconds, so that whatever else the machine does meets both alike. The figure is the
rate for each second of CPU that the server's process spent, threads and kernel included.
"""

import argparse
import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from bench.turns import ROOT, SERVE, Frame, cpu, cpu_of_tree, framed, port_of, process
from db.embedded import EmbeddedPostgres
from db.migrate import create_database

TARGET = 5.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One server's turns together; times in milliseconds, CPU of the server's process a tally."""

    name: str
    accepted: int
    refused: int
    a_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    a_core_second: float
    postgres_cpu_ms: float
    phones_cpu_ms: float
    phones_busy: float


@dataclass(slots=True)
class Candidate:
    """A server under measurement, and what its turns gave."""

    name: str
    port: int
    process: psutil.Process
    turns: list[dict[str, Any]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=6, help="of each server, in turn")
    parser.add_argument("--seconds", type=float, default=5.0, help="a turn")
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--package", type=Path, default=ROOT / "data" / "bkk2022")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tallywire-submit-") as folder:
        figures = run(Path(folder), arguments.package, arguments.turns, arguments.seconds, arguments.connections)
    show(figures)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


def run(folder: Path, package: Path, turns: int, seconds: float, connections: int) -> dict[str, Any]:
    """Every figure of one run, by name."""
    with framed(folder, package) as frame, _servers(frame.postgres) as candidates:
        for turn in range(-1, turns):
            for candidate in candidates if turn % 2 else reversed(candidates):
                # The first turn warms caches and pools, and counts for neither.
                length = seconds if turn >= 0 else min(seconds, 2.0)
                _take_turn(candidate, frame, length, connections, counts=turn >= 0)
        measured = [_measured(candidate) for candidate in candidates]
        asyncio.run(_check_written(frame, candidates))
        batch = asyncio.run(_tallies_a_transaction(frame.postgres))
        settings = frame.settings
    ours, textbook = measured
    per_turn = [
        _rate(one) / _rate(other) for one, other in zip(candidates[0].turns[1:], candidates[1].turns[1:], strict=True)
    ]
    return {
        "postgres": settings,
        "connections": connections,
        "turns": turns,
        "seconds": seconds,
        "tallies_a_transaction": batch,
        "servers": [asdict(ours), asdict(textbook)],
        "ratio_a_core": ours.a_core_second / textbook.a_core_second,
        "ratio_a_core_by_turn": [round(ratio, 2) for ratio in per_turn],
        "ratio_a_core_median": statistics.median(per_turn),
        "ratio_throughput": ours.a_second / textbook.a_second,
    }


@contextlib.contextmanager
def _servers(postgres: EmbeddedPostgres) -> Iterator[list[Candidate]]:
    asyncio.run(create_database(postgres.url("postgres"), "textbook"))
    textbook_url = postgres.url("textbook").replace("postgresql://", "postgresql+asyncpg://")
    uvicorn = ("uvicorn", "bench.textbook_submit:app", "--port", "0", "--no-access-log")
    with (
        process(*SERVE, postgres.url("tallywire"), output=subprocess.STDOUT) as ours,
        process(*uvicorn, output=subprocess.STDOUT, TEXTBOOK_DATABASE_URL=textbook_url) as textbook,
    ):
        yield [
            Candidate("tallywire", port_of(ours), psutil.Process(ours.pid), []),
            Candidate("textbook", port_of(textbook), psutil.Process(textbook.pid), []),
        ]


def _take_turn(candidate: Candidate, frame: Frame, seconds: float, connections: int, *, counts: bool) -> None:
    before, postgres_before = cpu(candidate.process), cpu_of_tree(frame.postgres.pid)
    frame.begin(candidate.port, seconds, connections)
    turn = frame.ended()
    turn["server_cpu_seconds"] = cpu(candidate.process) - before
    turn["postgres_cpu_seconds"] = cpu_of_tree(frame.postgres.pid) - postgres_before
    turn["counts"] = counts
    candidate.turns.append(turn)


def _rate(turn: dict[str, Any]) -> float:
    return float(turn["accepted"] / turn["server_cpu_seconds"])


def _measured(candidate: Candidate) -> Measured:
    turns = [turn for turn in candidate.turns if turn["counts"]]
    accepted = sum(turn["accepted"] for turn in turns)
    seconds = sum(turn["seconds"] for turn in turns)
    spent = sum(turn["server_cpu_seconds"] for turn in turns)
    phones = sum(turn["cpu_seconds"] for turn in turns)
    cuts = statistics.quantiles([wait for turn in turns for wait in turn["waits"]], n=100)
    return Measured(
        name=candidate.name,
        accepted=accepted,
        refused=sum(turn["refused"] for turn in turns),
        a_second=accepted / seconds,
        p50_ms=cuts[49] * 1e3,
        p99_ms=cuts[98] * 1e3,
        cpu_ms=spent / accepted * 1e3,
        a_core_second=accepted / spent,
        postgres_cpu_ms=sum(turn["postgres_cpu_seconds"] for turn in turns) / accepted * 1e3,
        phones_cpu_ms=phones / accepted * 1e3,
        phones_busy=phones / seconds,
    )


async def _tallies_a_transaction(postgres: EmbeddedPostgres) -> float:
    connection = await asyncpg.connect(postgres.url("tallywire"))
    mean = await connection.fetchval("SELECT count(*)::float8 / count(DISTINCT xmin::text) FROM submission")
    await connection.close()
    return float(mean)


async def _check_written(frame: Frame, candidates: list[Candidate]) -> None:
    """What was answered as accepted stands in the database, no more and no less."""
    for candidate, database, question in (
        (candidates[0], "tallywire", f"SELECT sequence FROM log_head WHERE election_id = '{frame.stage.election_id}'"),
        (candidates[1], "textbook", "SELECT count(*) FROM tallyrecord"),
    ):
        connection = await asyncpg.connect(frame.postgres.url(database))
        written = await connection.fetchval(question)
        await connection.close()
        answered = sum(turn["accepted"] for turn in candidate.turns)
        assert written == answered, f"{candidate.name} answered {answered} and wrote {written}"


def show(figures: dict[str, Any]) -> None:
    print(f"PostgreSQL {figures['postgres']}, {figures['connections']} connections")
    rows = (
        ("accepted and on disk", "accepted", "{:,}"),
        ("tallies a second", "a_second", "{:.1f}"),
        ("answer p50, ms", "p50_ms", "{:.1f}"),
        ("answer p99, ms", "p99_ms", "{:.1f}"),
        ("server CPU a tally, ms", "cpu_ms", "{:.2f}"),
        ("tallies a second of server CPU", "a_core_second", "{:.0f}"),
        ("PostgreSQL CPU a tally, ms", "postgres_cpu_ms", "{:.2f}"),
        ("phones: CPU a tally, ms", "phones_cpu_ms", "{:.3f}"),
        ("phones: share of a core", "phones_busy", "{:.2f}"),
    )
    names = [server["name"] for server in figures["servers"]]
    print(f"{'':32}" + "".join(f"{name:>14}" for name in names))
    for label, field, shape in rows:
        print(f"{label:32}" + "".join(f"{shape.format(server[field]):>14}" for server in figures["servers"]))
    by_turn = ", ".join(f"{ratio:.2f}" for ratio in figures["ratio_a_core_by_turn"])
    print(f"a server core: {figures['ratio_a_core']:.2f} times the textbook (by turn {by_turn}; aim {TARGET:.0f})")
    print(f"throughput: {figures['ratio_throughput']:.2f} times")
    print(f"tallywire wrote {figures['tallies_a_transaction']:.1f} tallies a transaction")


if __name__ == "__main__":
    sys.exit(main())
