"""The doorbell: says "there is more", and nothing else. A dead bell costs latency, never data.

One subscription a process, supervised: broadcaster's listeners can die in silence, so each process rings for itself now
and then, and where it does not hear that, the bell is hung anew. Whoever waits for the bell looks every second anyway.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from broadcaster import Broadcast
from prometheus_client import Counter, Gauge

CHANNEL = "tallywire"
SCHEMES = ("memory", "postgres", "postgresql", "redis", "rediss")
# So long one cancellation has to work.
CLOSE_SECONDS = 0.5
RECONNECT_SECONDS = 1.0
# A test ring that was sent and not heard for so long: nobody is listening any more.
TEST_SECONDS = 2.0
PATIENCE_SECONDS = 5.0
# So many different rings wait at most; whoever misses one sees it at its next look.
WAITING_MAX = 1_000
HEARD = Counter("tallywire_bell_heard", "Rings of other processes that were heard here")
LOST = Counter("tallywire_bell_lost", "Times that the doorbell was lost and had to be hung anew")
CONNECTED = Gauge("tallywire_bell_connected", "1 while the doorbell hangs", multiprocess_mode="livesum")
log = logging.getLogger(__name__)


class BellUrlError(ValueError):
    """The URL names no doorbell; the message says so in one line."""


class SilentBellError(Exception):
    """This process does not hear its own rings."""


class Bell:
    """`url`: memory:// within one process, postgres://… or redis://… among several. Raises BellUrlError."""

    def __init__(self, url: str, heard: Callable[[str], None]) -> None:
        self._url = checked_url(url)
        self._heard = heard
        # Who rings: a process has heard its own rings already.
        self._name = secrets.token_hex(8)
        self._waiting: dict[str, None] = {}
        self._rung = asyncio.Event()
        self._echoed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._lost = False

    @property
    def shared(self) -> bool:
        """Other processes hear it too."""
        return not self._url.startswith("memory")

    async def start(self) -> None:
        if self.shared:
            self._task = asyncio.create_task(self._hang(), name="doorbell")

    def ring(self, what: str) -> None:
        """Heard in this process at once, in the others a moment later. Equal rings that wait together are one."""
        self._heard(what)
        if self._task is not None and len(self._waiting) < WAITING_MAX:
            self._waiting[what] = None
            self._rung.set()

    async def close(self) -> None:
        # More than once: what a lost back end has under way may swallow a cancellation, and then goes on.
        while self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=CLOSE_SECONDS)

    async def _hang(self) -> None:
        """Hangs it anew whenever it was lost; says so when it is lost and when it is back, not at each try."""
        while True:
            broadcast = Broadcast(self._url)
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await broadcast.connect()
                await self._use(broadcast)
            except Exception as error:
                if not self._lost:
                    log.warning("the doorbell is lost, looking every second meanwhile: %s", _reason(error))
                    LOST.inc()
                self._lost = True
            finally:
                CONNECTED.set(0)
                await _take_down(broadcast)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _use(self, broadcast: Broadcast) -> None:
        """Raises whatever ends it."""
        async with broadcast.subscribe(CHANNEL) as events, asyncio.TaskGroup() as both:
            # With Redis the first subscription races broadcaster's listener, which then waits for ever: wake it again.
            if isinstance(ready := getattr(broadcast._backend, "_ready", None), asyncio.Event):
                ready.set()
            both.create_task(self._listen(events))
            both.create_task(self._ring_out(broadcast))

    async def _listen(self, events: Any) -> None:
        async for event in events:
            name, _, what = event.message.partition(" ")
            if name == self._name:
                self._echoed.set()
            elif what:
                HEARD.inc()
                self._heard(what)

    async def _ring_out(self, broadcast: Broadcast) -> None:
        """One ring after another: several at once are more than one PostgreSQL connection takes."""
        clock = asyncio.get_running_loop().time
        while True:
            await self._test(broadcast)
            if self._lost:
                log.warning("the doorbell is back")
            self._lost = False
            CONNECTED.set(1)
            due = clock() + TEST_SECONDS
            while clock() < due and await self._rung_before(due):
                waiting, self._waiting = self._waiting, {}
                for what in waiting:
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        await broadcast.publish(CHANNEL, f"{self._name} {what}")

    async def _rung_before(self, due: float) -> bool:
        try:
            async with asyncio.timeout_at(due):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True

    async def _test(self, broadcast: Broadcast) -> None:
        self._echoed.clear()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await broadcast.publish(CHANNEL, self._name)
                await self._echoed.wait()
        except TimeoutError as error:
            raise SilentBellError(f"silent for {PATIENCE_SECONDS:.0f} s") from error


def checked_url(url: str) -> str:
    """The URL as it is; raises BellUrlError."""
    if urlsplit(url).scheme not in SCHEMES or "://" not in url:
        raise BellUrlError(f"the doorbell must begin with one of {', '.join(f'{name}://' for name in SCHEMES)}")
    try:
        Broadcast(url)
    except Exception as error:
        raise BellUrlError(f"the doorbell's URL cannot be read: {error}") from error
    return url


def _reason(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__} {error}".strip()


async def _take_down(broadcast: Broadcast) -> None:
    """broadcaster leaves its back end's connection and task behind where connecting failed or its listener died."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await broadcast.disconnect()
    backend = broadcast._backend
    with contextlib.suppress(Exception):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await backend.disconnect()
    listener: asyncio.Task[None] | None = getattr(backend, "_listener", None)
    if isinstance(listener, asyncio.Task):
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)
