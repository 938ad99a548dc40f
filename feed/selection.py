"""Which results a reader asked for: contests × areas, and which entries of the feed fit."""

from collections.abc import Sequence
from dataclasses import dataclass

from counting.vocabulary import AreaLevel
from db.definitions import ContestNode, ElectionDefinition
from db.log import LogEntry
from feed.board import ResultKey


class UnknownSelectionError(Exception):
    """An id in the filter is of no contest or area of this election."""

    def __init__(self, field: str, value: str) -> None:
        super().__init__(f"{field}: {value}")
        self.field = field
        self.value = value


@dataclass(frozen=True, slots=True)
class Selection:
    """None: all. `level` keeps only areas of that level; `area_ids` name the areas whose results are wanted."""

    contest_ids: tuple[str, ...] | None = None
    area_ids: tuple[str, ...] | None = None
    level: AreaLevel | None = None

    def check(self, definition: ElectionDefinition) -> None:
        """Raises UnknownSelectionError on an id that the election does not have."""
        for contest_id in self.contest_ids or ():
            if contest_id not in definition.contests:
                raise UnknownSelectionError("contestIds", contest_id)
        for area_id in self.area_ids or ():
            if area_id not in definition.areas:
                raise UnknownSelectionError("areaIds", area_id)

    def keys(self, definition: ElectionDefinition) -> list[ResultKey]:
        """The results of this selection, in ballot order of contests, each from its own area inwards."""
        wanted = None if self.area_ids is None else frozenset(self.area_ids)
        chosen = definition.contests.values() if self.contest_ids is None else self._contests(definition)
        return [
            (contest.id, area.id)
            for contest in chosen
            for area in contest.areas
            if (wanted is None or area.id in wanted) and (self.level is None or area.level is self.level)
        ]

    def _contests(self, definition: ElectionDefinition) -> list[ContestNode]:
        return [definition.contests[contest_id] for contest_id in dict.fromkeys(self.contest_ids or ())]

    def fits(self, definition: ElectionDefinition, entry: LogEntry) -> bool:
        """An entry fits by its contest, and by a station that lies in one of the areas."""
        if self.contest_ids is not None and entry.contest_id not in self.contest_ids:
            return False
        if self.area_ids is None:
            return True
        return any(area.id in self.area_ids for area in definition.stations[entry.station_id].area.path())


def selection(
    contest_ids: Sequence[str] | None, area_ids: Sequence[str] | None, level: AreaLevel | None = None
) -> Selection:
    return Selection(
        None if contest_ids is None else tuple(contest_ids), None if area_ids is None else tuple(area_ids), level
    )
