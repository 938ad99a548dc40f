"""Where documents are read that nobody sent before: in a process of its own, so that no stranger's holds up a tally.

Reading one takes up to a tenth of a second of Python, in which an event loop does nothing else. The process is a copy
of this one as it started, and runs when nobody else wants to; it gets a text and gives back what is wrong with it.
Texts wait in a line for each address, and the lines take turns, so that whoever sends many waits for their own. Where a
machine is full, nobody else ever does nothing: then for a while a copy reads that has some processor in any case.

It ends when this process does, however that ends. Where there is no fork, documents are read in the event loop.
"""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import struct
import sys
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from graphql import GraphQLError

from gql.errors import timed_out
from gql.limits import DOCUMENTS_WAITING_AN_ADDRESS
from gql.occupancy import Occupancy
from gql.proof import Proof, packed, unpacked

# A document within its limits takes a tenth of one; on a machine that is overrun, a few.
SECONDS_MAX = 30
# Who takes only what is left over is waited for so long, and then not for a while: a full machine leaves nothing over.
PATIENCE_SECONDS = 1.0
HURRY_SECONDS = 30.0
# Beside one process of the ordinary kind: a tenth of the processor.
HURRIED_NICENESS = 10
READY = b"."
LENGTH = struct.Struct("!I")
STANDARD_STREAMS = (0, 1)
CHANNEL = 3
log = logging.getLogger(__name__)
Faults = tuple[GraphQLError, ...]
Read = Callable[[str], Proof]


