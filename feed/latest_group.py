"""A group whose readers are told how things stand, at most once a tick; slow ones skip to the newest values."""

import asyncio
from collections.abc import Callable, Hashable
from typing import Any, Protocol

from feed.election_feed import ElectionFeed
from feed.group import FIRST_SECONDS, RETRY_SECONDS, First, Firsts, Group, Render
from feed.kinds import Ending
from feed.meters import SLOW, TICK
from feed.pace import Pace
from feed.position import Position
from feed.readers import Cohort, Payload, Reader, deliver


class Source(Protocol):
    """What can be told of a feed. Events have a `position`."""

    def stage(self) -> Hashable:
        """Where it changes, everybody is told everything."""

    async def reach(self, after: Position | None) -> None:
        """Waits a moment for a position that another node gave out."""

    def first(self, after: Position | None) -> Any:
        """For a reader who comes, or comes back from `after`."""

    def since(self, seen: int, stage: Hashable, *, conflated: bool) -> Any | None:
        """For readers who know all up to `seen` at `stage`; None where nothing of theirs changed."""

    def beat(self) -> Any | None:
        """For readers to whom nothing was told for long; None where nothing is said then."""


class LatestGroup(Group):
    def __init__(
        self,
        feed: ElectionFeed,
        source: Source,
        pace: Pace,
        render: Render,
        emptied: Callable[[], None],
        *,
        first_seconds: float | None = FIRST_SECONDS,
    ) -> None:
        super().__init__(feed, render, emptied)
        self._source = source
        self._pace = pace
        self._cohorts: list[Cohort] = [Cohort(feed.sequence, source.stage())]
        self._moving: list[Cohort] = []
        self._firsts = Firsts(self._make_first, first_seconds)
        self._told_at = asyncio.get_running_loop().time()

    async def _serve(self, reader: Reader, after: Position | None) -> Ending:
        await self._source.reach(after)
        first = await self._first(after)
        while not reader.has_room():
            # It may ask a hundred times on one line and read no answer: what waits stays bounded.
            await reader.room()
            first = await self._first(after)
        reader.take(first.payload)
        self._cohort(first.seen, first.stage).readers.add(reader)
        return self.feed.ending or await reader.ended()

    async def _first(self, after: Position | None) -> First:
        return await self._firsts.get(after, (self.feed.sequence, self._source.stage()))

    async def _make_first(self, after: Position | None) -> First:
        seen, stage, made = self.feed.sequence, self._source.stage(), asyncio.get_running_loop().time()
        return First(await self._payload(self._source.first(after)), seen, stage, made)

    def _cohort(self, seen: int, stage: Hashable, *, behind: bool = False) -> Cohort:
        for cohort in self._cohorts:
            if cohort.knows(seen, stage) and cohort.behind is behind:
                return cohort
        self._cohorts.append(Cohort(seen, stage, behind=behind))
        return self._cohorts[-1]

    def _forget(self, reader: Reader) -> None:
        for cohort in (*self._cohorts, *self._moving):
            cohort.readers.discard(reader)

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        while not self.feed.closed:
            began = clock()
            told = await self._tick(beat=began >= self._told_at + self._pace.heartbeat)
            # A tick that takes long stretches the next one: half of the time stays for everything else.
            took = clock() - began
            if told:
                self._told_at = began
                TICK.observe(took)
            await asyncio.sleep(max(self._pace.tick - took, took))
            if not self.feed.closed and self._cohorts[0].knows(self.feed.sequence, self._source.stage()):
                await self._changed(self._patience(clock()))

    def _patience(self, now: float) -> float:
        due = self._told_at + self._pace.heartbeat - now
        return min(due, RETRY_SECONDS) if len(self._cohorts) > 1 else due

    async def _tick(self, *, beat: bool) -> bool:
        """Brings all who have room up to now; True where any but the slow were told something."""
        front = Cohort(self.feed.sequence, self._source.stage())
        plan = [(cohort, self._event(cohort, beat=beat)) for cohort in self._cohorts if _reachable(cohort)]
        self._moving = [cohort for cohort, _ in plan]
        # Those who join meanwhile stand at the front or behind it; those who stay cannot take a byte.
        self._cohorts = [front, *(cohort for cohort in self._cohorts if cohort not in self._moving)]
        for cohort, event in plan:
            if event is not None:
                await self._tell(cohort, await self._payload(event))
            front.absorb(cohort)
        self._moving = []
        self._cohorts = [front, *(cohort for cohort in self._cohorts[1:] if cohort.readers)]
        return any(event is not None and not cohort.behind for cohort, event in plan)

    def _event(self, cohort: Cohort, *, beat: bool) -> Any | None:
        event = self._source.since(cohort.seen, cohort.stage, conflated=cohort.behind)
        return self._source.beat() if event is None and beat else event

    async def _tell(self, cohort: Cohort, payload: Payload) -> None:
        for reader in await deliver(cohort.readers, payload):
            if reader in cohort.readers:
                cohort.readers.discard(reader)
                if not cohort.behind:
                    SLOW.labels("conflated").inc()
                self._cohort(cohort.seen, cohort.stage, behind=True).readers.add(reader)


def _reachable(cohort: Cohort) -> bool:
    """Nothing is rendered for nobody."""
    return any(reader.has_room() for reader in cohort.readers) if cohort.behind else bool(cohort.readers)
