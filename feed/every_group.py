"""A group whose readers are sent one update an entry, none ever merged; one who is too slow is sent away to resume."""

import asyncio
from collections.abc import Callable, Hashable

import asyncpg

from db.log import LogEntry
from feed.election_feed import ElectionFeed
from feed.group import FIRST_SECONDS, First, Firsts, Group, Render
from feed.kinds import Ending, UpdateKind
from feed.meters import SLOW
from feed.pace import Pace
from feed.position import Position
from feed.readers import Cohort, Payload, Reader, deliver
from feed.reports import PAGE, entries_after
from feed.updates import Updates


class EveryGroup(Group):
    """Folds one board of its own for all of its readers."""

    def __init__(
        self,
        feed: ElectionFeed,
        database: asyncpg.Pool,
        updates: Updates,
        pace: Pace,
        render: Render,
        emptied: Callable[[], None],
    ) -> None:
        super().__init__(feed, render, emptied)
        self._database = database
        self._updates = updates
        self._pace = pace
        self._board = feed.board.copy()
        self._stage = updates.stage()
        # Cohorts other than the first joined ahead of the board, and wait until it has come as far.
        self._cohorts = [Cohort(feed.sequence, self._stage)]
        self._firsts = Firsts(self._make_first, FIRST_SECONDS)
        # While one joins no entry is told, else it would miss those that come between its first answer and its place.
        self._telling = asyncio.Lock()

    async def _serve(self, reader: Reader, after: Position | None) -> Ending:
        await self._updates.reach(after)
        while not await self._placed(reader, after):
            await reader.room()
        return self.feed.ending or await reader.ended()

    async def _placed(self, reader: Reader, after: Position | None) -> bool:
        """Gives it the first answer and a place among the others; False where it has no room for that."""
        async with self._telling:
            first = await self._firsts.get(after, (self.feed.sequence, self._updates.stage(), self._board.sequence))
            if reader.has_room():
                reader.take(first.payload)
                self._cohort(first.seen, first.stage).readers.add(reader)
                return True
        return False

    async def _make_first(self, after: Position | None) -> First:
        seen, stage, made = self.feed.sequence, self._updates.stage(), asyncio.get_running_loop().time()
        return First(await self._payload(self._updates.first(after)), seen, stage, made)

    def _cohort(self, seen: int, stage: Hashable) -> Cohort:
        for cohort in self._cohorts:
            if cohort.knows(seen, stage):
                return cohort
        self._cohorts.append(Cohort(seen, stage))
        return self._cohorts[-1]

    def _forget(self, reader: Reader) -> None:
        for cohort in self._cohorts:
            cohort.readers.discard(reader)

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        told = clock()
        while not self.feed.closed:
            if self._updates.stage() != self._stage:
                await self._begin_anew()
                told = clock()
            for entry in await entries_after(self.feed, self._database, self._board.sequence, PAGE):
                async with self._telling:
                    told = clock() if await self._tell_entry(entry) else told
            changed = self.feed.changed()
            if self.feed.sequence > self._board.sequence or self._updates.stage() != self._stage or self.feed.closed:
                changed.close()
                continue
            try:
                async with asyncio.timeout_at(told + self._pace.heartbeat):
                    await changed
            except TimeoutError:
                async with self._telling:
                    await self._beat()
                told = clock()

    async def _beat(self) -> None:
        """For whoever stands where the board does; those ahead of it would be taken back."""
        level = [cohort for cohort in self._cohorts if cohort.seen <= self._board.sequence]
        await self._tell(level, await self._payload(self._updates.beat(self._board)))

    async def _begin_anew(self) -> None:
        """Another stage: a snapshot for all who do not have one of it."""
        async with self._telling:
            self._board, self._stage = self.feed.board.copy(), self._updates.stage()
            late = [cohort for cohort in self._cohorts if cohort.stage != self._stage]
            event = self._updates.snapshot()
            if any(cohort.readers for cohort in late):
                await self._tell(late, await self._payload(event))
            for cohort in late:
                cohort.seen, cohort.stage = self._board.sequence, self._stage
            self._merge()

    async def _tell_entry(self, entry: LogEntry) -> bool:
        """True where something that was asked for changed."""
        before = self._board.sequence
        self._board.add(entry)
        event = self._updates.entry(self._board, before)
        late = [cohort for cohort in self._cohorts if cohort.seen < entry.sequence]
        if event is not None:
            await self._tell(late, await self._payload(event))
        for cohort in late:
            cohort.seen = entry.sequence
        self._merge()
        return event is not None and event.kind is UpdateKind.DELTA

    async def _tell(self, cohorts: list[Cohort], payload: Payload) -> None:
        for cohort in tuple(cohorts):
            for reader in await deliver(cohort.readers, payload):
                cohort.readers.discard(reader)
                SLOW.labels("closed").inc()
                reader.end(Ending.SLOW)

    def _merge(self) -> None:
        front, *ahead = self._cohorts
        for cohort in ahead:
            if cohort.knows(front.seen, front.stage):
                front.absorb(cohort)
        self._cohorts = [front, *(cohort for cohort in ahead if cohort.readers)]