class ProofreaderLostError(Exception):
    """The process ended over a document."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    query: str
    answer: "asyncio.Future[Faults]"


class Proofreader:
    """`read` is what the process does with each text."""

    def __init__(self, read: Read, occupancy: Occupancy) -> None:
        self._read = read
        self._occupancy = occupancy
        self._lines: OrderedDict[str | None, deque[_Waiting]] = OrderedDict()
        self._more = asyncio.Event()
        self._first: list[_Waiting] = []
        self._ending: set[asyncio.Task[None]] = set()
        self._hurry_until = 0.0

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator["Proofreader"]:
        working = asyncio.create_task(self._work(), name="proofreader")
        try:
            yield self
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await asyncio.gather(*self._ending, return_exceptions=True)
            for line in (self._first, *self._lines.values()):
                for waiting in line:
                    waiting.answer.cancel()

    def ask(self, query: str, whose: str | None) -> "asyncio.Future[Faults]":
        """What is wrong with it; `whose`: the address in whose line it waits. Raises FullError.

        Awaiting it raises ApiError where it took too long, ProofreaderLostError where the process ended over it.
        """
        self._occupancy.enter(DOCUMENTS_WAITING_AN_ADDRESS, whose)
        answer: asyncio.Future[Faults] = asyncio.get_running_loop().create_future()
        answer.add_done_callback(lambda _: self._occupancy.leave(DOCUMENTS_WAITING_AN_ADDRESS, whose))
        self._lines.setdefault(whose, deque()).append(_Waiting(query, answer))
        self._more.set()
        return answer

    async def _work(self) -> NoReturn:
        """One process after another: what ends over a document is started anew for the next."""
        while True:
            try:
                process = await _Process.start(self._read, hurried=self._hurries())
            except (OSError, asyncio.IncompleteReadError) as error:
                log.error("new documents are read in the event loop: %s", error)
                waiting = await self._next()
                _answer(waiting, self._read(waiting.query).faults)
                continue
            try:
                while await self._one(process):
                    pass
            finally:
                # Not waited for: on a full machine its end takes as long as its reading did.
                ending = asyncio.create_task(process.end(), name="end of a proofreader")
                self._ending.add(ending)
                ending.add_done_callback(self._ending.discard)

    async def _one(self, process: "_Process") -> bool:
        """The next in turn; False where the process is of no more use."""
        waiting = await self._next()
        patience = SECONDS_MAX if process.hurried else PATIENCE_SECONDS
        try:
            async with asyncio.timeout(patience):
                faults = await process.read(waiting.query)
        except TimeoutError:
            self._give_up(waiting, process)
            return False
        except (OSError, asyncio.IncompleteReadError):
            if not waiting.answer.done():
                waiting.answer.set_exception(ProofreaderLostError(f"{len(waiting.query)} characters"))
            return False
        except asyncio.CancelledError:
            waiting.answer.cancel()
            raise
        _answer(waiting, faults)
        return process.hurried == self._hurries()

    def _give_up(self, waiting: _Waiting, process: "_Process") -> None:
        """It waits for the next process, in front of all others, where that one will be of another kind."""
        if not process.hurried:
            self._hurry_until = time.monotonic() + HURRY_SECONDS
            self._first.append(waiting)
            return
        log.error("a document of %d characters was not read in %d s", len(waiting.query), SECONDS_MAX)
        if not waiting.answer.done():
            waiting.answer.set_exception(timed_out(SECONDS_MAX))

    def _hurries(self) -> bool:
        return time.monotonic() < self._hurry_until

    async def _next(self) -> _Waiting:
        if self._first:
            return self._first.pop()
        while not self._lines:
            self._more.clear()
            await self._more.wait()
        whose, line = self._lines.popitem(last=False)
        waiting = line.popleft()
        if line:
            self._lines[whose] = line
        return waiting


def _answer(waiting: _Waiting, faults: Faults) -> None:
    if not waiting.answer.done():
        waiting.answer.set_result(faults)


class _Process:
    """One life of it. `hurried`: it has some processor in any case, not only what is left over."""

    def __init__(self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, hurried: bool) -> None:
        self.hurried = hurried
        self._pid = pid
        self._reader = reader
        self._writer = writer

    @classmethod
    async def start(cls, read: Read, *, hurried: bool) -> "_Process":
        """Returns when it can read. Raises OSError, IncompleteReadError where there can be none."""
        ours, theirs = socket.socketpair()
        with theirs:
            pid = os.fork()
            if pid == 0:
                _live(theirs, read, hurried=hurried)
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        process = cls(pid, reader, writer, hurried=hurried)
        try:
            await reader.readexactly(len(READY))
        except BaseException:
            await process.end()
            raise
        return process

    async def read(self, query: str) -> Faults:
        text = query.encode("utf-8", "surrogatepass")
        self._writer.write(LENGTH.pack(len(text)) + text)
        (size,) = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))
        return unpacked(query, await self._reader.readexactly(size))

    async def end(self) -> None:
        """Nothing that it does is worth waiting for."""
        self._writer.transport.abort()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            await asyncio.to_thread(os.waitpid, self._pid, 0)


def can_work_apart() -> bool:
    """Elsewhere a copy of a running process is not safe, or there is none."""
    return sys.platform == "linux"


def _live(channel: socket.socket, read: Read, *, hurried: bool) -> NoReturn:
    """The process, from its first breath to its last: nothing of what it was copied from may come to an end here."""
    try:
        gc.freeze()
        signal.set_wakeup_fd(-1)
        # It ends when nobody can ask any more, not when the other one is told to.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        _let_go(channel)
        ready = socket.socket(fileno=CHANNEL)
        ready.sendall(READY)
        if hurried:
            os.nice(HURRIED_NICENESS)
        else:
            # Whoever wakes up takes the processor from it at once; to one that is only nice, Linux leaves its slice.
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        _obey(ready, read)
    except BaseException:
        log.exception("the proofreader ends")
    finally:
        os._exit(0)


def _let_go(channel: socket.socket) -> None:
    """Of every file and line of the other process, so that each is closed when that one closes it."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in STANDARD_STREAMS:
        os.dup2(nothing, stream)
    os.dup2(channel.fileno(), CHANNEL)
    for number in [int(file.name) for file in Path("/proc/self/fd").iterdir()]:
        if number > CHANNEL:
            with contextlib.suppress(OSError):
                os.close(number)


def _obey(channel: socket.socket, read: Read) -> None:
    while head := _received(channel, LENGTH.size):
        text = _received(channel, LENGTH.unpack(head)[0])
        answer = packed(read(text.decode("utf-8", "surrogatepass")))
        channel.sendall(LENGTH.pack(len(answer)) + answer)


def _received(channel: socket.socket, length: int) -> bytes:
    """So many bytes; none where the other side is gone."""
    parts: list[bytes] = []
    while length:
        part = channel.recv(length)
        if not part:
            return b""
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
