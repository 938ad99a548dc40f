"""Readers of groups that keep what they are sent; a rendered event is only its number in a list."""

import asyncio
from collections.abc import Callable
from typing import Any

from feed.group import Group
from feed.kinds import Ending, UpdateKind
from feed.position import Position
from feed.readers import Reader


class Rendered:
    """Stands in for rendering, and counts."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    async def __call__(self, event: Any) -> bytes:
        number = len(self.events)
        self.events.append(event)
        await asyncio.sleep(0)
        return str(number).encode()


class Watcher(Reader):
    """Applies what it is sent, and nothing else; `stalled`: it takes nothing."""

    def __init__(self, rendered: Rendered) -> None:
        super().__init__()
        self._rendered = rendered
        self._moved = asyncio.Event()
        self.stalled = False
        self.bodies: list[bytes] = []
        self.taken: list[Any] = []
        self.ending: Ending | None = None
        self.task: asyncio.Task[None] | None = None

    def has_room(self) -> bool:
        return not self.stalled

    async def room(self) -> None:
        while self.stalled:
            self._moved.clear()
            await self._moved.wait()

    def resume(self) -> None:
        self.stalled = False
        self._moved.set()

    def write(self, body: bytes) -> None:
        assert not self.left
        self.bodies.append(body)
        self.taken.append(self._rendered.events[int(body)])
        self._moved.set()

    @property
    def held(self) -> dict[tuple[str, str], tuple[list[int], int]]:
        """What the updates say when they are put together."""
        held: dict[tuple[str, str], tuple[list[int], int]] = {}
        for update in self.taken:
            if update.kind is UpdateKind.SNAPSHOT:
                held.clear()
            for view in update.results:
                held[view.contest.id, view.area.id] = (list(view.count.votes), view.count.sequence)
        return held

    def join(self, group: Group, after: Position | None = None) -> "Watcher":
        async def sit() -> None:
            self.ending = await group.sit(self, after)

        self.task = asyncio.create_task(sit())
        return self

    async def cut(self) -> Position | None:
        """The line breaks; where the reader would come back."""
        assert self.task is not None
        self.task.cancel()
        await asyncio.wait({self.task})
        return self.position

    async def until(self, condition: Callable[[], bool]) -> "Watcher":
        async with asyncio.timeout(60):
            while not condition():
                self._moved.clear()
                await self._moved.wait()
        return self

    async def reaches(self, sequence: int) -> "Watcher":
        return await self.until(lambda: self.position is not None and self.position.sequence >= sequence)
