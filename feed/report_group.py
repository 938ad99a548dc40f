"""A group of readers of the feed itself: every entry that fits, in order, whatever each one's speed.

A reader catches up in its own task, from memory or the log, as fast as its line takes it; level with the others it is
sent each entry as it comes. One who is too slow for that goes back to catching up. Each entry is rendered once.
"""

import asyncio
from collections.abc import Callable

import asyncpg

from db.log import LogEntry
from feed.election_feed import ElectionFeed
from feed.group import Group, Render
from feed.kinds import Ending
from feed.meters import SLOW
from feed.position import Position
from feed.readers import Payload, Reader, deliver
from feed.reports import PAGE, entries_after, start_after
from feed.selection import Selection

# One rendering serves all who read the entry within a moment; later its tally may be shown in another state.
SHARED_SECONDS = 1.0
SHARED_MAX = 1_000


class ReportGroup(Group):
    """`may_see` tells whether its readers are shown entries now. `sit` raises UnknownPositionError.

    `render_late` renders for those who catch up, so that the newest entry never waits behind old ones.
    """

    def __init__(
        self,
        feed: ElectionFeed,
        database: asyncpg.Pool,
        chosen: Selection,
        may_see: Callable[[ElectionFeed], bool],
        render: Render,
        render_late: Render,
        emptied: Callable[[], None],
    ) -> None:
        super().__init__(feed, render, emptied)
        self._database = database
        self._chosen = chosen
        self._may_see = may_see
        self._render_late = render_late
        self._told = feed.sequence
        self._advanced = asyncio.Event()
        self._level: set[Reader] = set()
        self._fallen: dict[Reader, int] = {}
        self._shared: dict[int, tuple[float, asyncio.Task[Payload]]] = {}

    async def _serve(self, reader: Reader, after: Position | None) -> Ending:
        sequence = await start_after(self.feed, after)
        while not self.feed.closed and not self._may_see(self.feed):
            await self.feed.changed()
        while await self._catch_up(reader, sequence):
            self._level.add(reader)
            ending = await reader.ended()
            self._level.discard(reader)
            if ending is not Ending.SLOW:
                return ending
            sequence = self._fallen.pop(reader)
        return self.feed.ending or Ending.AWAY

    def _forget(self, reader: Reader) -> None:
        self._level.discard(reader)
        self._fallen.pop(reader, None)

    async def _catch_up(self, reader: Reader, sequence: int) -> bool:
        """Sends what the others were told after `sequence`, waiting for the line; False at the end of the feed."""
        while sequence != self._told and not self.feed.closed:
            if sequence > self._told:
                await self._advanced.wait()
                continue
            for entry in await entries_after(self.feed, self._database, sequence, PAGE):
                if entry.sequence > self._told:
                    break
                if self._chosen.fits(self.feed.definition, entry):
                    payload = await self._late(entry)
                    await reader.room()
                    reader.take(payload)
                sequence = entry.sequence
        return not self.feed.closed

    async def _late(self, entry: LogEntry) -> Payload:
        now = asyncio.get_running_loop().time()
        made = self._shared.get(entry.sequence)
        if made is None or made[0] < now - SHARED_SECONDS:
            while len(self._shared) >= SHARED_MAX:
                self._shared.pop(next(iter(self._shared)))
            made = self._shared[entry.sequence] = (now, asyncio.create_task(self._late_payload(entry)))
        return await asyncio.shield(made[1])

    async def _late_payload(self, entry: LogEntry) -> Payload:
        return Payload(await self._render_late(entry), self.feed.position_of(entry.sequence))

    async def _run(self) -> None:
        while not self.feed.closed:
            changed = self.feed.changed()
            if self.feed.sequence == self._told:
                await changed
            changed.close()
            for entry in await entries_after(self.feed, self._database, self._told, PAGE):
                await self._tell(entry)

    async def _tell(self, entry: LogEntry) -> None:
        payload = None
        if self._level and self._may_see(self.feed) and self._chosen.fits(self.feed.definition, entry):
            payload = Payload(await self._render(entry), self.feed.position_of(entry.sequence))
        # From here on whoever is level knows this entry, or is told it now.
        level, self._told = tuple(self._level), entry.sequence
        advanced, self._advanced = self._advanced, asyncio.Event()
        advanced.set()
        if payload is not None:
            for reader in await deliver(level, payload):
                self._level.discard(reader)
                self._fallen[reader] = entry.sequence - 1
                SLOW.labels("caught_up").inc()
                reader.end(Ending.SLOW)
