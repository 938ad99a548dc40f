"""`tallywire doctor`: says ok of what is well, and names each fault that was planted, with exit code 1."""

import os
import time
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import make_url
from typer.testing import CliRunner

from ledger.key_file import create_key
from tallywire.cli import build_cli
from tests.conftest import Night
from tests.faketime import faked
from tests.served import run_tallywire

pytestmark = pytest.mark.usefixtures("durable")


def doctor(night: Night, folder: Path, *arguments: str, **environment: str) -> Result:
    given = ["doctor", "--data-dir", str(folder), "--database-url", night.database_url, *arguments]
    return CliRunner().invoke(build_cli("doctor"), given, env=environment)


def lines(done: Result, level: str) -> str:
    return "\n".join(line for line in done.output.splitlines() if line.startswith(level))


def test_a_sound_installation_is_told_line_by_line(small: Night, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "night.dump").write_text("a dump")
    before = small.sql("SELECT count(*) AS many FROM audit_record")
    done = doctor(small, tmp_path, "--backups", str(tmp_path / "backup"))
    assert done.exit_code == 0, done.output
    assert lines(done, "fail") == ""
    told = lines(done, "ok")
    for subject in ("disk", "open files", "photographs", "clock", "PostgreSQL", "commits", "tables", "backups"):
        assert f" {subject} " in told, done.output
    assert "small: 2 contests, 7 candidates, 6 stations, each leads to its areas" in told
    assert small.sql("SELECT count(*) AS many FROM audit_record") == before


PLANTED = {
    "a contest without candidates": (
        "DELETE FROM candidate WHERE contest_id = 'small/council'",
        "contests without candidates: small/council",
    ),
    "a contest that nobody counts": (
        "DELETE FROM station_contest WHERE contest_id = 'small/council'",
        "contests that no station counts: small/council",
    ),
    "a station that counts nothing": (
        "DELETE FROM station_contest WHERE station_id = 'small/b-2'",
        "stations that count nothing: small/b-2",
    ),
    "a station of another district": (
        "UPDATE station SET area_id = 'small/b', number = 9 WHERE id = 'small/a-1'",
        "stations outside the area of a contest that they count: small/a-1 of small/council",
    ),
    "an area that lies in itself": (
        "UPDATE area SET parent_id = 'small/a' WHERE id = 'small/city'",
        "areas without an end: ",
    ),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_contest_that_leads_nowhere_is_named(small: Night, tmp_path: Path, planted: str) -> None:
    statement, said = PLANTED[planted]
    small.sql_script(statement)
    done = doctor(small, tmp_path)
    assert done.exit_code == 1
    assert said in lines(done, "fail"), done.output


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("synchronous_commit = off", "commits        synchronous_commit is off"),
        ("default_transaction_read_only = on", "writing        this database only reads"),
    ],
)
def test_a_database_that_loses_or_takes_nothing_is_named(small: Night, tmp_path: Path, setting: str, said: str) -> None:
    small.sql(f'ALTER DATABASE "{make_url(small.database_url).database}" SET {setting}')
    done = doctor(small, tmp_path)
    assert done.exit_code == 1 and said in lines(done, "fail"), done.output


def test_tables_keys_backups_and_stores_that_are_not_what_they_must_be(small: Night, tmp_path: Path) -> None:
    small.sql("INSERT INTO ledger_key (public_key, since) VALUES ('another', now())")
    create_key(tmp_path / "ledger-key.pem")
    (tmp_path / "ledger-key.pem").chmod(0o644)
    old = tmp_path / "old.dump"
    old.write_text("a dump")
    os.utime(old, (time.time() - 30 * 86_400,) * 2)
    backups = tmp_path / "backup"
    backups.mkdir()
    old.rename(backups / "old.dump")
    done = doctor(small, tmp_path, "--backups", str(backups), TALLYWIRE_EVIDENCE_URL="file:///proc/nowhere")
    assert done.exit_code == 1
    told = lines(done, "fail")
    assert "the log is signed by another key" in told
    assert "can be read by others (644)" in told
    assert "is 720.0 hours old" in told
    assert "photographs    file:///proc/nowhere" in told
    small.sql("UPDATE alembic_version SET version_num = '9999'")
    assert "newer than this program's" in lines(doctor(small, tmp_path), "fail")


def test_a_database_that_is_not_there_is_a_line_and_not_the_end(tmp_path: Path) -> None:
    nowhere = Night("postgresql://postgres@127.0.0.1:1/none", "small")
    done = doctor(nowhere, tmp_path, "--url", "http://127.0.0.1:1")
    assert done.exit_code == 1
    assert "database       cannot open postgresql://" in lines(done, "fail")
    assert "server         http://127.0.0.1:1 does not answer" in lines(done, "fail")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("TALLYWIRE_LIMITS", '{"nothing": 1}', "fail  limits         TALLYWIRE_LIMITS: there is no limit nothing"),
        ("TALLYWIRE_LIMITS", '{"sockets_an_address": null}', "warn  limits         turned off: sockets_an_address"),
        ("TALLYWIRE_LIMITS", '{"sockets_an_address": 9}', "ok    limits         others than usual: sockets_an_address"),
        ("TALLYWIRE_UNLIMITED_ADDRESSES", '["here"]', "fail  limits         TALLYWIRE_UNLIMITED_ADDRESSES: "),
        ("TALLYWIRE_TRUSTED_DOCUMENTS", "/proc/none", "fail  limits         TALLYWIRE_TRUSTED_DOCUMENTS: "),
        ("TALLYWIRE_EVIDENCE_URL", "ftp://x", "fail  photographs    the store of photographs must be one of "),
        ("TALLYWIRE_WITNESSES", '["x"]', "fail  witnesses      TALLYWIRE_WITNESSES: "),
        ("FORWARDED_ALLOW_IPS", "*", "warn  proxies        FORWARDED_ALLOW_IPS is *"),
    ],
)
def test_settings_that_no_node_starts_with_or_that_let_everybody_in_are_named(
    tmp_path: Path, name: str, value: str, told: str
) -> None:
    nowhere = Night("postgresql://postgres@127.0.0.1:1/none", "small")
    assert told in doctor(nowhere, tmp_path, **{name: value}).output


def test_a_server_is_looked_at_from_elsewhere(served: Night) -> None:
    given = ["doctor", "--only-url", "--url", served.url]
    done = CliRunner().invoke(build_cli("doctor"), given)
    assert done.exit_code == 0, done.output
    assert "small: COUNTING, 2 contests, 6 stations" in lines(done, "ok")
    assert "server's clock" in lines(done, "ok")


def test_clocks_that_disagree_are_named(served: Night, tmp_path: Path) -> None:
    """This machine's clock runs a minute ahead of the database's and of the server's."""
    where = ("--data-dir", str(tmp_path), "--database-url", served.database_url, "--url", served.url)
    done = run_tallywire("doctor", *where, environment=faked("+60s"))
    assert done.returncode == 1, done.stdout + done.stderr
    told = [line for line in done.stdout.splitlines() if line.startswith("fail")]
    assert any("s from the database's" in line for line in told), done.stdout
    assert any("s from this machine's" in line for line in told), done.stdout
