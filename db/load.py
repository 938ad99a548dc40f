"""Loads an election's package: all of it or nothing, and safe to repeat.

Until the first entry stands in the log a changed package replaces the earlier one (people and their assignments to
stations that remain are kept). After it, the definition is part of what was counted and changes no more.
"""

from collections.abc import Callable

from counting.election import Election
from db.audit import COMMAND_LINE, AuditAction, record
from db.database import Connection
from db.definition_changes import DefinitionChange, definition_changes
from db.definition_rows import definition_tables, election_values
from db.official import load_official

Progress = Callable[[str, int, int], None]

# Children before parents, as foreign keys want it.
CLEARED = (
    "DELETE FROM official_figure WHERE election_id = $1",
    "DELETE FROM official_version WHERE election_id = $1",
    "DELETE FROM station_contest WHERE station_id IN (SELECT id FROM station WHERE election_id = $1)",
    "DELETE FROM candidate WHERE contest_id IN (SELECT id FROM contest WHERE election_id = $1)",
    "DELETE FROM contest WHERE election_id = $1",
    "DELETE FROM station WHERE election_id = $1",
    "DELETE FROM area WHERE election_id = $1",
)
UPSERT_ELECTION = """
    INSERT INTO election (id, epoch, name_th, name_en, phase, is_test, polls_close_at, time_zone, notice_th, notice_en,
        help_th, help_en, bounds, ruleset, package_sha256, imported_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    ON CONFLICT (id) DO UPDATE SET epoch = $2, name_th = $3, name_en = $4, is_test = $6, polls_close_at = $7,
        time_zone = $8, notice_th = $9, notice_en = $10, help_th = $11, help_en = $12, bounds = $13, ruleset = $14,
        package_sha256 = $15, imported_at = $16
"""


class ElectionAlreadyCountedError(Exception):
    """The log of this election has entries, and the package differs from the one that they were judged by.

    `changes`: each difference; none where only the form of the files is another.
    """

    def __init__(self, election_id: str, entries: int, changes: tuple[DefinitionChange, ...]) -> None:
        self.election_id, self.entries, self.changes = election_id, entries, changes
        super().__init__(f"{election_id} has reports in its log already: its definition cannot change any more")


async def load_election(
    connection: Connection, election: Election, package_sha256: str, progress: Progress | None = None
) -> bool:
    """True where something was loaded, False where just this package stands already.

    Raises ElectionAlreadyCountedError.
    """
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", election.id)
        standing = await connection.fetchrow(
            "SELECT package_sha256 FROM election WHERE id = $1 FOR UPDATE", election.id
        )
        if standing is not None and standing["package_sha256"] == package_sha256:
            return False
        entries = await connection.fetchval("SELECT sequence FROM log_head WHERE election_id = $1", election.id)
        if entries:
            raise ElectionAlreadyCountedError(election.id, entries, await definition_changes(connection, election))
        await _keep_assignments(connection, election.id)
        for statement in CLEARED:
            await connection.execute(statement, election.id)
        await _write(connection, election, package_sha256, progress or _silent)
        await record(
            connection,
            COMMAND_LINE,
            AuditAction.PACKAGE_IMPORTED,
            election_id=election.id,
            subject=election.id,
            details={"sha256": package_sha256, "ruleset": election.bounds.version, "stations": len(election.stations)},
        )
        await _restore_assignments(connection)
    return True


def _silent(_table: str, _done: int, _total: int) -> None:
    """No progress wanted."""


async def _keep_assignments(connection: Connection, election_id: str) -> None:
    for table in ("assignment", "enrolment_code_station"):
        await connection.execute(f"CREATE TEMP TABLE kept_{table} (LIKE {table}) ON COMMIT DROP")
        await connection.execute(
            f"INSERT INTO kept_{table} SELECT * FROM {table}"
            " WHERE station_id IN (SELECT id FROM station WHERE election_id = $1)",
            election_id,
        )


async def _restore_assignments(connection: Connection) -> None:
    for table in ("assignment", "enrolment_code_station"):
        await connection.execute(
            f"INSERT INTO {table} SELECT k.* FROM kept_{table} k JOIN station s ON s.id = k.station_id"
        )


async def _write(connection: Connection, election: Election, sha256: str, progress: Progress) -> None:
    await connection.execute(UPSERT_ELECTION, *election_values(election, sha256))
    await connection.execute(
        "INSERT INTO log_head (election_id, sequence) VALUES ($1, 0) ON CONFLICT DO NOTHING", election.id
    )
    for table, columns, rows in definition_tables(election):
        progress(table, 0, len(rows))
        await connection.copy_records_to_table(table, columns=columns, records=rows)
        progress(table, len(rows), len(rows))
    progress("official_figure", 0, len(election.official))
    await load_official(connection, election.id, election.official)
    progress("official_figure", len(election.official), len(election.official))
