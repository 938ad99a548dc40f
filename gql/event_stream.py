"""Subscriptions over plain HTTP: Strawberry's own transports, served by groups; written as gql.framing says.

A browser's EventSource that comes back sends the last `id` it saw as `Last-Event-ID`: the stream goes on there.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import orjson
from cross_web import HTTPException
from strawberry.http import process_result
from strawberry.types import ExecutionResult

from feed.kinds import Ending
from feed.position import BadCursorError, Position, decode
from feed.readers import Payload, Reader
from feed.reports import UnknownPositionError
from gql.errors import ApiError
from gql.framing import Framing
from gql.groups import Groups, Seat
from gql.meters import DELIVERIES
from gql.resolvers.lookup import unknown_position

LAST_EVENT_ID = "last-event-id"


class StreamReader(Reader):
    """One event stream; what it takes waits here until the response has taken it."""

    __slots__ = ("_arrived", "_drained", "_finished", "_framing", "_limit", "_size", "_waiting")

    def __init__(self, limit: int, framing: Framing) -> None:
        super().__init__()
        self._limit = limit
        self._framing = framing
        self._size = 0
        self._finished = False
        self._waiting: deque[bytes] = deque()
        self._arrived = asyncio.Event()
        self._drained = asyncio.Event()

    def has_room(self) -> bool:
        return self._size < self._limit

    async def room(self) -> None:
        while not self.has_room():
            self._drained.clear()
            await self._drained.wait()

    def take(self, payload: Payload) -> None:
        self.position = payload.position
        self.write(self._framing.event(payload.body, payload.position))

    def write(self, body: bytes) -> None:
        DELIVERIES.inc()
        self._waiting.append(body)
        self._size += len(body)
        self._arrived.set()

    async def events(self) -> AsyncGenerator[bytes, None]:
        """What waits, as it comes; ends after `finish`, once all is out."""
        while True:
            while self._waiting:
                body = self._waiting.popleft()
                # Taken off once the response has come back for more: until then it still waits.
                yield body
                self._size -= len(body)
                self._drained.set()
            if self._finished:
                return
            self._arrived.clear()
            await self._arrived.wait()

    def finish(self) -> None:
        self._finished = True
        self._arrived.set()


class SharedEvents:
    """What stands in for Strawberry's results where a group serves: an iterator of encoded events."""

    def __init__(self, groups: Groups, seat: Seat, after: Position | None, limit: int, framing: Framing) -> None:
        self._groups = groups
        self._seat = seat
        self._after = after
        self._limit = limit
        self._framing = framing

    def __aiter__(self) -> AsyncGenerator[bytes, None]:
        return self._events()

    async def __anext__(self) -> Any:
        raise NotImplementedError("iterated by __aiter__ alone")

    async def _events(self) -> AsyncGenerator[bytes, None]:
        reader = StreamReader(self._limit, self._framing)
        sitting = asyncio.create_task(self._sit(reader))
        try:
            if self._framing.opening:
                yield self._framing.opening
            async for body in reader.events():
                yield body
            if last := self._framing.end(await sitting):
                yield last
        finally:
            sitting.cancel()

    async def _sit(self, reader: StreamReader) -> Ending:
        """A stream that ends without `complete` is one that its client opens again."""
        try:
            return await self._groups.sit(self._seat, reader, self._after)
        except (UnknownPositionError, ApiError) as error:
            refusal = error if isinstance(error, ApiError) else unknown_position("after")
            told = ExecutionResult(data=None, errors=[refusal])
            reader.write(self._framing.event(orjson.dumps(process_result(told)), None))
            return Ending.GONE
        finally:
            reader.finish()


def resumed(headers: Mapping[str, str]) -> Position | None:
    """Where a browser's own EventSource goes on. Raises HTTPException 400 on what was no id of ours."""
    sent = headers.get(LAST_EVENT_ID)
    if not sent:
        return None
    try:
        return decode(sent)
    except BadCursorError as error:
        raise HTTPException(400, "Last-Event-ID must be the id of an event of this stream") from error
