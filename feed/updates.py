"""What a subscriber of results is sent: a snapshot, then whole replacement values of what changed.

LATEST looks at most once a tick and skips to the newest values where its reader was slow. EVERY folds a board of its
own, entry by entry, so that nothing is ever merged.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from feed.board import Board, ResultKey, ResultView
from feed.election_feed import ElectionFeed
from feed.kinds import UpdateKind
from feed.position import BEFORE_COUNTING, Position
from feed.reports import PAGE, entries_after
from feed.selection import Selection


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: at most one update a `tick`, and at least one each `heartbeat`."""

    tick: float = 0.1
    heartbeat: float = 15.0


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
    """One subscriber's updates; `may_see` tells whether numbers are shown to it before counting opens."""

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

    async def latest(self, after: Position | None) -> AsyncIterator[Update]:
        """Ends where the election is loaded anew: the reader comes back, and is told `reset`."""
        feed, clock = self._feed, asyncio.get_running_loop().time
        update: Update | None = await self._first(after)
        while update is not None:
            seen, stage, sent = feed.sequence, self._stage(), clock()
            yield update
            slow = clock() - sent > self._pace.tick and feed.sequence > seen
            update = await self._next(seen, stage, sent, conflated=slow)

    async def every(self, after: Position | None) -> AsyncIterator[Update]:
        """As `latest`, but one update an entry that changes something asked for."""
        feed, clock = self._feed, asyncio.get_running_loop().time
        first = await self._first(after)
        board, stage, sent = feed.board.copy(), self._stage(), clock()
        yield first
        while not feed.closed:
            if self._stage() != stage:
                board, stage, sent = feed.board.copy(), self._stage(), clock()
                yield self._update(UpdateKind.SNAPSHOT, self._keys)
            for entry in await entries_after(feed, self._database, board.sequence, PAGE):
                before = board.sequence
                board.add(entry)
                if self._may_see(feed) and (changed := board.changed_since(self._keys, before)):
                    sent = clock()
                    yield self._update(UpdateKind.DELTA, changed, board=board)
            if feed.sequence == board.sequence and not await self._woken(sent + self._pace.heartbeat):
                sent = clock()
                yield self._update(UpdateKind.HEARTBEAT, [], board=board)

    async def _first(self, after: Position | None) -> Update:
        feed = self._feed
        if after is None:
            return self._update(UpdateKind.SNAPSHOT, self._keys)
        if after.epoch != feed.definition.epoch:
            return self._update(UpdateKind.SNAPSHOT, self._keys, reset=True)
        if not feed.opened:
            known = after.sequence == BEFORE_COUNTING
            return (
                self._update(UpdateKind.DELTA, [])
                if known
                else self._update(UpdateKind.SNAPSHOT, self._keys, reset=True)
            )
        if not await feed.reach(after.sequence):
            return self._update(UpdateKind.SNAPSHOT, self._keys, reset=True)
        return self._update(UpdateKind.DELTA, feed.board.changed_since(self._keys, after.sequence))

    async def _next(self, seen: int, stage: tuple[bool, bool], sent: float, *, conflated: bool) -> Update | None:
        """The next update after one that was sent at `sent`; None at the end of this feed."""
        feed, clock = self._feed, asyncio.get_running_loop().time
        await asyncio.sleep(max(0.0, sent + self._pace.tick - clock()))
        while not feed.closed:
            if self._stage() != stage:
                return self._update(UpdateKind.SNAPSHOT, self._keys)
            if self._may_see(feed) and (changed := feed.board.changed_since(self._keys, seen)):
                return self._update(UpdateKind.DELTA, changed, conflated=conflated)
            seen = feed.sequence
            if not await self._woken(sent + self._pace.heartbeat):
                return self._update(UpdateKind.HEARTBEAT, [])
        return None

    async def _woken(self, deadline: float) -> bool:
        """False where nothing at all changed until the deadline."""
        try:
            await asyncio.wait_for(self._feed.changed(), max(0.0, deadline - asyncio.get_running_loop().time()))
        except TimeoutError:
            return False
        return True

    def _stage(self) -> tuple[bool, bool]:
        return self._may_see(self._feed), self._feed.opened

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
