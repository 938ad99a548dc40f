"""The night's clock: simulated seconds after polls close, at any speed."""

import asyncio
import time


class NightClock:
    """`speed`: simulated seconds a second; 0 does not wait at all, and its time is that of the last sending."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._began = time.monotonic()
        self._reached = 0.0

    def behind(self, at: float) -> float:
        """Simulated seconds by which what was due `at` is late; 0 where the clock waits for nothing."""
        return max(0.0, self.now - at) if self._speed else 0.0

    @property
    def now(self) -> float:
        """Seconds after polls close."""
        return (time.monotonic() - self._began) * self._speed if self._speed else self._reached

    async def until(self, at: float) -> None:
        """Returns when the night has come to `at`; at once at speed 0, and when it is past."""
        self._reached = at
        if self._speed and (left := (at - self.now) / self._speed) > 0:
            await asyncio.sleep(left)
