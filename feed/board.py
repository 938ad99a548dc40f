"""The board: one count for each contest and area, in every process, changed by each entry's difference.

O(areas above the station) an entry. A count that a copy or a reader holds too is copied before it changes, so that
copies of the whole cost next to nothing, however many results a nation has.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from weakref import WeakKeyDictionary

from counting.result import (
    AreaCount,
    Row,
    StationStanding,
    apply,
    blank,
    decided,
    margin,
    record,
    rows,
    status,
    turnout,
)
from counting.vocabulary import ResultsStatus
from db.definitions import AreaNode, ContestNode, ElectionDefinition
from db.log import CountedNumbers, LogEntry
from feed.position import BEFORE_COUNTING, Position

ResultKey = tuple[str, str]


class GapError(Exception):
    """An entry did not follow the one before it: the board would be wrong, so it stops."""


@dataclass(frozen=True)
class ResultView:
    """How one contest stands in one area at one moment; immutable, shared by all who read it."""

    contest: ContestNode
    area: AreaNode
    count: AreaCount
    status: ResultsStatus
    position: Position

    @cached_property
    def rows(self) -> list[Row]:
        return rows(self.count, self.contest.facts)

    @cached_property
    def rendered(self) -> "WeakKeyDictionary[Hashable, bytes]":
        """What readers are sent of it, by what they selected: made once for all who selected the same."""
        return WeakKeyDictionary()

    @cached_property
    def margin(self) -> int | None:
        return margin(self.count, self.contest.facts)

    @cached_property
    def decided(self) -> bool:
        return decided(self.count, self.contest.facts)

    @cached_property
    def turnout(self) -> float | None:
        return turnout(self.count)


class Board:
    """`sequence` is the last entry that was added; `counted_until` the newest hour that a volunteer named."""

    def __init__(self, definition: ElectionDefinition) -> None:
        self.definition = definition
        self.sequence = 0
        self.last_report_at: datetime | None = None
        self.counted_until: datetime | None = None
        self._counts: dict[ResultKey, AreaCount] = {
            (contest.id, area.id): zero(contest, area)
            for contest in definition.contests.values()
            for area in contest.areas
        }
        self._views: dict[tuple[ResultKey, bool], ResultView] = {}
        # Counts that nobody else holds: these alone may be changed in place.
        self._own: set[ResultKey] = set(self._counts)

    def add(self, entry: LogEntry) -> None:
        """Raises GapError where the entry is not the next one."""
        if entry.sequence != self.sequence + 1:
            raise GapError(f"{self.definition.id}: entry {entry.sequence} after {self.sequence}")
        station = self.definition.stations[entry.station_id]
        registered = station.registered(entry.contest_id) or 0
        before = _standing(entry.previous, entry.disputed_before, entry.held_before, registered)
        after = _standing(entry.standing, entry.disputed, entry.held, registered)
        top = self.definition.contests[entry.contest_id].area
        for area in station.area.path():
            key = (entry.contest_id, area.id)
            count = self._changeable(key)
            apply(count, before, after)
            record(count, entry.kind, entry.sequence, entry.recorded_at)
            self._views.pop((key, True), None)
            self._views.pop((key, False), None)
            if area is top:
                break
        self.sequence = entry.sequence
        self.last_report_at = entry.recorded_at
        counted_at = entry.standing.counted_at if entry.standing else None
        if counted_at is not None and (self.counted_until is None or counted_at > self.counted_until):
            self.counted_until = counted_at

    def count(self, contest_id: str, area_id: str) -> AreaCount | None:
        """The count as it stands, to be read at once and not kept."""
        return self._counts.get((contest_id, area_id))

    def counts(self) -> Iterator[tuple[ResultKey, AreaCount]]:
        yield from self._counts.items()

    def view(self, contest: ContestNode, area: AreaNode, *, opened: bool) -> ResultView:
        """As it stands, and no later entry changes it; KeyError where this contest has no result in this area."""
        key = (contest.id, area.id)
        view = self._views.get((key, opened))
        if view is None:
            count = self._counts[key]
            self._own.discard(key)
            view = ResultView(
                contest,
                area,
                count,
                status(count, counting_has_opened=opened),
                Position(self.definition.epoch, count.sequence if opened else BEFORE_COUNTING),
            )
            self._views[key, opened] = view
        return view

    def changed_since(self, keys: Iterable[ResultKey], sequence: int) -> list[ResultKey]:
        return [key for key in keys if self._counts[key].sequence > sequence]

    def copy(self) -> "Board":
        """A board of its own that can go on from here; what does not change is shared."""
        self._own = set()
        counts = self._counts.copy()
        twin = Board.standing(self.definition, self.sequence, counts, self.last_report_at, self.counted_until)
        twin._own = set()
        return twin

    @staticmethod
    def standing(
        definition: ElectionDefinition,
        sequence: int,
        counts: dict[ResultKey, AreaCount],
        last_report_at: datetime | None,
        counted_until: datetime | None,
    ) -> "Board":
        """A board as it stood after entry `sequence`; `counts` become its own."""
        board = Board.__new__(Board)
        board.definition, board.sequence = definition, sequence
        board.last_report_at, board.counted_until = last_report_at, counted_until
        board._counts, board._views, board._own = counts, {}, set(counts)
        return board

    def _changeable(self, key: ResultKey) -> AreaCount:
        """The count, copied first where somebody else holds it."""
        count = self._counts[key]
        if key not in self._own:
            count = self._counts[key] = count.copy()
            self._own.add(key)
        return count


def zero(contest: ContestNode, area: AreaNode) -> AreaCount:
    return blank(
        len(contest.candidates),
        contest.stations_by_area.get(area.id, 0),
        contest.registered_by_area.get(area.id, 0),
    )


def _standing(counted: CountedNumbers | None, disputed: bool, held: int, registered: int) -> StationStanding:
    if counted is None:
        return StationStanding(None, None, disputed, held, registered)
    return StationStanding(counted.numbers, counted.coverage, disputed, held, registered)
