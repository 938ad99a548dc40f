"""What stands at each station at one position, out of the log alone, as a stream: memory is that of one page.

The same on every node, followers included; a station that has not reported by then comes without numbers.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from counting.election import Text
from counting.tally import Numbers
from counting.vocabulary import TallyCoverage
from db.database import Connection
from db.log import counted_numbers

PAGE = 500
# The newest entry about each sheet by then; the index log_entry_by_station has it at its end.
READ_COUNTS = """
    SELECT s.id, s.area_id, s.number, s.location_th, s.location_en, r.contest_id, r.registered_voters,
        l.sequence, l.tally_id, l.standing_id, l.tally, l.previous, l.held, l.disputed, l.recorded_at
    FROM contest c
    JOIN station_contest r ON r.contest_id = c.id
    JOIN station s ON s.id = r.station_id
    LEFT JOIN LATERAL (
        SELECT * FROM log_entry e WHERE e.station_id = s.id AND e.contest_id = c.id AND e.sequence <= $2
        ORDER BY e.sequence DESC LIMIT 1
    ) AS l ON true
    WHERE c.election_id = $1 AND ($3::text[] IS NULL OR c.id = ANY($3)) AND ($4::text[] IS NULL OR s.area_id = ANY($4))
    ORDER BY c.ordinal, s.id COLLATE "C"
"""
READ_STATIONS = """
    SELECT s.id, s.area_id, s.number, s.location_th, s.location_en FROM station s
    WHERE s.election_id = $1 AND ($2::text[] IS NULL OR s.area_id = ANY($2)) ORDER BY s.id COLLATE "C"
"""


@dataclass(frozen=True, slots=True)
class StationPlace:
    """Where a station is; `number` inside its area."""

    id: str
    area_id: str
    number: int
    location: Text


@dataclass(frozen=True, slots=True)
class StationCounted:
    """One contest at one station. `numbers` None: nothing counts there; `sequence`: of the last entry about it."""

    place: StationPlace
    contest_id: str
    registered: int
    numbers: Numbers | None
    coverage: TallyCoverage | None
    disputed: bool
    held: int
    sequence: int | None
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Range:
    """Which stations of an election, and at which position; None: all contests, all areas (the smallest, by id)."""

    election_id: str
    sequence: int
    contest_ids: tuple[str, ...] | None = None
    area_ids: tuple[str, ...] | None = None


async def read_station_counts(connection: Connection, wanted: Range) -> AsyncIterator[Sequence[StationCounted]]:
    """By contest, then station id; inside a transaction. Pages of `PAGE` at most."""
    arguments = (wanted.election_id, wanted.sequence, wanted.contest_ids, wanted.area_ids)
    cursor = await connection.cursor(READ_COUNTS, *arguments)
    while rows := await cursor.fetch(PAGE):
        yield [_counted(row) for row in rows]


async def read_places(connection: Connection, wanted: Range) -> AsyncIterator[Sequence[StationPlace]]:
    """By station id; inside a transaction."""
    cursor = await connection.cursor(READ_STATIONS, wanted.election_id, wanted.area_ids)
    while rows := await cursor.fetch(PAGE):
        yield [_place(row) for row in rows]


def _place(row: asyncpg.Record) -> StationPlace:
    return StationPlace(row["id"], row["area_id"], row["number"], Text(row["location_th"], row["location_en"]))


def _counted(row: asyncpg.Record) -> StationCounted:
    standing = None
    if row["standing_id"] is not None:
        brings = row["standing_id"] == row["tally_id"] and row["tally"] is not None
        standing = counted_numbers(row["tally"] if brings else row["previous"])
    return StationCounted(
        _place(row),
        row["contest_id"],
        row["registered_voters"],
        standing.numbers if standing else None,
        standing.coverage if standing else None,
        bool(row["disputed"]),
        row["held"] or 0,
        row["sequence"],
        row["recorded_at"],
    )
