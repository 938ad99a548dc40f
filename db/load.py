"""Loads an election's package: all of it or nothing, and safe to repeat.

Until the first entry stands in the log a changed package replaces the earlier one (people and their assignments to
stations that remain are kept). After it, the definition is part of what was counted and changes no more.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from counting.bounds import Bounds
from counting.election import Election
from counting.vocabulary import ElectionPhase
from db.audit import COMMAND_LINE, AuditAction, record
from db.database import Connection
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
    """The log of this election has entries, and the package differs from the one that they were judged by."""


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
        if await connection.fetchval("SELECT sequence FROM log_head WHERE election_id = $1", election.id):
            raise ElectionAlreadyCountedError(
                f"{election.id} has reports in its log already: its definition cannot change any more"
            )
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
    await connection.execute(UPSERT_ELECTION, *_election_values(election, sha256))
    await connection.execute(
        "INSERT INTO log_head (election_id, sequence) VALUES ($1, 0) ON CONFLICT DO NOTHING", election.id
    )
    for table, columns, rows in _tables(election):
        progress(table, 0, len(rows))
        await connection.copy_records_to_table(table, columns=columns, records=rows)
        progress(table, len(rows), len(rows))
    progress("official_figure", 0, len(election.official))
    await load_official(connection, election.id, election.official)
    progress("official_figure", len(election.official), len(election.official))


def _election_values(election: Election, sha256: str) -> tuple[Any, ...]:
    return (
        election.id,
        secrets.token_hex(4),
        election.name.th,
        election.name.en,
        ElectionPhase.SETUP.value,
        election.is_test,
        election.polls_close_at,
        election.time_zone,
        election.notice.th if election.notice else None,
        election.notice.en if election.notice else None,
        election.help_contact.th if election.help_contact else None,
        election.help_contact.en if election.help_contact else None,
        bounds_to_json(election.bounds),
        election.bounds.version,
        sha256,
        datetime.now(UTC),
    )


def bounds_to_json(bounds: Bounds) -> dict[str, Any]:
    """The bounds as the election row keeps them; `counting.bounds` reads them back."""
    values = asdict(bounds)
    values["verdicts"] = {rule.value: verdict and verdict.value for rule, verdict in bounds.verdicts.items()}
    return values


def _tables(election: Election) -> Iterable[tuple[str, Sequence[str], list[tuple[Any, ...]]]]:
    """Each table's columns and rows, parents before children."""

    def sid(code: str | None) -> str | None:
        return None if code is None else f"{election.id}/{code}"

    def word(value: Enum) -> str:
        return str(value.value)

    yield (
        "area",
        ("id", "election_id", "ordinal", "level", "parent_id", "name_th", "name_en"),
        [
            (sid(a.code), election.id, n, word(a.level), sid(a.parent), a.name.th, a.name.en)
            for n, a in enumerate(election.areas)
        ],
    )
    yield (
        "contest",
        (
            *("id", "election_id", "ordinal", "office", "name_th", "name_en", "area_id", "seats"),
            *("voting_variation", "votes_per_ballot"),
        ),
        [
            (
                *(sid(c.code), election.id, n, c.office, c.name.th, c.name.en, sid(c.area), c.seats),
                *(word(c.voting_variation), c.votes_per_ballot),
            )
            for n, c in enumerate(election.contests)
        ],
    )
    yield (
        "candidate",
        (
            *("id", "contest_id", "ballot_number", "name_th", "name_en", "short_name_th", "short_name_en"),
            *("party_th", "party_en", "color"),
        ),
        [
            (
                *(sid(c.code), sid(c.contest), c.ballot_number, c.name.th, c.name.en, c.short_name.th),
                *(c.short_name.en, c.party.th if c.party else None, c.party.en if c.party else None, c.color),
            )
            for c in election.candidates
        ],
    )
    yield (
        "station",
        ("id", "election_id", "area_id", "number", "location_th", "location_en"),
        [(sid(s.code), election.id, sid(s.area), s.number, s.location.th, s.location.en) for s in election.stations],
    )
    yield (
        "station_contest",
        ("station_id", "contest_id", "registered_voters"),
        [(sid(r.station), sid(r.contest), r.registered_voters) for r in election.registers],
    )
