"""How often: counts in windows of ten seconds, by address and by token, shared by all nodes where they have a Redis.

Each process counts in its own memory, as a round trip a request would cost more than most requests do; once a second
it adds what it counted to the shared count (through `limits`) and takes over what the others did. So all nodes
together let through what one second brings beyond the limit, at most.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import RedisStorage, Storage

from gql.limits import ADJUSTABLE, DEFAULT, Limit, Limits

WINDOW_SECONDS = 10
SHARE_SECONDS = 1.0
REDIS_SECONDS = 2.0
# Windows are told apart by their number, so a shared count may outlive its own.
KEPT_SECONDS = 3 * WINDOW_SECONDS
# Who has taken less than this part of a limit on a node is not worth a round trip.
NEGLIGIBLE = 100
DEFAULTS = {limit.name: limit.default for limit in ADJUSTABLE}
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Count:
    """`own`: counted here; `shared`: of those, what all nodes know; `others`: counted elsewhere."""

    own: int = 0
    shared: int = 0
    others: int = 0


class Rates:
    """`url`: redis://… shares the counts among all processes; anything else keeps them in this one."""

    def __init__(
        self, url: str = "memory://", limits: Limits = DEFAULT, clock: Callable[[], float] = time.time
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._storage = shared_storage(url)
        self._window = 0
        self._counts: dict[tuple[str, str], _Count] = {}
        self._items: dict[str, RateLimitItem] = {}
        self._task: asyncio.Task[None] | None = None

    def take(self, limit: Limit, whose: str | None, amount: int = 1) -> int:
        """0, and it is counted; or how many seconds to wait, and it is not. `whose` None: nobody who is counted."""
        most = self._limits.most(limit)
        if whose is None or most is None:
            return 0
        now = self._clock()
        window = int(now // WINDOW_SECONDS)
        if window != self._window:
            self._window, self._counts = window, {}
        count = self._counts.setdefault((limit.name, whose), _Count())
        if count.own + count.others + amount > most and count.own + count.others > 0:
            return max(1, round((window + 1) * WINDOW_SECONDS - now))
        count.own += amount
        return 0

    async def start(self) -> None:
        if self._storage is not None:
            self._task = asyncio.create_task(self._share_always(), name="rates")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def share(self) -> None:
        """Adds what was counted here to the count of all, and learns of what the others counted."""
        storage, window = self._storage, self._window
        if storage is None:
            return
        for (name, whose), count in list(self._counts.items()):
            fresh, most = count.own - count.shared, self._limits.changed.get(name) or DEFAULTS[name]
            if count.own * NEGLIGIBLE < most:
                continue
            item = self._items.setdefault(name, RateLimitItemPerSecond(1, WINDOW_SECONDS, namespace=f"rate-{name}"))
            key = item.key_for(whose, str(window))
            if fresh:
                all_together = await storage.incr(key, KEPT_SECONDS, amount=fresh)
            else:
                all_together = await storage.get(key)
            count.shared += fresh
            count.others = max(0, all_together - count.shared)

    async def _share_always(self) -> None:
        while True:
            await asyncio.sleep(SHARE_SECONDS)
            try:
                await self.share()
            except Exception as error:
                # Limits hold on, by what each process counts alone.
                log.warning("rates are counted by this process alone: %s", type(error).__name__)


def shared_storage(url: str) -> Storage | None:
    """Where counts are shared; None where there is no Redis."""
    if not url.startswith("redis"):
        return None
    return RedisStorage(
        f"async+{url}",
        implementation="redispy",
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
    )
