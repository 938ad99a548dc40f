"""Those who are sent the payloads of a group, wherever the bytes go; no one of them holds the others up."""

import abc
import asyncio
from collections.abc import Collection, Hashable
from dataclasses import dataclass
from itertools import islice

from feed.kinds import Ending
from feed.position import Position

# So many writes at a stretch; then whoever else waits for the loop has a turn.
STRETCH = 256


@dataclass(frozen=True, slots=True)
class Payload:
    """One encoded answer, the same for all who are sent it; `position` is where a reader of it continues."""

    body: bytes
    position: Position


class Reader(abc.ABC):
    """One subscription. `position` is that of the last payload it took; `left`: it is to be sent no more."""

    __slots__ = ("_ended", "left", "position")

    def __init__(self) -> None:
        self.position: Position | None = None
        self.left = False
        self._ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

    @abc.abstractmethod
    def has_room(self) -> bool:
        """Less waits to go out to it than the limit."""

    @abc.abstractmethod
    async def room(self) -> None:
        """Returns once it has room."""

    @abc.abstractmethod
    def write(self, body: bytes) -> None:
        """Sends without waiting; a line that is cut takes it in silence, as its own task finds that out."""

    def take(self, payload: Payload) -> None:
        self.position = payload.position
        self.write(payload.body)

    def end(self, ending: Ending) -> None:
        if not self._ended.done():
            self._ended.set_result(ending)

    async def ended(self) -> Ending:
        """Waits for the end; to be awaited again after another group took the reader."""
        ending = await self._ended
        self._ended = asyncio.get_running_loop().create_future()
        return ending


class Cohort:
    """Readers who know the same: all up to the entry `seen`, at `stage`. `behind`: they were too slow for something."""

    __slots__ = ("behind", "readers", "seen", "stage")

    def __init__(self, seen: int, stage: Hashable, *, behind: bool = False) -> None:
        self.seen = seen
        self.stage = stage
        self.behind = behind
        self.readers: set[Reader] = set()

    def knows(self, seen: int, stage: Hashable) -> bool:
        return self.seen == seen and self.stage == stage

    def absorb(self, other: "Cohort") -> None:
        """Takes the other's readers over; the smaller set moves."""
        small, large = sorted((self.readers, other.readers), key=len)
        large |= small
        self.readers, other.readers = large, set()


async def deliver(readers: Collection[Reader], payload: Payload) -> list[Reader]:
    """Hands the payload to all who have room; returns those who have not."""
    slow: list[Reader] = []
    waiting = iter(tuple(readers))
    while stretch := tuple(islice(waiting, STRETCH)):
        for reader in stretch:
            if reader.left:
                continue
            if reader.has_room():
                reader.take(payload)
            else:
                slow.append(reader)
        if len(stretch) == STRETCH:
            await asyncio.sleep(0)
    return slow
