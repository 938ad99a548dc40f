"""What readers of results are told: a snapshot, then whole replacement values of what changed.

LATEST looks at most once a tick and skips to the newest values where its reader was slow. EVERY folds a board of its
own, entry by entry, so that nothing is ever merged.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from feed.board import Board, ResultKey, ResultView
from feed.election_feed import ElectionFeed
from feed.kinds import UpdateKind
from feed.pace import Pace
from feed.position import BEFORE_COUNTING, Position
from feed.reports import PAGE, entries_after
from feed.selection import Selection

__all__ = ["Pace", "Update", "Updates"]


@dataclass(frozen=True, slots=True)
class Update:
    """What goes to one subscriber; `position` is where the next one continues."""

    kind: UpdateKind
    position: Position
    reset: bool
    conflated: bool
    is_test: bool
    last_report_at: datetime | None
    counted_until: datetime | None
    sent_at: datetime
    results: list[ResultView]


class Updates:
    """What can be told of some results; `may_see` tells whether numbers are shown before counting opens.

    `latest` and `every` tell it to one subscriber alone: the reference that groups are held to.
    """

    def __init__(
        self,
        feed: ElectionFeed,
        database: asyncpg.Pool,
        chosen: Selection,
        pace: Pace,
        may_see: Callable[[ElectionFeed], bool],
    ) -> None:
        self._feed = feed
        self._database = database
        self._keys = chosen.keys(feed.definition)
        self._pace = pace
        self._may_see = may_see

    def stage(self) -> tuple[bool, bool]:
        """Whether numbers are shown, and whether counting has opened: where it changes, readers begin anew."""
        return self._may_see(self._feed), self._feed.opened

    async def reach(self, after: Position | None) -> None:
        """Waits a moment where another node is ahead of this one."""
        if after is not None and after.epoch == self._feed.definition.epoch and self._feed.opened:
            await self._feed.reach(after.sequence)

    def first(self, after: Position | None) -> Update:
        """A snapshot; all that changed since `after`; or a snapshot that says `reset` where that is not known."""
        feed = self._feed
        if after is None:
            return self.snapshot()
        if after.epoch != feed.definition.epoch or (not feed.opened and after.sequence != BEFORE_COUNTING):
            return self._update(UpdateKind.SNAPSHOT, self._keys, reset=True)
        if not feed.opened:
            return self._update(UpdateKind.DELTA, [])
        if after.sequence > feed.sequence:
            return self._update(UpdateKind.SNAPSHOT, self._keys, reset=True)
        return self._update(UpdateKind.DELTA, feed.board.changed_since(self._keys, after.sequence))

    def since(self, seen: int, stage: Hashable, *, conflated: bool) -> Update | None:
        """For who knows all up to `seen` at `stage`; None where nothing of this changed."""
        if self.stage() != stage:
            return self.snapshot()
        if self._may_see(self._feed) and (changed := self._feed.board.changed_since(self._keys, seen)):
            return self._update(UpdateKind.DELTA, changed, conflated=conflated)
        return None

    def entry(self, board: Board, before: int) -> Update | None:
        """What the entries after `before` changed on a board of the reader's own; None where nothing of this."""
        if self._may_see(self._feed) and (changed := board.changed_since(self._keys, before)):
            return self._update(UpdateKind.DELTA, changed, board=board)
        return None

    def snapshot(self) -> Update:
        return self._update(UpdateKind.SNAPSHOT, self._keys)

    def beat(self, board: Board | None = None) -> Update:
        return self._update(UpdateKind.HEARTBEAT, [], board=board)

    async def latest(self, after: Position | None) -> AsyncIterator[Update]:
        """Ends where the election is loaded anew: the reader comes back, and is told `reset`."""
        feed, clock = self._feed, asyncio.get_running_loop().time
        await self.reach(after)
        update: Update | None = self.first(after)
        while update is not None:
            seen, stage, sent = feed.sequence, self.stage(), clock()
            yield update
            slow = clock() - sent > self._pace.tick and feed.sequence > seen
            update = await self._next(seen, stage, sent, conflated=slow)

    async def every(self, after: Position | None) -> AsyncIterator[Update]:
        """As `latest`, but one update an entry that changes something asked for."""
        feed, clock = self._feed, asyncio.get_running_loop().time
        await self.reach(after)
        first = self.first(after)
        board, stage, sent = feed.board.copy(), self.stage(), clock()
        yield first
        while not feed.closed:
            if self.stage() != stage:
                board, stage, sent = feed.board.copy(), self.stage(), clock()
                yield self.snapshot()
            for entry in await entries_after(feed, self._database, board.sequence, PAGE):
                before = board.sequence
                board.add(entry)
                if update := self.entry(board, before):
                    sent = clock()
                    yield update
            if feed.sequence == board.sequence and not await self._woken(sent + self._pace.heartbeat):
                sent = clock()
                yield self.beat(board)

    async def _next(self, seen: int, stage: tuple[bool, bool], sent: float, *, conflated: bool) -> Update | None:
        """The next update after one that was sent at `sent`; None at the end of this feed."""
        feed, clock = self._feed, asyncio.get_running_loop().time
        await asyncio.sleep(max(0.0, sent + self._pace.tick - clock()))
        while not feed.closed:
            if update := self.since(seen, stage, conflated=conflated):
                return update
            seen = feed.sequence
            if not await self._woken(sent + self._pace.heartbeat):
                return self.beat()
        return None

    async def _woken(self, deadline: float) -> bool:
        """False where nothing at all changed until the deadline."""
        try:
            async with asyncio.timeout_at(deadline):
                await self._feed.changed()
        except TimeoutError:
            return False
        return True

    def _update(
        self,
        kind: UpdateKind,
        keys: list[ResultKey],
        *,
        reset: bool = False,
        conflated: bool = False,
        board: Board | None = None,
    ) -> Update:
        feed, visible = self._feed, self._may_see(self._feed)
        source = board or feed.board
        return Update(
            kind=kind,
            position=feed.position_of(source.sequence),
            reset=reset,
            conflated=conflated,
            is_test=feed.definition.is_test,
            last_report_at=source.last_report_at if visible else None,
            counted_until=source.counted_until if visible else None,
            sent_at=datetime.now(UTC),
            results=feed.views(keys, visible=visible, board=board),
        )
