"""PostgreSQL in a data folder: shared, left, killed, and always there again."""

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from db import embedded
from db.embedded import EmbeddedPostgres, EmbeddedPostgresError

HOLDER = """
import sys
from pathlib import Path
from db.embedded import EmbeddedPostgres
postgres = EmbeddedPostgres.start(Path(sys.argv[1]))
print(postgres.pid, flush=True)
sys.stdin.readline()
postgres.stop()
"""
CHECKOUT = Path(__file__).parent.parent.parent


def gone(pid: int) -> bool:
    """Within a minute; a dead process that nobody has fetched is gone."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.02)
                continue
        return True
    return False


def ask(postgres: EmbeddedPostgres, statement: str = "SELECT 1") -> object:
    async def work() -> object:
        connection = await asyncpg.connect(postgres.url("postgres"), timeout=10)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(work())


class Holder:
    """Another process that uses the folder."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(folder)],
            *(-1, None, subprocess.PIPE, subprocess.PIPE),
            text=True,
            cwd=CHECKOUT,
        )
        assert self.process.stdout is not None
        self.postmaster = int(self.process.stdout.readline())

    def leave(self) -> None:
        self.process.communicate("\n", timeout=30)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that was used before; every test leaves it stopped."""
    return tmp_path_factory.mktemp("data") / "postgres"


@pytest.fixture
def folder(used: Path) -> Iterator[Path]:
    yield used
    left = [p for p in psutil.process_iter(["name", "cmdline"]) if str(used) in (p.info["cmdline"] or ())]
    assert left == [], "a PostgreSQL was left running"


def test_it_starts_in_an_empty_folder_and_leaves_nothing_running(folder: Path) -> None:
    assert not folder.exists()
    postgres = EmbeddedPostgres.start(folder)
    pid = postgres.pid
    assert ask(postgres) == 1
    ask(postgres, "CREATE TABLE kept AS SELECT 7 AS number")
    postgres.stop()
    postgres.stop()
    assert gone(pid)
    assert not (folder / "postmaster.pid").exists()


def test_it_starts_again_with_what_was_in_it_within_seconds(folder: Path) -> None:
    began = time.monotonic()
    postgres = EmbeddedPostgres.start(folder)
    assert time.monotonic() - began < 30
    assert ask(postgres, "SELECT number FROM kept") == 7
    postgres.stop()
    assert gone(postgres.pid)


def test_two_processes_share_it_and_the_last_to_leave_stops_it(folder: Path) -> None:
    postgres = EmbeddedPostgres.start(folder)
    other = Holder(folder)
    assert other.postmaster == postgres.pid
    postgres.stop()
    third = EmbeddedPostgres.start(folder)
    assert (third.pid, ask(third)) == (other.postmaster, 1)
    other.leave()
    assert ask(third) == 1
    third.stop()
    assert gone(third.pid)


def test_a_process_that_was_killed_keeps_nobody_from_starting_nor_from_stopping(folder: Path) -> None:
    killed = Holder(folder)
    killed.kill()
    postgres = EmbeddedPostgres.start(folder)
    assert (postgres.pid, ask(postgres)) == (killed.postmaster, 1)
    postgres.stop()
    assert gone(killed.postmaster)


def test_a_postmaster_that_was_killed_is_followed_by_another(folder: Path) -> None:
    holder = Holder(folder)
    os.kill(holder.postmaster, signal.SIGKILL)
    holder.kill()
    # A loaded machine takes a moment to end what was killed.
    assert gone(holder.postmaster)
    postgres = EmbeddedPostgres.start(folder)
    assert postgres.pid != holder.postmaster
    assert ask(postgres, "SELECT number FROM kept") == 7
    postgres.stop()


def test_a_postmaster_that_is_killed_in_use_is_revived_under_the_same_address(folder: Path) -> None:
    postgres = EmbeddedPostgres.start(folder)
    before, url = postgres.pid, postgres.url("postgres")
    assert postgres.revive() is False
    os.kill(before, signal.SIGKILL)
    assert gone(before)
    assert postgres.revive() is True
    assert postgres.pid != before
    assert (postgres.url("postgres"), ask(postgres)) == (url, 1)
    postgres.stop()
    assert postgres.revive() is False


@pytest.mark.parametrize("content", ["", "\n", "12", "abc\n", "{pid}\n/nowhere\n", "99999999999999\n" * 8])
def test_a_pid_file_that_a_crash_left_behind_keeps_nobody_from_starting(folder: Path, content: str) -> None:
    (folder / "postmaster.pid").write_text(content.replace("{pid}", str(os.getpid())))
    postgres = EmbeddedPostgres.start(folder)
    assert ask(postgres) == 1
    postgres.stop()


def test_a_path_that_is_no_plain_one_is_as_good(tmp_path: Path) -> None:
    """Commas divide PostgreSQL's list of sockets, spaces its arguments, and both and more an address."""
    postgres = EmbeddedPostgres.start(tmp_path / "a, b's & 100% ภาษาไทย?" / "postgres")
    try:
        assert ask(postgres) == 1
        socket = Path(postgres.url("postgres").partition("?host=")[2])
        assert socket.is_dir()
    finally:
        postgres.stop()
    assert not socket.exists()


@pytest.mark.parametrize("sign", ['"', "$", "`"])
def test_a_path_that_it_can_do_nothing_with_is_told_in_one_line(tmp_path: Path, sign: str) -> None:
    with pytest.raises(EmbeddedPostgresError, match="choose another --data-dir") as told:
        EmbeddedPostgres.start(tmp_path / f"a{sign}b" / "postgres")
    assert repr(sign) in str(told.value) and list(tmp_path.iterdir()) == []


def test_a_file_where_the_folder_should_be_is_told_in_one_line(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("not a folder")
    with pytest.raises(EmbeddedPostgresError) as told:
        EmbeddedPostgres.start(place / "postgres")
    assert str(told.value) == f"cannot use {place / 'postgres'}: Not a directory"


def test_a_folder_of_something_else_is_told_in_one_line(tmp_path: Path) -> None:
    place = tmp_path / "postgres"
    place.mkdir()
    (place / "holiday.jpg").write_text("not a database")
    with pytest.raises(EmbeddedPostgresError) as told:
        EmbeddedPostgres.start(place)
    assert str(told.value) == f"{place} holds something else than PostgreSQL's files; choose another --data-dir"
    assert [entry.name for entry in place.iterdir()] == ["holiday.jpg"]


def test_who_waits_too_long_for_another_start_is_told_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "LOCK_WAIT_SECONDS", 0.2)
    gate = os.open(tmp_path / "postgres.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(gate, fcntl.LOCK_EX)
    with pytest.raises(EmbeddedPostgresError, match="another process has been starting PostgreSQL in"):
        EmbeddedPostgres.start(tmp_path / "postgres")
    os.close(gate)
