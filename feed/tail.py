"""The tail: every process follows the log of every election by sequence, asserts +1, and folds it.

It looks when the bell rings and at least every second, so that a dead bell costs a second and nothing else. Elections
that are loaded, phases that change and packages that replace another are found on the same round.
"""

import asyncio
import contextlib
import logging
import time
from datetime import UTC, datetime

import asyncpg

from db.database import Database
from db.definitions import ElectionDefinition, read_definition
from db.log import ElectionState, read_entries, read_states
from feed.board import GapError
from feed.election_feed import RECENT_ENTRIES, ElectionFeed
from feed.history import board_of_cut
from feed.kinds import Ending
from feed.meters import FOLDED_ANEW, LAG, SEQUENCE

LOOK_SECONDS = 1.0
PAGE = 1_000
# A shorter log is folded from its first entry at every start; a longer one goes on from its newest cut.
FOLDED_ENTRIES = 20_000
log = logging.getLogger(__name__)


class Tail:
    """All feeds of this process, by election. `ring` is what the doorbell calls."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._feeds: dict[str, ElectionFeed] = {}
        self._rung = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.looked_at: float = 0.0

    async def start(self) -> None:
        """Returns when every log is folded up to its head."""
        await self.look()
        self._task = asyncio.create_task(self._follow(), name="log tail")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        for feed in self._feeds.values():
            feed.close(Ending.AWAY)

    def ring(self, _election_id: str) -> None:
        self._rung.set()

    @property
    def lag_seconds(self) -> float:
        """Seconds since the log was last looked at with success."""
        return time.monotonic() - self.looked_at

    def feeds(self) -> list[ElectionFeed]:
        """The newest election first."""
        return list(self._feeds.values())

    def feed(self, election_id: str) -> ElectionFeed | None:
        return self._feeds.get(election_id)

    def opened(self, election_id: str) -> bool:
        """Whether it is served here, and its numbers are public."""
        feed = self._feeds.get(election_id)
        return feed is not None and feed.opened

    async def definition(self, election_id: str) -> ElectionDefinition | None:
        """The definition as it is loaded now; looks again where this process does not know the election yet."""
        states = await read_states(self._database.pool)
        state, feed = states.get(election_id), self._feeds.get(election_id)
        if state is None:
            return None
        if feed is None or feed.definition.epoch != state.epoch:
            await self.look()
            feed = self._feeds.get(election_id)
        return feed.definition if feed else None

    async def look(self) -> None:
        """One round: new elections, new entries, new phases."""
        began = asyncio.get_running_loop().time()
        states = await read_states(self._database.pool)
        for election_id in [*self._feeds]:
            if election_id not in states:
                self._feeds.pop(election_id).close(Ending.GONE)
        known = self._feeds
        self._feeds = {name: known[name] for name in states if name in known}
        for state in states.values():
            await self._catch_up(state)
            if feed := self._feeds.get(state.id):
                feed.looked_from = began
        self._feeds = {name: self._feeds[name] for name in states if name in self._feeds}
        self.looked_at = time.monotonic()

    async def _catch_up(self, state: ElectionState) -> None:
        feed = self._feeds.get(state.id)
        try:
            if feed is None or feed.definition.epoch != state.epoch:
                feed = await self._begin(state)
                if feed is None:
                    return
            before = feed.sequence
            advanced = await self._advance(feed, state.sequence)
            if advanced:
                _measure(feed, before)
        except GapError:
            # One broken log takes its own election from the air, to be folded anew on the next round, and no other.
            log.exception("the board of %s is folded anew", state.id)
            FOLDED_ANEW.inc()
            if broken := self._feeds.pop(state.id, None):
                broken.close(Ending.AWAY)
            return
        SEQUENCE.labels(feed.id).set(feed.sequence)
        if feed.enter(state) or advanced:
            feed.pulse()

    async def _begin(self, state: ElectionState) -> ElectionFeed | None:
        async with self._database.pool.acquire() as connection:
            definition = await read_definition(connection, state.id)
        if definition is None or definition.epoch != state.epoch:
            return None
        feed = ElectionFeed(definition, state)
        if state.sequence > FOLDED_ENTRIES:
            board = await board_of_cut(self._database.pool, definition, FOLDED_ENTRIES, state.sequence)
            if board is not None:
                feed.begin_at(board)
        await self._advance(feed, state.sequence)
        replaced = self._feeds.get(state.id)
        self._feeds[state.id] = feed
        if replaced is not None:
            replaced.close(Ending.ANEW)
        return feed

    async def _advance(self, feed: ElectionFeed, head: int) -> bool:
        before = feed.sequence
        while feed.sequence < head:
            entries = await read_entries(self._database.pool, feed.id, feed.sequence, PAGE)
            for entry in entries:
                feed.add(entry)
            if len(entries) < PAGE:
                break
            # A long log must not keep the process from answering while it is folded.
            await asyncio.sleep(0)
        return feed.sequence > before

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._rung.wait()
            self._rung.clear()
            try:
                await self.look()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                log.warning("the log cannot be read: %r", error)
                await asyncio.sleep(LOOK_SECONDS)
            except Exception:
                # A tail that ended would leave every reader with old numbers in silence.
                log.exception("the log cannot be followed")
                await asyncio.sleep(LOOK_SECONDS)


def _measure(feed: ElectionFeed, before: int) -> None:
    """How late the entries after `before` came; a process that starts folds old ones, which tell nothing."""
    now = datetime.now(UTC)
    for entry in feed.recent_after(before, RECENT_ENTRIES) or ():
        LAG.observe(max(0.0, (now - entry.recorded_at).total_seconds()))
