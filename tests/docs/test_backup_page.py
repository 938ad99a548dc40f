"""docs/backup.md is done as it stands, on a PostgreSQL of one's own: dump, any moment, whole export."""

import asyncio
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from counting.vocabulary import TallyCoverage
from db.database import use_json
from db.load import load_election
from db.migrate import create_database, migrate
from tests.conftest import Night
from tests.db.desk import desk
from tests.elections import small_election
from tests.postgres_server import PROGRAMS, PostgresServer, free_port

PAGE = (Path(__file__).parent.parent.parent / "docs" / "backup.md").read_text()
DUMP, BASE, RESTORE, EXPORT = re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
(SETTINGS,) = re.findall(r"^```ini\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


class Kept:
    """A PostgreSQL that archives its log as the page says, with a small election in it that is counted."""

    def __init__(self) -> None:
        self.postgres = PostgresServer().create()
        self.root = self.postgres.root
        self.restored_port = free_port()
        for name in ("backup", "backup/wal", "recovered"):
            (self.root / name).mkdir()
            self.postgres.own(self.root / name)
        with (self.postgres.folder / "postgresql.conf").open("a") as file:
            file.write(self.placed(SETTINGS))
        self.postgres.start()
        self.night = Night(self.postgres.url("tallywire"), "small")
        asyncio.run(self._fill())
        self.night.open()
        self._sent = 0
        self.send(3)

    def placed(self, text: str) -> str:
        """The page's places, here."""
        text = text.replace("/backup", f"{self.root}/backup").replace("/recovered", f"{self.root}/recovered")
        # Once over the text: a port that was put in may have the other's digits.
        ports = {"5432": self.postgres.port, "5433": self.restored_port}
        return re.sub(r"\b543[23]\b", lambda found: str(ports[found[0]]), text)

    async def _fill(self) -> None:
        await create_database(self.postgres.url(), "tallywire")
        await migrate(self.postgres.url("tallywire"))
        connection = await asyncpg.connect(self.postgres.url("tallywire"))
        await use_json(connection)
        await load_election(connection, small_election(), "small")
        await connection.close()

    def send(self, tallies: int) -> None:
        async def work() -> None:
            async with desk(self.night) as at:
                person = await at.person("a-1")
                for _ in range(tallies):
                    self._sent += 1
                    count = (self._sent, self._sent, self._sent)
                    await at.write(at.request(person, "a-1", count, coverage=TallyCoverage.PARTIAL))

        asyncio.run(work())

    def shell(self, script: str, **environment: str) -> str:
        """As an operator would type it."""
        path = f"{PROGRAMS}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-euc", self.placed(script)],
            cwd=self.root,
            env={**os.environ, "PATH": path, "TALLYWIRE_DATA_DIR": str(self.root / "data-dir"), **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        log = self.root / "recovered" / "log"
        assert done.returncode == 0, done.stderr + done.stdout + (log.read_text() if log.is_file() else "")
        return done.stdout

    def log(self, url: str) -> list[tuple[int, str]]:
        rows = Night(url, "small").sql("SELECT sequence, tally_id FROM log_entry ORDER BY sequence")
        return [(row["sequence"], row["tally_id"]) for row in rows]


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    kept = Kept()
    yield kept
    kept.postgres.close()


def test_a_dump_brings_back_the_same_log(kept: Kept) -> None:
    assert "small: sound. 3 entries" in kept.shell(DUMP)
    assert kept.log(kept.postgres.url("restored")) == kept.log(kept.night.database_url)


def test_a_whole_export_goes_into_an_installation_of_its_own(kept: Kept) -> None:
    assert "small: sound. 3 entries" in kept.shell(_from_external(kept))


def _from_external(kept: Kept) -> str:
    """The page's export is of the installation in the environment; its import is into another."""
    first, *others = EXPORT.splitlines()
    return "\n".join([f"{first} --database-url {kept.night.database_url}", *others])


def test_any_moment_comes_back_from_the_archived_log(kept: Kept) -> None:
    kept.shell(_as_its_user(BASE))
    kept.send(2)
    moment = datetime.now(UTC)
    before = kept.log(kept.night.database_url)
    kept.send(4)
    kept.night.sql("SELECT pg_switch_wal()")
    kept.postgres.stop()
    at_moment = RESTORE.replace("2022-05-22 18:30:00+07", moment.isoformat(sep=" "))
    options = "-p 5433 -c listen_addresses=127.0.0.1 -c unix_socket_directories=/recovered"
    restored = kept.postgres.url("tallywire", kept.restored_port)
    try:
        kept.shell(_as_its_user(at_moment.replace("-p 5433", options)))
        assert len(before) == 5 and kept.log(restored) == before
        assert "small: sound. 5 entries" in kept.shell(f"tallywire fsck --database-url {restored}")
    finally:
        kept.shell(_as_its_user("pg_ctl stop --mode=fast --pgdata=/recovered/data"))


def _as_its_user(script: str) -> str:
    """PostgreSQL's programs refuse to run as root."""
    if os.geteuid() != 0:
        return script
    return f"setpriv --reuid=pgserver --clear-groups bash -euc {shlex.quote(script)}"
