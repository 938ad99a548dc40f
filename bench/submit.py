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
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import psutil

from bench.submit_sheets import Stage, set_stage
from db.embedded import EmbeddedPostgres
from db.migrate import create_database

ROOT = Path(__file__).parent.parent
# What makes a commit durable; any other value would be another bench.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
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
    postgres = EmbeddedPostgres.start(folder / "postgres")
    try:
        settings = asyncio.run(_settings(postgres.url("postgres")))
        stage = asyncio.run(set_stage(postgres, package))
        script = folder / "script.json"
        script.write_bytes(orjson.dumps({"sheets": stage.sheets, "tokens": stage.tokens}))
        with _servers(postgres) as candidates, _phones(script) as phones:
            for turn in range(-1, turns):
                for candidate in candidates if turn % 2 else reversed(candidates):
                    # The first turn warms caches and pools, and counts for neither.
                    length = seconds if turn >= 0 else min(seconds, 2.0)
                    _take_turn(candidate, postgres.pid, phones, length, connections, counts=turn >= 0)
            measured = [_measured(candidate) for candidate in candidates]
            asyncio.run(_check_written(postgres, stage, candidates))
            batch = asyncio.run(_tallies_a_transaction(postgres))
    finally:
        postgres.stop()
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


async def _settings(url: str) -> dict[str, str]:
    """PostgreSQL's own words on durability; a bench without it is none."""
    connection = await asyncpg.connect(url)
    shown = {name: await connection.fetchval(f"SHOW {name}") for name in (*DURABLE, "server_version")}
    await connection.close()
    assert shown | DURABLE == shown, f"PostgreSQL is not durable here: {shown}"
    return shown


@contextlib.contextmanager
def _servers(postgres: EmbeddedPostgres) -> Iterator[list[Candidate]]:
    asyncio.run(create_database(postgres.url("postgres"), "textbook"))
    textbook_url = postgres.url("textbook").replace("postgresql://", "postgresql+asyncpg://")
    serve = ("tallywire.cli", "serve", "--port", "0", "--database-url", postgres.url("tallywire"))
    uvicorn = ("uvicorn", "bench.textbook_submit:app", "--port", "0", "--no-access-log")
    with (
        _process(*serve, output=subprocess.STDOUT) as ours,
        _process(*uvicorn, output=subprocess.STDOUT, TEXTBOOK_DATABASE_URL=textbook_url) as textbook,
    ):
        yield [
            Candidate("tallywire", _port(ours), psutil.Process(ours.pid), []),
            Candidate("textbook", _port(textbook), psutil.Process(textbook.pid), []),
        ]


@contextlib.contextmanager
def _phones(script: Path) -> Iterator[subprocess.Popen[str]]:
    with _process("bench.submit_load", str(script), output=None) as phones:
        yield phones


@contextlib.contextmanager
def _process(module: str, *arguments: str, output: int | None, **environment: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        (sys.executable, "-m", module, *arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=output,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def _port(process: subprocess.Popen[str]) -> int:
    """The port that a server prints when it listens."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "http://127.0.0.1:" in line:
            digits = line.split("http://127.0.0.1:")[1]
            return int(digits[: next(place for place, sign in enumerate(digits) if not sign.isdigit())])
    raise AssertionError("the server ended while it started: " + "".join(said))


def _take_turn(
    candidate: Candidate,
    postmaster: int,
    phones: "subprocess.Popen[str]",
    seconds: float,
    connections: int,
    *,
    counts: bool,
) -> None:
    order = {"port": candidate.port, "seconds": seconds, "connections": connections}
    before, postgres_before = _cpu(candidate.process), _cpu_of_tree(postmaster)
    assert phones.stdin is not None and phones.stdout is not None
    print(json.dumps(order), file=phones.stdin, flush=True)
    turn: dict[str, Any] = orjson.loads(phones.stdout.readline())
    turn["server_cpu_seconds"] = _cpu(candidate.process) - before
    turn["postgres_cpu_seconds"] = _cpu_of_tree(postmaster) - postgres_before
    turn["counts"] = counts
    assert not turn["refused"], f"{candidate.name} refused {turn['refused']}, such as: {turn['refusal']}"
    candidate.turns.append(turn)


def _cpu(process: psutil.Process) -> float:
    """Seconds, of all threads, in user code and in the kernel."""
    times = process.cpu_times()
    return float(times.user + times.system)


def _cpu_of_tree(pid: int) -> float:
    """The postmaster's and its children's; those that ended are in its own account."""
    spent = 0.0
    postmaster = psutil.Process(pid)
    for process in (postmaster, *postmaster.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            spent += times.user + times.system + times.children_user + times.children_system
    return spent


def _rate(turn: dict[str, Any]) -> float:
    return float(turn["accepted"] / turn["server_cpu_seconds"])


def _measured(candidate: Candidate) -> Measured:
    turns = [turn for turn in candidate.turns if turn["counts"]]
    accepted = sum(turn["accepted"] for turn in turns)
    seconds = sum(turn["seconds"] for turn in turns)
    cpu = sum(turn["server_cpu_seconds"] for turn in turns)
    phones = sum(turn["cpu_seconds"] for turn in turns)
    cuts = statistics.quantiles([wait for turn in turns for wait in turn["waits"]], n=100)
    return Measured(
        name=candidate.name,
        accepted=accepted,
        refused=sum(turn["refused"] for turn in turns),
        a_second=accepted / seconds,
        p50_ms=cuts[49] * 1e3,
        p99_ms=cuts[98] * 1e3,
        cpu_ms=cpu / accepted * 1e3,
        a_core_second=accepted / cpu,
        postgres_cpu_ms=sum(turn["postgres_cpu_seconds"] for turn in turns) / accepted * 1e3,
        phones_cpu_ms=phones / accepted * 1e3,
        phones_busy=phones / seconds,
    )


async def _tallies_a_transaction(postgres: EmbeddedPostgres) -> float:
    connection = await asyncpg.connect(postgres.url("tallywire"))
    mean = await connection.fetchval("SELECT count(*)::float8 / count(DISTINCT xmin::text) FROM submission")
    await connection.close()
    return float(mean)


async def _check_written(postgres: EmbeddedPostgres, stage: Stage, candidates: list[Candidate]) -> None:
    """What was answered as accepted stands in the database, no more and no less."""
    for candidate, database, question in (
        (candidates[0], "tallywire", f"SELECT sequence FROM log_head WHERE election_id = '{stage.election_id}'"),
        (candidates[1], "textbook", "SELECT count(*) FROM tallyrecord"),
    ):
        connection = await asyncpg.connect(postgres.url(database))
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
