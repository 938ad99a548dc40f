"""Exports on disk: each is made once, whoever asks and however many, and given out from its file.

The files lie in the system's temporary folder (TMPDIR) and go with the process; the oldest go first.
"""

import asyncio
import contextlib
import tempfile
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from pathlib import Path

from tallywire.formats.making import Made, Making

FILES_KEPT = 64
BYTES_KEPT = 2_000_000_000
# One that reads a nation's stations keeps a connection and half a core for as long as it takes.
AT_ONCE = 2
WAITING_MAX = 16
Fill = Callable[[Making], Awaitable[None]]


class ShelfFullError(Exception):
    """Too many wait for files that are being made: ask again in a moment."""


class Shelf:
    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="tallywire-exports-", ignore_cleanup_errors=True)
        self._files: OrderedDict[Hashable, Made] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[Made]] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._number = 0

    async def file(self, key: Hashable, fill: Fill, *, packed: bool) -> Made:
        """`fill` writes it where it is not there. Raises ShelfFullError, and what `fill` raises."""
        made = self._files.get(key)
        if made is not None:
            self._files.move_to_end(key)
            return made
        task = self._making.get(key)
        if task is None:
            if len(self._making) >= WAITING_MAX:
                raise ShelfFullError
            task = self._making[key] = asyncio.create_task(self._make(key, fill, packed=packed))
            task.add_done_callback(lambda done: self._made(key, done))
        # Whoever goes away takes it from nobody else.
        return await asyncio.shield(task)

    async def _make(self, key: Hashable, fill: Fill, *, packed: bool) -> Made:
        async with self._turns:
            self._number += 1
            path = Path(self._folder.name) / str(self._number)
            making = Making(path, packed=packed)
            try:
                await fill(making)
                return await asyncio.to_thread(making.done)
            except BaseException:
                making.close()
                path.unlink(missing_ok=True)
                raise

    def _made(self, key: Hashable, task: "asyncio.Task[Made]") -> None:
        del self._making[key]
        if task.cancelled() or task.exception() is not None:
            return
        self._files[key] = task.result()
        while len(self._files) > 1 and (
            len(self._files) > FILES_KEPT or sum(one.stored_bytes for one in self._files.values()) > BYTES_KEPT
        ):
            _, oldest = self._files.popitem(last=False)
            oldest.path.unlink(missing_ok=True)

    async def close(self) -> None:
        for task in list(self._making.values()):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task
        self._folder.cleanup()
