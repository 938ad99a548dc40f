"""Official results: versions are added whole, the newest is the one compared, and no older one is ever changed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from counting.election import OfficialFigure
from counting.official import OfficialItem, PublishedFigure
from db.audit import COMMAND_LINE, AuditAction, record
from db.database import Connection
from db.definitions import ElectionDefinition

NEWEST = "SELECT number, sha256, figures, imported_at FROM official_version WHERE election_id = $1 ORDER BY number DESC"
ADD_VERSION = """
    INSERT INTO official_version (election_id, number, sha256, figures, imported_at) VALUES ($1, $2, $3, $4, $5)
"""
COLUMNS = ("election_id", "version", "contest_id", "area_id", "station_id", "item", "candidate_id", "value")
OF_AREAS = """
    SELECT id, contest_id, area_id, item, candidate_id, value FROM official_figure
    WHERE election_id = $1 AND version = $2 AND station_id IS NULL ORDER BY id
"""
FIGURES = "contest_id, area_id, station_id, item, candidate_id"
CHANGES = f"""
    WITH older AS (SELECT {FIGURES}, value FROM official_figure WHERE election_id = $1 AND version = $2 - 1),
        newer AS (SELECT {FIGURES}, value FROM official_figure WHERE election_id = $1 AND version = $2),
        pairs AS (
            SELECT o.value AS before, n.value AS after FROM older o FULL JOIN newer n
            ON (o.contest_id, o.area_id, o.item, coalesce(o.station_id, ''), coalesce(o.candidate_id, ''))
             = (n.contest_id, n.area_id, n.item, coalesce(n.station_id, ''), coalesce(n.candidate_id, '')))
    SELECT count(*) FILTER (WHERE before IS NULL) AS added, count(*) FILTER (WHERE after IS NULL) AS dropped,
        count(*) FILTER (WHERE before <> after) AS changed FROM pairs
"""


@dataclass(frozen=True, slots=True)
class OfficialVersion:
    """`number`: 1, 2, 3, … within the election; `sha256` (hex) of its figures."""

    number: int
    sha256: str
    figures: int
    imported_at: datetime


@dataclass(frozen=True, slots=True)
class OfficialChange:
    """What an import did. `loaded` False: just these figures stood already. Counts are against the version before."""

    version: int
    loaded: bool
    added: int
    changed: int
    dropped: int


async def load_official(
    connection: Connection, election_id: str, figures: Sequence[OfficialFigure]
) -> OfficialChange | None:
    """Adds a version inside the caller's transaction; None where there is nothing, now or before.

    The caller holds the election's lock. The audit is told by whoever decides to import.
    """
    standing = await newest_version(connection, election_id)
    if not figures and standing is None:
        return None
    sha256 = figures_digest(figures)
    if standing is not None and standing.sha256 == sha256:
        return OfficialChange(standing.number, False, 0, 0, 0)
    number = standing.number + 1 if standing else 1
    await connection.execute(ADD_VERSION, election_id, number, sha256, len(figures), datetime.now(UTC))
    rows = [_row(election_id, number, figure) for figure in figures]
    await connection.copy_records_to_table("official_figure", columns=COLUMNS, records=rows)
    (told,) = await connection.fetch(CHANGES, election_id, number)
    return OfficialChange(number, True, **told)


async def import_official(
    connection: Connection, election_id: str, figures: Sequence[OfficialFigure]
) -> OfficialChange | None:
    """All of it or nothing, safe to repeat: what the authority published by now, whole, in place of what stood."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", election_id)
        change = await load_official(connection, election_id, figures)
        if change is not None and change.loaded:
            await record(
                connection,
                COMMAND_LINE,
                AuditAction.OFFICIAL_RESULTS_IMPORTED,
                election_id=election_id,
                subject=election_id,
                details={
                    "version": change.version,
                    "sha256": figures_digest(figures),
                    "figures": len(figures),
                    "added": change.added,
                    "changed": change.changed,
                    "dropped": change.dropped,
                },
            )
    return change


async def newest_version(connection: asyncpg.Pool | Connection, election_id: str) -> OfficialVersion | None:
    """None where the authority has published nothing."""
    row = await connection.fetchrow(f"{NEWEST} LIMIT 1", election_id)
    return None if row is None else OfficialVersion(**row)


async def versions(connection: asyncpg.Pool | Connection, election_id: str) -> list[OfficialVersion]:
    """Newest first."""
    return [OfficialVersion(**row) for row in await connection.fetch(NEWEST, election_id)]


async def area_figures(
    connection: asyncpg.Pool | Connection, definition: ElectionDefinition, version: int
) -> tuple[PublishedFigure, ...]:
    """Those by area, as published; the stations' own are compared where they stand, by `db.official_stations`."""
    places = candidate_places(definition)
    return tuple(
        PublishedFigure(
            row["id"],
            row["contest_id"],
            row["area_id"],
            None,
            OfficialItem(row["item"]),
            places.get(row["candidate_id"]),
            row["value"],
        )
        for row in await connection.fetch(OF_AREAS, definition.id, version)
    )


def candidate_places(definition: ElectionDefinition) -> dict[str | None, int]:
    """Places in ballot order by candidate id."""
    return {
        candidate.id: place
        for contest in definition.contests.values()
        for place, candidate in enumerate(contest.candidates)
    }


def figures_digest(figures: Sequence[OfficialFigure]) -> str:
    """sha256 (hex), the same for the same figures in whatever order they stood."""
    lines = sorted(
        f"{one.contest}\t{one.area}\t{one.station or ''}\t{one.item}\t{one.ballot_number or ''}\t{one.value}\n"
        for one in figures
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _row(election_id: str, version: int, figure: OfficialFigure) -> tuple[object, ...]:
    candidate = None if figure.ballot_number is None else f"{figure.contest}/{figure.ballot_number}"
    return (
        election_id,
        version,
        f"{election_id}/{figure.contest}",
        f"{election_id}/{figure.area}",
        figure.station and f"{election_id}/{figure.station}",
        figure.item,
        candidate and f"{election_id}/{candidate}",
        figure.value,
    )
