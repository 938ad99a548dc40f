"""One moment of an election, ready to be exported: the definition, the board as it stood, and which cut that was."""

from dataclasses import dataclass, field
from datetime import datetime

from counting.area_count import AreaCount
from counting.result import status
from counting.vocabulary import ElectionPhase, ResultsStatus
from db.definitions import AreaNode, ContestNode, ElectionDefinition
from db.station_counts import Range
from feed.board import Board
from feed.position import Position
from ledger.leaf import instant
from tallywire.formats.selection import Selection

OPENED = (ElectionPhase.COUNTING, ElectionPhase.CLOSED)


@dataclass(frozen=True, slots=True)
class Picture:
    """`cut` None: a position between cuts; `taken_at`: of the cut, else of the last report; None before the first."""

    board: Board
    phase: ElectionPhase
    cut: int | None
    taken_at: datetime | None
    selection: Selection = field(default_factory=Selection)

    @property
    def definition(self) -> ElectionDefinition:
        return self.board.definition

    @property
    def range(self) -> Range:
        """Which stations belong to it."""
        chosen, area = self.selection, self.selection.area
        inside = None if area is None else frozenset(one.id for one in self.definition.areas[area].subtree())
        contests = None if chosen.contest is None else (chosen.contest,)
        return Range(self.definition, self.board.sequence, contests, inside)

    @property
    def cursor(self) -> str:
        return Position(self.definition.epoch, self.board.sequence).encode()

    @property
    def taken(self) -> str | None:
        return instant(self.taken_at) if self.taken_at else None

    def contests(self) -> list[ContestNode]:
        return self.selection.contests(self.definition)

    def areas(self, contest: ContestNode) -> list[AreaNode]:
        return self.selection.areas(self.definition, contest)

    def count(self, contest: ContestNode, area: AreaNode) -> AreaCount:
        count = self.board.count(contest.id, area.id)
        assert count is not None
        return count

    def status(self, count: AreaCount) -> ResultsStatus:
        return status(count, counting_has_opened=self.phase in OPENED)

    def name(self, one: "AreaNode | ContestNode") -> str:
        return one.name.in_language(self.selection.language)


def code(identity: str) -> str:
    """A served id without its election: as the package has it."""
    return identity.partition("/")[2]
