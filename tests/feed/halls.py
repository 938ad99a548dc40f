"""A feed in memory with one group on it and its readers, for tests of groups."""

from typing import Any, cast

from counting.vocabulary import ElectionPhase
from db.log import LogEntry
from feed.election_feed import ElectionFeed
from feed.every_group import EveryGroup
from feed.group import Group
from feed.latest_group import LatestGroup
from feed.pace import Pace
from feed.phases import Phases
from feed.position import Position
from feed.report_group import ReportGroup
from feed.selection import Selection
from feed.updates import Updates
from tests.feed.entries import definition, naive, state
from tests.feed.watchers import Rendered, Watcher

ELECTION = definition()
POOL = cast(Any, None)
QUICK = Pace(tick=0, heartbeat=60)


class Hall:
    """A feed, one group on it, and its readers."""

    def __init__(
        self, mode: str = "latest", chosen: Selection | None = None, pace: Pace = QUICK, phase: Any = None
    ) -> None:
        self.feed = ElectionFeed(ELECTION, state(phase or ElectionPhase.COUNTING))
        self.rendered = Rendered()
        self.emptied = 0
        self.chosen = chosen or Selection()
        self.group = self._group(mode, pace)

    def _group(self, mode: str, pace: Pace) -> Group:
        def emptied() -> None:
            """As its owner does: whoever comes then finds a new one."""
            self.emptied += 1
            self.group = self._group(mode, pace)

        updates = Updates(self.feed, POOL, self.chosen, pace, lambda feed: feed.opened)
        if mode == "latest":
            return LatestGroup(self.feed, updates, pace, self.rendered, emptied)
        if mode == "every":
            return EveryGroup(self.feed, POOL, updates, pace, self.rendered, emptied)
        if mode == "phases":
            return LatestGroup(self.feed, Phases(self.feed), pace, self.rendered, emptied)
        return ReportGroup(
            self.feed, POOL, self.chosen, lambda feed: feed.opened, self.rendered, self.rendered, emptied
        )

    def reader(self, after: Position | None = None) -> Watcher:
        return Watcher(self.rendered).join(self.group, after)

    def pour(self, entries: list[LogEntry]) -> None:
        for entry in entries:
            self.feed.add(entry)
        self.feed.pulse()

    def enter(self, phase: ElectionPhase) -> None:
        self.feed.enter(state(phase, self.feed.sequence))
        self.feed.pulse()

    def expected(self, entries: list[LogEntry]) -> dict[tuple[str, str], tuple[list[int], int]]:
        sums = naive(entries)
        return {key: (sums[key]["votes"], sums[key]["sequence"]) for key in self.chosen.keys(ELECTION)}
