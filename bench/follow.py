"""What a follower costs its origin, beside one plain subscriber: CPU of the origin's process an entry.

python -m bench.follow             a server over a night's log that grows step by step: nobody, one reader, one follower
python -m bench.follow --away 60   a simulated night with three followers instead, whose origin is killed and stays away
"""

import argparse
import asyncio
import contextlib
import os
import re
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psutil

from bench.followed_night import play
from bench.records import put
from bench.verify import write_log
from db.database import Database
from db.plan import ENTRY_COLUMNS
from feed.bell import Bell
from tallywire.loading import checked_package, load_package
from tallywire.packaged import bangkok
from tallywire.settings import Settings
from tallywire.storage import open_storage

ELECTION = "bkk-2022"
STEP_SECONDS = 0.25
WARMING, NOBODY, READER, FOLLOWER = "warming up", "nobody", "one reader of tallyReports", "one follower"
PATIENCE_SECONDS = 60
REPORTS = """
subscription Reports($after: Cursor) {
  tallyReports(electionId: "bkk-2022", after: $after) {
    sequence cursor kind station { id } contest { id } recordedAt reason decidedBy ruleset commitment salt
    tally { id revision coverage votes { votes } validBallots invalidBallots noVoteBallots ballotsCast reporter }
    previous { id }
  }
}
"""
SEQUENCE = re.compile(r'"sequence": ?(\d+)')
# What is to come is kept aside: a server folds every entry that there is.
PUT_ASIDE = """
    CREATE TABLE to_come AS SELECT * FROM log_entry;
    ALTER TABLE log_entry DISABLE TRIGGER USER;
    DELETE FROM log_entry;
    ALTER TABLE log_entry ENABLE TRIGGER USER;
    UPDATE log_head SET sequence = 0;
"""
COLUMNS = ", ".join(ENTRY_COLUMNS)
ADD = f"""
    INSERT INTO log_entry ({COLUMNS}) SELECT {COLUMNS} FROM to_come WHERE sequence > $1 AND sequence <= $2
    ORDER BY sequence
"""
CURSOR = 'query { election(id: "bkk-2022") { cursor following { size } } }'


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=20, help="of each of the three")
    parser.add_argument("--rate", type=int, default=100, help="entries a second")
    parser.add_argument("--away", type=float, help="seconds that the origin is away at least")
    parser.add_argument("--stations", type=int, default=300, help="of Bangkok that are simulated, with --away")
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tallywire-follow-") as folder:
        if arguments.away is not None:
            figures = play(Path(folder), arguments.away, arguments.stations)
        else:
            figures = asyncio.run(measure(Path(folder), arguments.seconds, arguments.rate))
    put(arguments.json, figures)
    return int(bool(figures.get("faults")))


async def measure(folder: Path, seconds: int, rate: int) -> dict[str, Any]:
    """What each adds to what the origin spends with nobody, in microseconds of CPU an entry."""
    settings = Settings(data_dir=folder / "origin")
    async with open_storage(settings) as database:
        await load_package(database, bangkok(), checked_package(bangkok())[0])
    await write_log(folder / "origin", (3 * seconds + 2) * rate)
    async with open_storage(settings) as database:
        await database.pool.execute(PUT_ASIDE)
        await database.pool.execute("UPDATE election SET phase = 'COUNTING', opened_at = now()")
        async with served(folder / "origin") as (origin, url):
            bell = Bell(database.url, lambda _what: None)
            await bell.start()
            night = Night(database, bell, psutil.Process(origin.pid), url, seconds, rate)
            await night.grow(WARMING, seconds=2)
            await night.grow(NOBODY)
            async with read(url) as told:
                await night.grow(READER)
                await told_all(told, night.size)
            async with served(folder / "outlet", "--follow", url) as (_, outlet):
                await caught_up(outlet, night.size)
                await night.grow(FOLLOWER)
                await caught_up(outlet, night.size)
            await bell.close()
        night.show()
    reader, follower = night.added
    return {"entries": night.size, "rate": rate, "cost_us": night.cost, "reader_us": reader, "follower_us": follower}


