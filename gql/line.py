"""The way out of one socket: bytes of whole messages, written without waiting, up to a limit that the caller heeds.

A server's protocol may offer a line of its own under `LINE` in the scope's extensions, straight to its transport; where
there is none, messages go out through ASGI one after another.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol

LINE = "tallywire.line"
GRACE_SECONDS = 10.0


class Line(Protocol):
    def waiting(self) -> int:
        """Bytes that have not gone out yet."""

    def put(self, start: bytes, body: bytes, end: bytes) -> None:
        """One text message in three parts; a line that is cut takes it in silence."""

    async def drained(self) -> None:
        """Returns once what waits has gone out, or never will."""

    async def shut(self, code: int, reason: str) -> None:
        """Closes the socket with this code, at once if need be past what waits."""


class AsgiLine:
    """Through any ASGI server. `send` and `close` wait for the peer; a task of the line's own does that."""

    def __init__(self, send: Callable[[str], Awaitable[None]], close: Callable[[int, str], Awaitable[None]]) -> None:
        self._send = send
        self._close = close
        self._messages: deque[bytes] = deque()
        self._waiting = 0
        self._task: asyncio.Task[None] | None = None
        self._empty = asyncio.Event()
        self._empty.set()

    def waiting(self) -> int:
        return self._waiting

    def put(self, start: bytes, body: bytes, end: bytes) -> None:
        message = b"".join((start, body, end))
        self._messages.append(message)
        self._waiting += len(message)
        self._empty.clear()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._pump())

    async def _pump(self) -> None:
        try:
            while self._messages:
                message = self._messages.popleft()
                # A peer that is gone is found out by whoever reads from it.
                with contextlib.suppress(Exception):
                    await self._send(message.decode())
                self._waiting -= len(message)
        finally:
            self._empty.set()

    async def drained(self) -> None:
        await self._empty.wait()

    async def shut(self, code: int, reason: str) -> None:
        self._messages.clear()
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._close(code, reason), GRACE_SECONDS)

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
