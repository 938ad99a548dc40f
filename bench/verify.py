"""A night's log, sealed and verified: python -m bench.verify

Writes as many entries as the Bangkok night had straight into the log of a database of its own, lets a server seal them,
and times `tallywire verify` against it: the first time, again, and offline from the copy that was kept.
"""

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from bench.records import put
from counting.tally import Numbers
from counting.vocabulary import ElectionPhase, TallyCoverage
from db.database import Connection, Database
from db.definitions import ElectionDefinition, read_definition
from db.phases import set_phase
from db.plan import ENTRY_COLUMNS
from db.sheet import public_tally
from tallywire.settings import Settings
from tallywire.storage import open_storage

ROOT = Path(__file__).parent.parent
TALLYWIRE = (sys.executable, "-m", "tallywire.cli")
BEGAN = datetime(2022, 5, 22, 10, tzinfo=UTC)
CHECKPOINT = '{ checkpoint(electionId: "bkk-2022") { size } }'
PAGE = 5_000
WAYS = ("first", "again", "offline")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=45_790)
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tallywire-verify-") as folder:
        figures = measure(Path(folder), arguments.entries)
    put(arguments.json, figures)
    return max(figures[how]["code"] for how in WAYS)


def measure(folder: Path, entries: int) -> dict[str, Any]:
    """Seconds, seconds of CPU and exit code of each way."""
    environment = {**os.environ, "TALLYWIRE_DATA_DIR": str(folder)}
    subprocess.run((*TALLYWIRE, "import", str(ROOT / "data" / "bkk2022")), env=environment, check=True)
    began = time.monotonic()
    asyncio.run(write_log(folder, entries))
    print(f"{entries:,} entries written in {time.monotonic() - began:.1f} s")
    command = (*TALLYWIRE, "serve", "--port", "0")
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split("serves on ")[1].split("/graphql")[0]
            figures: dict[str, Any] = {"entries": entries, "sealed_s": wait_for_head(url, entries)}
            copy = str(folder / "copy")
            figures["first"] = timed("first", (url, "--save", copy), environment)
            figures["again"] = timed("again", (url,), environment)
        finally:
            server.terminate()
    return figures | {"offline": timed("offline", (copy,), environment)}


def wait_for_head(url: str, size: int) -> float:
    """Seconds until all is sealed."""
    began = time.monotonic()
    while True:
        answer = httpx.post(f"{url}/graphql", json={"query": CHECKPOINT}, timeout=60).json()
        if answer["data"] and answer["data"]["checkpoint"]["size"] == size:
            break
        time.sleep(0.2)
    seconds = time.monotonic() - began
    print(f"sealed {seconds:.1f} s after the server was up")
    return seconds


def timed(what: str, arguments: tuple[str, ...], environment: dict[str, str]) -> dict[str, float]:
    began, before = time.monotonic(), os.times()
    code = subprocess.run((*TALLYWIRE, "verify", *arguments), env=environment, check=False).returncode
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    seconds = time.monotonic() - began
    print(f"verify, {what}: {seconds:.1f} s ({spent:.1f} s of its own CPU), exit code {code}")
    return {"seconds": seconds, "cpu_s": spent, "code": code}


async def write_log(folder: Path, entries: int) -> None:
    async with open_storage(Settings(data_dir=folder)) as database:
        async with database.pool.acquire() as connection:
            definition = await read_definition(connection, "bkk-2022")
            assert definition is not None
            await set_phase(connection, definition.id, ElectionPhase.VOTING)
            await set_phase(connection, definition.id, ElectionPhase.COUNTING)
        await copy_entries(database, definition, entries)


async def copy_entries(database: Database, definition: ElectionDefinition, entries: int) -> None:
    async with database.pool.acquire() as connection, connection.transaction():
        rows: list[dict[str, Any]] = []
        for one in made_up(definition, entries):
            rows.append(one)
            if len(rows) == PAGE:
                await _copy(connection, rows)
                rows = []
        await _copy(connection, rows)
        await connection.execute("UPDATE log_head SET sequence = $1, last_report_at = now()", entries)


async def _copy(connection: Connection, rows: list[dict[str, Any]]) -> None:
    records = [tuple(one.get(column) for column in ENTRY_COLUMNS) for one in rows]
    await connection.copy_records_to_table("log_entry", columns=ENTRY_COLUMNS, records=records)


def made_up(definition: ElectionDefinition, entries: int) -> Iterator[dict[str, Any]]:
    """Partial counts of random sheets, each higher than the one before it; rows of the log."""
    dice = random.Random(2022)
    sheets = [(station, contest) for station in definition.stations.values() for contest, _ in station.registers]
    standing: dict[tuple[str, str], dict[str, Any]] = {}
    for sequence in range(1, entries + 1):
        station, contest = sheets[dice.randrange(len(sheets))]
        before = standing.get((station.id, contest))
        votes = [n + dice.randint(0, 3) for n in (before["votes"] if before else [0] * size(definition, contest))]
        numbers = Numbers(tuple(votes), sum(votes), 0, 0, None)
        tally = public_tally(
            f"00000000-0000-4000-8000-{sequence:012}",
            (before["revision"] if before else 0) + 1,
            TallyCoverage.PARTIAL,
            numbers,
            as_written=False,
            reporter=f"v-{dice.randrange(16**10):010x}",
            evidence=[],
            counted_at=BEGAN + timedelta(seconds=sequence),
        )
        yield row(definition.id, sequence, station.id, contest, tally, before)
        standing[station.id, contest] = tally


def size(definition: ElectionDefinition, contest: str) -> int:
    return len(definition.contests[contest].candidates)


def row(
    election: str, sequence: int, station: str, contest: str, tally: dict[str, Any], before: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "election_id": election,
        "sequence": sequence,
        "kind": "ACCEPTED",
        "station_id": station,
        "contest_id": contest,
        "tally_id": tally["id"],
        "tally": tally,
        "standing_id": tally["id"],
        "previous": before,
        "previous_id": before["id"] if before else None,
        "held": 0,
        "held_before": 0,
        "disputed": False,
        "disputed_before": False,
        "ruleset": "bkk-2022.1",
        "is_test": False,
        "recorded_at": BEGAN + timedelta(seconds=sequence),
    }


if __name__ == "__main__":
    sys.exit(main())
