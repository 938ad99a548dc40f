"""The doorbell: says "there is more", and nothing else. A dead bell costs latency, never data.

One subscription a process, supervised: broadcaster's listeners can die in silence, so this one is watched and begun
anew, and whoever waits for the bell looks at the log every second whether it rang or not.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from broadcaster import Broadcast

CHANNEL = "tallywire"
RECONNECT_SECONDS = 1.0
log = logging.getLogger(__name__)


class Bell:
    """`url`: memory:// within one process, postgres://… or redis://… among several."""

    def __init__(self, url: str, heard: Callable[[str], None]) -> None:
        self._url = url
        self._heard = heard
        self._broadcast: Broadcast | None = None
        self._listener: asyncio.Task[None] | None = None
        self._rings: set[asyncio.Task[None]] = set()

    @property
    def shared(self) -> bool:
        """Other processes hear it too."""
        return not self._url.startswith("memory")

    async def start(self) -> None:
        if self.shared:
            self._listener = asyncio.create_task(self._listen(), name="doorbell")

    def ring(self, election_id: str) -> None:
        """Heard in this process at once, in the others a moment later."""
        self._heard(election_id)
        if self._broadcast is not None:
            ring = asyncio.create_task(self._publish(self._broadcast, election_id))
            self._rings.add(ring)
            ring.add_done_callback(self._rings.discard)

    async def _publish(self, broadcast: Broadcast, election_id: str) -> None:
        with contextlib.suppress(Exception):
            await broadcast.publish(CHANNEL, election_id)

    async def _listen(self) -> None:
        while True:
            broadcast = Broadcast(self._url)
            try:
                await broadcast.connect()
                async with broadcast.subscribe(CHANNEL) as events:
                    self._broadcast = broadcast
                    async for event in events:  # type: ignore[union-attr]
                        self._heard(event.message)  # type: ignore[union-attr]
            except Exception as error:
                log.warning("doorbell lost: %s", type(error).__name__)
            finally:
                self._broadcast = None
                with contextlib.suppress(Exception):
                    await broadcast.disconnect()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener
