"""A group: all who asked for the same. Its operation runs once for what changed, and each is sent the same bytes.

Readers stand in cohorts by what they know; in a calm feed that is one. Whoever joins is sent a first answer, rendered
once for all who come from the same position, and stands apart until the next tick; so does whoever was too slow.
"""

import abc
import asyncio
import contextlib
import contextvars
import logging
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any

from feed.election_feed import BehindError, ElectionFeed
from feed.kinds import Ending
from feed.position import Position
from feed.readers import Payload, Reader

FIRSTS_MAX = 64
# A first answer that says when it was sent is rendered anew a second later.
FIRST_SECONDS = 1.0
RETRY_SECONDS = 0.1
Render = Callable[[Any], Awaitable[bytes]]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class First:
    """What a reader is sent when it joins, and what it knows then."""

    payload: Payload
    seen: int
    stage: Hashable
    made: float


class Group(abc.ABC):
    """`feed`'s readers of one operation. `emptied` is called when the last has left: nobody joins it then any more."""

    def __init__(self, feed: ElectionFeed, render: Render, emptied: Callable[[], None]) -> None:
        self.feed = feed
        self._render = render
        self._emptied = emptied
        self._readers: set[Reader] = set()
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._readers)

    async def sit(self, reader: Reader, after: Position | None) -> Ending:
        """Sends the first answer and all that follows, until the feed ends or the reader's task does."""
        reader.left = False
        self._readers.add(reader)
        if self._task is None:
            # In a context of its own: what it says in the log is no single reader's.
            self._task = asyncio.create_task(
                self._guarded(), name=f"group of {self.feed.id}", context=contextvars.Context()
            )
        try:
            return await self._serve(reader, after)
        except BehindError:
            # Another node may know the position; here it cannot be said that nobody does.
            return Ending.AWAY
        finally:
            self._leave(reader)

    @abc.abstractmethod
    async def _serve(self, reader: Reader, after: Position | None) -> Ending:
        """The first answer; then its place among the others."""

    @abc.abstractmethod
    async def _run(self) -> None:
        """Tells all readers what comes; returns at the end of the feed."""

    @abc.abstractmethod
    def _forget(self, reader: Reader) -> None:
        """The reader has left."""

    def _leave(self, reader: Reader) -> None:
        reader.left = True
        self._readers.discard(reader)
        self._forget(reader)
        if not self._readers:
            if self._task is not None:
                self._task.cancel()
            self._emptied()

    async def _guarded(self) -> None:
        """Whatever befalls the group, its readers are told: none is left in silence."""
        ending = Ending.AWAY
        try:
            await self._run()
            ending = self.feed.ending or Ending.AWAY
        except Exception:
            log.exception("a group of %s fell", self.feed.id)
        for reader in tuple(self._readers):
            reader.end(ending)

    async def _payload(self, event: Any) -> Payload:
        return Payload(await self._render(event), event.position)

    async def _changed(self, seconds: float) -> bool:
        """False where nothing at all changed for so long."""
        with contextlib.suppress(TimeoutError):
            # wait_for would lose the cancellation that comes with a change: a group would go on with no reader.
            async with asyncio.timeout(max(0.0, seconds)):
                return await self.feed.changed()
        return False


class Firsts:
    """First answers, each made once for all who come from the same position while nothing changes.

    `seconds`: how long one stays true besides; None: as long as nothing changes.
    """

    def __init__(self, make: Callable[[Position | None], Coroutine[Any, Any, First]], seconds: float | None) -> None:
        self._make = make
        self._seconds = seconds
        self._made: dict[tuple[Position | None, Hashable], asyncio.Task[First]] = {}

    async def get(self, after: Position | None, now: Hashable) -> First:
        """`now`: what an answer depends on besides; raises what the making raises."""
        key = (after, now)
        task = self._made.get(key)
        if task is None or _stale(task, self._seconds):
            self._made = {known: other for known, other in self._made.items() if known[1] == now}
            while len(self._made) >= FIRSTS_MAX:
                self._made.pop(next(iter(self._made)))
            task = self._made[key] = asyncio.create_task(self._make(after))
        # One reader that leaves takes the answer from no other.
        return await asyncio.shield(task)


def _stale(task: "asyncio.Task[First]", seconds: float | None) -> bool:
    if not task.done():
        return False
    if task.cancelled() or task.exception() is not None:
        return True
    return seconds is not None and asyncio.get_running_loop().time() - task.result().made > seconds
