"""How a serving process ends: readers are told to come back, spread over time; writers finish; then the rest closes.

    notice      `/readyz` says 503, everything else goes on: balancers stop sending anybody here
    spread      nothing new is accepted; readers leave one after another (1012, or the end of their event stream)
    the rest    requests that are under way are answered; then the log, the doorbell and the database are left

All of it within `end_seconds`; `hurry` ends it at once.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Iterator

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from gql.presence import KEY, Connection, Presence
from tallywire.settings import Settings

# Fewer readers than this are told in less than the whole spread: a second for so many.
READERS_A_SECOND = 100
STEP_SECONDS = 0.05
# Who was told to come back and takes no bytes is cut off after so long.
READER_SECONDS = 3.0
# So much of the whole is kept for closing the log and the database.
CLOSING_SECONDS = 2.0
log = logging.getLogger(__name__)


class Leaving:
    """Of one serving process. `released` is called when whoever waits for something new is to be answered."""

    def __init__(self, presence: Presence, settings: Settings, released: Callable[[], None]) -> None:
        self._presence = presence
        self._settings = settings
        self._released = released
        self.begun = False
        self._server: uvicorn.Server | None = None
        self._hurried = asyncio.Event()

    def hurry(self) -> None:
        """Whoever ends it does not want to wait any longer."""
        self._hurried.set()

    def serves(self, server: uvicorn.Server) -> None:
        """To be told before anything else."""
        self._server = server

    def accept_nobody(self) -> None:
        """Whoever connects from now on finds another process, or none."""
        for listening in self._server.servers if self._server else ():
            listening.close()

    async def leave(self, server: uvicorn.Server) -> None:
        """Returns when nothing is left but requests under way, for which the server may wait what is left of the time.

        Safe to cancel; what it has not got to by then, the server's own end cuts off.
        """
        self.begun = True
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._settings.end_seconds - CLOSING_SECONDS
        readers = len(self._presence.readers)
        log.info("ending: %d readers are told to come back", readers, extra={"readers": readers})
        calm = asyncio.create_task(self._all(deadline))
        hurried = asyncio.create_task(self._hurried.wait())
        try:
            await asyncio.wait({calm, hurried}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (calm, hurried):
                task.cancel()
            await asyncio.gather(calm, hurried, return_exceptions=True)
        _cut_off(server)
        left = 0 if self._hurried.is_set() else max(1, round(deadline - clock()))
        server.config.timeout_graceful_shutdown = left

    async def _all(self, deadline: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(deadline):
                await asyncio.sleep(self._settings.end_notice_seconds)
                self.accept_nobody()
                self._released()
                await self._spread()
                await self._gone()

    async def _spread(self) -> None:
        """Whoever comes meanwhile, on a connection that was accepted before, is told as well."""
        clock = asyncio.get_running_loop().time
        leaving: set[asyncio.Task[None]] = set()
        told: set[Connection] = set()
        began = clock()
        readers = self._presence.readers
        seconds = min(self._settings.end_spread_seconds, len(readers) / READERS_A_SECOND)
        random.shuffle(readers)
        for number, reader in enumerate(readers):
            if (wait := began + seconds * number / len(readers) - clock()) > STEP_SECONDS:
                await asyncio.sleep(wait)
            _tell(reader, told, leaving)
        while late := [reader for reader in self._presence.readers if reader not in told]:
            for reader in late:
                _tell(reader, told, leaving)
            await asyncio.sleep(STEP_SECONDS)
        if leaving:
            await asyncio.wait(leaving)

    async def _gone(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READER_SECONDS):
                while self._presence.readers:  # noqa: ASYNC110
                    await asyncio.sleep(STEP_SECONDS)


def _tell(reader: Connection, told: set[Connection], leaving: "set[asyncio.Task[None]]") -> None:
    told.add(reader)
    if reader.leave is not None:
        task = asyncio.ensure_future(reader.leave())
        leaving.add(task)
        task.add_done_callback(leaving.discard)


def _cut_off(server: uvicorn.Server) -> None:
    """Readers that were told to come back, and have not taken it: nothing waits for them."""
    for protocol in _readers(server):
        if protocol.transport.get_write_buffer_size():
            protocol.transport.abort()


def _readers(server: uvicorn.Server) -> "Iterator[WebSocketsSansIOProtocol]":
    """uvicorn's protocols that serve a socket or an event stream."""
    for protocol in list(server.server_state.connections):
        connection = (getattr(protocol, "scope", None) or {}).get(KEY)
        if isinstance(protocol, WebSocketsSansIOProtocol) or (connection is not None and connection.goodbye):
            yield protocol  # type: ignore[misc]
