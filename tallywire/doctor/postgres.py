"""The database: its clock, its version and settings, its tables, and its archived log."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import asyncpg

from db.database import POOL_SIZE, Connection
from db.migrate import head_revision
from tallywire.doctor.finding import Finding, fail, ok, warn
from tallywire.settings import Settings
from tallywire.worker import POOLS_SIZE

VERSION_MIN = 150_000
SKEW_SECONDS_LOW, SKEW_SECONDS_MAX = 1.0, 5.0
# A pool for statements, and SQLAlchemy's with as many more at a peak; bells and migrations come on top.
CONNECTIONS_A_POOL, CONNECTIONS_BESIDE = 3, 10
ARCHIVED_SECONDS_MAX = 900
# What PostgreSQL must not be told to leave out, as each leaves out accepted tallies after a power cut.
MUST_BE_ON = {
    "fsync": "a power cut would lose accepted tallies, or the whole database",
    "full_page_writes": "a power cut in the middle of a write would leave broken pages",
}
READ_SETTINGS = "SELECT name, setting FROM pg_settings WHERE name = ANY($1::text[])"
ASKED = (
    *("fsync", "full_page_writes", "synchronous_commit", "max_connections", "server_version", "server_version_num"),
    *("default_transaction_read_only", "archive_mode", "data_checksums", "superuser_reserved_connections"),
)
READ_ARCHIVER = """
    SELECT last_archived_time, last_failed_time, last_failed_wal,
        extract(epoch FROM clock_timestamp() - last_archived_time)::float8 AS age FROM pg_stat_archiver
"""
READ_REPLICAS = "SELECT count(*) FROM pg_stat_replication"


async def clock_findings(connection: Connection) -> AsyncIterator[Finding]:
    """Half of the way there and back is taken off."""
    began = datetime.now(UTC)
    theirs = await connection.fetchval("SELECT clock_timestamp()")
    ended = datetime.now(UTC)
    skew = abs((theirs - (began + (ended - began) / 2)).total_seconds())
    seen = f"{skew:.3f} s from the database's"
    todo = "set both by NTP (timedatectl set-ntp true): entries are stamped with this machine's time"
    if skew > SKEW_SECONDS_MAX:
        yield fail("clock", seen, todo)
    elif skew > SKEW_SECONDS_LOW:
        yield warn("clock", seen, todo)
    else:
        yield ok("clock", seen)


async def setting_findings(connection: Connection, settings: Settings) -> AsyncIterator[Finding]:
    rows = await connection.fetch(READ_SETTINGS, list(ASKED))
    told = {row["name"]: row["setting"] for row in rows}
    if int(told["server_version_num"]) < VERSION_MIN:
        yield fail("PostgreSQL", f"version {told['server_version']}", "15 or newer is needed")
    else:
        yield ok("PostgreSQL", f"version {told['server_version']}")
    for finding in _durability(told):
        yield finding
    if told["default_transaction_read_only"] == "on" or await connection.fetchval("SELECT pg_is_in_recovery()"):
        yield fail("writing", "this database only reads", "promote it, or name the one that writes")
    else:
        yield ok("writing", "allowed")
    yield _connections(told, settings)
    if told["data_checksums"] != "on":
        yield warn("checksums", "data_checksums is off", "pg_checksums --enable finds a disk that forgets")


def _durability(told: dict[str, str]) -> Iterator[Finding]:
    for name, why in MUST_BE_ON.items():
        if told[name] != "on":
            yield fail(name, f"is {told[name]}", f"turn it on: {why}")
        else:
            yield ok(name, "is on")
    if told["synchronous_commit"] == "off":
        yield fail("commits", "synchronous_commit is off", "turn it on: a power cut would lose accepted tallies")
    else:
        yield ok("commits", f"synchronous_commit is {told['synchronous_commit']}")


def _connections(told: dict[str, str], settings: Settings) -> Finding:
    """Of this machine's workers; further nodes need as many each."""
    pools = POOL_SIZE if settings.workers == 1 else max(POOLS_SIZE, 2 * settings.workers)
    needed = pools * CONNECTIONS_A_POOL + CONNECTIONS_BESIDE
    allowed = int(told["max_connections"]) - int(told["superuser_reserved_connections"])
    seen = f"{allowed} allowed, up to {needed} taken by this node at its peak"
    if allowed < needed:
        return warn("connections", seen, f"set max_connections to {needed + 10}, and as many more for each other node")
    return ok("connections", seen)


async def table_findings(connection: Connection) -> AsyncIterator[Finding]:
    """Whether the tables are those of this program."""
    newest = head_revision()
    try:
        found = await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        found = None
    if found == newest:
        yield ok("tables", f"at the newest migration, {newest}")
    elif found is None:
        yield warn("tables", "there are none yet", "tallywire import makes them")
    elif found < newest:
        yield warn("tables", f"at {found}, and this program's are {newest}", "the next start brings them there")
    else:
        yield fail("tables", f"at {found}, newer than this program's {newest}", "use the newer tallywire")


async def archive_findings(connection: Connection) -> AsyncIterator[Finding]:
    """What would be left if this machine were lost now."""
    mode = await connection.fetchval("SELECT setting FROM pg_settings WHERE name = 'archive_mode'")
    replicas = int(await connection.fetchval(READ_REPLICAS))
    if replicas:
        yield ok("replicas", f"{replicas} follow the write-ahead log")
    if mode == "off":
        if not replicas:
            todo = "archive the log or run a standby before the night: docs/backup.md"
            yield warn("archived log", "archive_mode is off: a lost disk loses what came after the last dump", todo)
        return
    row = await connection.fetchrow(READ_ARCHIVER)
    assert row is not None
    if row["last_failed_time"] and (
        row["last_archived_time"] is None or row["last_failed_time"] > row["last_archived_time"]
    ):
        yield fail("archived log", f"{row['last_failed_wal']} could not be archived", "look at archive_command")
    elif row["last_archived_time"] is None:
        yield warn("archived log", "nothing was archived yet", "SELECT pg_switch_wal() tries it")
    elif row["age"] > ARCHIVED_SECONDS_MAX:
        yield warn("archived log", f"the last part {row['age'] / 60:.0f} minutes ago", "set archive_timeout")
    else:
        yield ok("archived log", f"the last part {row['age']:.0f} s ago")
