"""The real server over a log that is written beforehand and grows by its head: any pace, for any time, at no cost.

Entries beyond the head are not there for anybody yet; moving it and ringing is what a commit is to readers.
"""

import asyncio
import contextlib
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from bench.verify import copy_entries
from counting.vocabulary import ElectionPhase
from db.database import Database
from db.definitions import ElectionDefinition, read_definition
from db.embedded import EmbeddedPostgres
from db.migrate import create_database
from db.phases import set_phase
from feed.bell import Bell
from tallywire.loading import checked_package, load_package
from tallywire.packaged import bangkok
from tallywire.settings import Settings
from tallywire.storage import open_storage

ELECTION = "bkk-2022"


@dataclass
class GrowingLog:
    """`head`: the newest entry that is there. Each `serve` is a process of `tallywire serve`."""

    database: Database
    url: str
    folder: Path
    definition: ElectionDefinition
    bell: Bell
    head: int = 0
    _servers: list["subprocess.Popen[str]"] = field(default_factory=list)

    async def grow(self, entries: int) -> None:
        self.head += entries
        await self.database.pool.execute("UPDATE log_head SET sequence = $1, last_report_at = now()", self.head)
        self.bell.ring(ELECTION)

    def serve(self, port: int = 0, **environment: str) -> "Served":
        """Returns once it listens."""
        command = (sys.executable, "-m", "tallywire.cli", "serve", "--port", str(port))
        settings = {
            "TALLYWIRE_DATABASE_URL": self.url,
            "TALLYWIRE_DATA_DIR": str(self.folder / "server"),
            "TALLYWIRE_BROADCAST_URL": "postgres://",
        }
        with (self.folder / "server.log").open("a") as log:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, **settings, **environment}
            )
        self._servers.append(process)
        assert process.stdout is not None
        found = re.search(r"http://\S+?:(\d+)", process.stdout.readline())
        if found is None:
            raise RuntimeError((self.folder / "server.log").read_text()[-2_000:])
        return Served(process, int(found[1]))

    def end(self) -> None:
        for process in self._servers:
            process.terminate()
            process.wait()


@dataclass(frozen=True)
class Served:
    process: "subprocess.Popen[str]"
    port: int

    @property
    def memory(self) -> int:
        """Bytes."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    @property
    def cpu(self) -> float:
        """Seconds."""
        return float(sum(psutil.Process(self.process.pid).cpu_times()[:2]))

    def metric(self, name: str) -> float:
        """The sum over its labels."""
        text = httpx.get(f"http://127.0.0.1:{self.port}/metrics", timeout=60).text
        return sum(float(number) for number in re.findall(rf"^{name}(?:{{.*}})? (.*)$", text, re.M))

    def ask(self, query: str, **variables: Any) -> Any:
        body = {"query": query, "variables": variables}
        answer = httpx.post(f"http://127.0.0.1:{self.port}/graphql", json=body, timeout=60).json()
        assert "errors" not in answer, answer
        return answer["data"]


@contextlib.asynccontextmanager
async def growing(folder: Path, entries: int) -> AsyncIterator[GrowingLog]:
    """Bangkok's election in a database of its own, with so many entries to come."""
    postgres = EmbeddedPostgres.start(folder / "postgres")
    try:
        await create_database(postgres.url("postgres"), "growing")
        url = postgres.url("growing")
        async with open_storage(Settings(database_url=url)) as database:
            await load_package(database, bangkok(), checked_package(bangkok())[0])
            async with database.pool.acquire() as connection:
                definition = await read_definition(connection, ELECTION)
                assert definition is not None
                await set_phase(connection, ELECTION, ElectionPhase.VOTING)
                await set_phase(connection, ELECTION, ElectionPhase.COUNTING)
            await copy_entries(database, definition, entries)
            bell = Bell(database.url, lambda _what: None)
            await bell.start()
            log = GrowingLog(database, url, folder, definition, bell)
            await log.grow(0)
            try:
                yield log
            finally:
                await asyncio.to_thread(log.end)
                await bell.close()
    finally:
        postgres.stop()


def areas(definition: ElectionDefinition, groups: int) -> list[str]:
    """The city and districts, so many: each a group of readers."""
    wide = [area.id for area in definition.areas.values() if area.level.name in ("CITY", "DISTRICT")]
    return wide[:groups]