class Night:
    """`size` entries are in the log by now."""

    def __init__(
        self, database: Database, bell: Bell, origin: psutil.Process, url: str, seconds: int, rate: int
    ) -> None:
        self.size = 0
        self.cost: dict[str, float] = {}
        self._database = database
        self._bell = bell
        self._origin = origin
        self._url = url
        self._seconds = seconds
        self._step = int(rate * STEP_SECONDS)

    async def grow(self, who: str, seconds: int | None = None) -> None:
        before, began, first = self._cpu(), time.monotonic(), self.size
        for step in range(1, int((seconds or self._seconds) / STEP_SECONDS) + 1):
            self.size += self._step
            async with self._database.pool.acquire() as connection, connection.transaction():
                await connection.execute(ADD, self.size - self._step, self.size)
                await connection.execute("UPDATE log_head SET sequence = $1, last_report_at = now()", self.size)
            self._bell.ring(ELECTION)
            await asyncio.sleep(max(0.0, began + step * STEP_SECONDS - time.monotonic()))
        cpu, elapsed = self._cpu() - before, time.monotonic() - began
        entries = self.size - first
        self.cost[who] = cpu / entries * 1e6
        print(f"{who}: {entries:,} entries in {elapsed:.0f} s, CPU of the origin {self.cost[who]:,.0f} µs an entry")

    @property
    def added(self) -> tuple[float, float]:
        """By one reader, and by one follower, to what the origin spends with nobody."""
        return self.cost[READER] - self.cost[NOBODY], self.cost[FOLLOWER] - self.cost[NOBODY]

    def show(self) -> None:
        reader, follower = self.added
        print(f"{READER} costs the origin {reader:+,.0f} µs an entry, {FOLLOWER} {follower:+,.0f}")

    def _cpu(self) -> float:
        return float(sum(self._origin.cpu_times()[:2]))


@contextlib.asynccontextmanager
async def served(folder: Path, *arguments: str) -> AsyncIterator[tuple[Process, str]]:
    command = (sys.executable, "-m", "tallywire.cli", "serve", "--port", "0", "--data-dir", str(folder), *arguments)
    environment = {**os.environ, "TALLYWIRE_BROADCAST_URL": "postgres://"}
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, env=environment)
    try:
        assert process.stdout is not None
        found = re.search(rb"http://\S+?:\d+", await process.stdout.readline())
        assert found is not None, "the server did not start"
        yield process, found[0].decode()
    finally:
        process.terminate()
        await process.wait()


@contextlib.asynccontextmanager
async def read(url: str) -> AsyncIterator[list[int]]:
    """One subscriber, from here on, over server-sent events; the sequences that it is told."""
    told: list[int] = []
    async with httpx.AsyncClient(timeout=None) as client:
        cursor = (await ask(client, url))["cursor"]
        body = {"query": REPORTS, "variables": {"after": cursor}}
        headers = {"Accept": "text/event-stream"}
        async with client.stream("POST", f"{url}/graphql", json=body, headers=headers) as answer:
            assert answer.is_success, await answer.aread()
            reading = asyncio.create_task(_listen(answer, told))
            try:
                yield told
            finally:
                reading.cancel()


async def _listen(answer: httpx.Response, told: list[int]) -> None:
    async for line in answer.aiter_lines():
        if line.startswith("data:") and (found := SEQUENCE.search(line)):
            told.append(int(found[1]))


async def told_all(told: list[int], size: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not told or told[-1] < size:
        assert time.monotonic() < deadline, f"the reader was told {len(told)} entries"
        await asyncio.sleep(0.2)


async def caught_up(url: str, size: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    async with httpx.AsyncClient(timeout=60) as client:
        while ((await ask(client, url) or {}).get("following") or {"size": -1})["size"] < size:
            assert time.monotonic() < deadline, "the follower did not catch up"
            await asyncio.sleep(0.2)


async def ask(client: httpx.AsyncClient, url: str) -> dict[str, dict[str, int]]:
    answer = await client.post(f"{url}/graphql", json={"query": CURSOR})
    found: dict[str, dict[str, int]] = answer.json()["data"]["election"]
    return found


if __name__ == "__main__":
    sys.exit(main())
