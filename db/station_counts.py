"""What stands at each station at one position, out of the log alone, as a stream: memory is that of one page.

The same on every node, followers included; a station that has not reported by then comes without numbers. Each page is
a statement of its own and a short one: the log only grows, so a position is the same for all of them.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from counting.election import Text
from counting.tally import Numbers
from counting.vocabulary import TallyCoverage
from db.definitions import ElectionDefinition, StationNode
from db.log import counted_numbers

PAGE = 500
# The newest entry about each sheet by then; the index log_entry_by_station has it at its end.
READ_COUNTS = """
    SELECT s.id, s.location_th, s.location_en,
        l.sequence, l.tally_id, l.standing_id, l.tally, l.previous, l.held, l.disputed, l.recorded_at
    FROM unnest($1::text[]) WITH ORDINALITY AS k (id, place)
    JOIN station s ON s.id = k.id
    LEFT JOIN LATERAL (
        SELECT * FROM log_entry e WHERE e.station_id = k.id AND e.contest_id = $2 AND e.sequence <= $3
        ORDER BY e.sequence DESC LIMIT 1
    ) AS l ON true
    ORDER BY k.place
"""
READ_STATIONS = """
    SELECT s.id, s.location_th, s.location_en FROM unnest($1::text[]) WITH ORDINALITY AS k (id, place)
    JOIN station s ON s.id = k.id ORDER BY k.place
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

    definition: ElectionDefinition
    sequence: int
    contest_ids: tuple[str, ...] | None = None
    area_ids: frozenset[str] | None = None

    def stations(self) -> list[StationNode]:
        """By id, as code points go: in one order on every node, whatever its database sorts by."""
        all_of_them = self.definition.stations.values()
        inside = (one for one in all_of_them if self.area_ids is None or one.area.id in self.area_ids)
        return sorted(inside, key=lambda one: one.id)

    def by_contest(self) -> Iterator[tuple[str, list[str]]]:
        """Ids of the stations that count each contest, in the order of contests."""
        found: dict[str, list[str]] = {
            contest: []
            for contest in self.definition.contests
            if self.contest_ids is None or contest in self.contest_ids
        }
        for station in self.stations():
            for contest, _ in station.registers:
                if contest in found:
                    found[contest].append(station.id)
        yield from found.items()


async def read_station_counts(pool: asyncpg.Pool, wanted: Range) -> AsyncIterator[Sequence[StationCounted]]:
    """By contest, then station id, in pages of `PAGE` at most."""
    for contest_id, station_ids in wanted.by_contest():
        for begin in range(0, len(station_ids), PAGE):
            page = station_ids[begin : begin + PAGE]
            rows = await pool.fetch(READ_COUNTS, page, contest_id, wanted.sequence)
            yield [_counted(wanted.definition, contest_id, row) for row in rows]


async def read_places(pool: asyncpg.Pool, wanted: Range) -> AsyncIterator[Sequence[StationPlace]]:
    """By station id."""
    ids = [station.id for station in wanted.stations()]
    for begin in range(0, len(ids), PAGE):
        rows = await pool.fetch(READ_STATIONS, ids[begin : begin + PAGE])
        yield [_place(wanted.definition, row) for row in rows]


def _place(definition: ElectionDefinition, row: asyncpg.Record) -> StationPlace:
    station = definition.stations[row["id"]]
    return StationPlace(station.id, station.area.id, station.number, Text(row["location_th"], row["location_en"]))


def _counted(definition: ElectionDefinition, contest_id: str, row: asyncpg.Record) -> StationCounted:
    standing = None
    if row["standing_id"] is not None:
        brings = row["standing_id"] == row["tally_id"] and row["tally"] is not None
        standing = counted_numbers(row["tally"] if brings else row["previous"])
    return StationCounted(
        _place(definition, row),
        contest_id,
        definition.stations[row["id"]].registered(contest_id) or 0,
        standing.numbers if standing else None,
        standing.coverage if standing else None,
        bool(row["disputed"]),
        row["held"] or 0,
        row["sequence"],
        row["recorded_at"],
    )
