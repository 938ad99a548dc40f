"""Where the reported results and the official ones differ, worked out once for each state of the two."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from counting.official import (
    Difference,
    OfficialItem,
    PublishedFigure,
    by_what_matters,
    compared,
    leadership_turned,
)
from counting.vocabulary import AreaLevel
from db.database import Database
from db.definitions import ContestNode
from db.official import OfficialVersion, area_figures, newest_version
from db.official_stations import station_differences
from feed.election_feed import ElectionFeed

LEVELS = tuple(AreaLevel)
STATION_DEPTH = len(LEVELS)


@dataclass(frozen=True, slots=True)
class Compared:
    """`version` None: the authority has published nothing yet. Differences by what matters."""

    version: OfficialVersion | None
    differences: tuple[Difference, ...]


NOTHING = Compared(None, ())


@dataclass(slots=True)
class _Worked:
    """What was worked out last for one election. The figures of a version never change."""

    lock: asyncio.Lock
    figures: tuple[PublishedFigure, ...] = ()
    state: tuple[int, int] | None = None
    compared: Compared = NOTHING


class Comparisons:
    """One a process. A reader who comes while it is being worked out waits for that one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._worked: WeakKeyDictionary[ElectionFeed, _Worked] = WeakKeyDictionary()

    async def of(self, feed: ElectionFeed) -> Compared:
        """As both stand now."""
        version = await newest_version(self._database.pool, feed.id)
        if version is None:
            return NOTHING
        worked = self._worked.setdefault(feed, _Worked(asyncio.Lock()))
        async with worked.lock:
            if worked.compared.version != version:
                worked.figures = await area_figures(self._database.pool, feed.definition, version.number)
                worked.state = None
            state = (version.number, feed.sequence)
            if worked.state != state:
                worked.compared = await self._compare(feed, version, worked.figures)
                worked.state = state
            return worked.compared

    async def _compare(
        self, feed: ElectionFeed, version: OfficialVersion, figures: tuple[PublishedFigure, ...]
    ) -> Compared:
        inside = await station_differences(self._database.pool, feed.definition, version.number, STATION_DEPTH)
        return Compared(version, by_what_matters([*_area_differences(feed, figures), *inside]))


def _area_differences(feed: ElectionFeed, figures: Iterable[PublishedFigure]) -> Iterable[Difference]:
    definition = feed.definition
    by_contest: dict[str, list[PublishedFigure]] = defaultdict(list)
    for figure in figures:
        by_contest[figure.contest_id].append(figure)
    for contest_id, own in by_contest.items():
        contest = definition.contests[contest_id]
        turned = _turned(feed, contest, own)
        for figure in own:
            count = feed.board.count(contest_id, figure.area_id)
            if count is None:
                continue
            whole = figure.area_id == contest.area.id
            depth = LEVELS.index(definition.areas[figure.area_id].level)
            difference = compared(figure, count, depth, turned if whole else frozenset())
            if difference is not None:
                yield difference


def _turned(feed: ElectionFeed, contest: ContestNode, figures: Iterable[PublishedFigure]) -> frozenset[int]:
    """Who leads by the official figures of the contest's own area and not by the reports, or the other way round."""
    count = feed.board.count(contest.id, contest.area.id)
    official: list[int | None] = [None] * len(contest.candidates)
    for figure in figures:
        if figure.item is OfficialItem.VOTES and figure.area_id == contest.area.id and figure.place is not None:
            official[figure.place] = figure.value
    if count is None:
        return frozenset()
    return leadership_turned(official, count.votes, contest.seats, contest.voting_variation)
