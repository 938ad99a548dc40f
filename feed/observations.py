"""Statistics over the stations of a contest, worked out once for each position of the feed."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from counting.observation import (
    LastDigits,
    StationSheet,
    TurnoutAndShare,
    last_digits,
    repeated,
    turnout_and_share,
)
from counting.result import ranking
from db.database import Database
from db.definitions import AreaNode, ContestNode
from db.station_sheets import final_sheets
from feed.election_feed import ElectionFeed

KEPT_MAX = 64


@dataclass(frozen=True, slots=True)
class Observation:
    """Of the stations in one area whose count is FINAL. `place`: who has the most votes there; None before any vote."""

    contest: ContestNode
    area: AreaNode
    sequence: int
    stations: int
    place: int | None
    turnout_and_share: TurnoutAndShare
    last_digits: LastDigits
    repeated: tuple[tuple[StationSheet, ...], ...]
    repeated_ballots_min: int


class Observations:
    """One a process; the last few that were asked for are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[tuple[str, str, str, int], Observation] = OrderedDict()
        self._lock = asyncio.Lock()

    async def of(self, feed: ElectionFeed, contest: ContestNode, area: AreaNode, *, visible: bool) -> Observation:
        """One at a time, as each reads all sheets of a contest. Of no sheet where nothing is `visible` yet."""
        ballots_min = feed.definition.bounds.same_numbers_ballots_min
        if not visible:
            return _observed(contest, area, 0, [], ballots_min)
        async with self._lock:
            key = (feed.definition.epoch, contest.id, area.id, feed.sequence)
            if key not in self._kept:
                self._kept[key] = await self._observe(feed, contest, area, ballots_min)
                while len(self._kept) > KEPT_MAX:
                    self._kept.popitem(last=False)
            return self._kept[key]

    async def _observe(self, feed: ElectionFeed, contest: ContestNode, area: AreaNode, ballots_min: int) -> Observation:
        sequence = feed.sequence
        inside = {one.id for one in area.subtree()}
        stations = feed.definition.stations
        every = await final_sheets(self._database.pool, contest.id)
        sheets = [sheet for sheet in every if stations[sheet.station_id].area.id in inside]
        return await asyncio.to_thread(_observed, contest, area, sequence, sheets, ballots_min)


def _observed(
    contest: ContestNode, area: AreaNode, sequence: int, sheets: list[StationSheet], ballots_min: int
) -> Observation:
    votes = [sum(numbers) for numbers in zip(*(sheet.votes for sheet in sheets), strict=True)]
    place = ranking(votes)[0][0] if any(votes) else None
    return Observation(
        contest,
        area,
        sequence,
        len(sheets),
        place,
        turnout_and_share(sheets if place is not None else [], place or 0),
        last_digits(sheets),
        repeated(sheets, ballots_min),
        ballots_min,
    )
