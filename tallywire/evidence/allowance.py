"""How many photographs one person may send: an hour, and at once. Counted by each process for itself."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from time import time

from limits import RateLimitItemPerHour
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from tallywire.evidence import refusal

ALL_AT_ONCE = 200
ONE_PERSON_AT_ONCE = 6


class Allowance:
    def __init__(self, uploads_per_hour: int, bytes_per_hour: int) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._uploads = RateLimitItemPerHour(uploads_per_hour, namespace="evidence-uploads")
        self._bytes = RateLimitItemPerHour(bytes_per_hour, namespace="evidence-bytes")
        self._under_way: Counter[str] = Counter()

    @contextlib.contextmanager
    def turn(self, person_id: str) -> Iterator[None]:
        """While one upload is under way; raises RefusedError where too many are."""
        if self._under_way[person_id] >= ONE_PERSON_AT_ONCE:
            raise refusal.too_many_uploads(1)
        if self._under_way.total() >= ALL_AT_ONCE:
            raise refusal.busy()
        self._under_way[person_id] += 1
        try:
            yield
        finally:
            self._under_way[person_id] -= 1
            if not self._under_way[person_id]:
                del self._under_way[person_id]

    async def count_upload(self, person_id: str) -> None:
        """Raises RefusedError."""
        await self._count(self._uploads, person_id, 1)

    async def count_bytes(self, person_id: str, number: int) -> None:
        """Raises RefusedError."""
        await self._count(self._bytes, person_id, number)

    async def _count(self, item: RateLimitItemPerHour, person_id: str, cost: int) -> None:
        if not await self._limiter.hit(item, person_id, cost=cost):
            stats = await self._limiter.get_window_stats(item, person_id)
            raise refusal.too_many_uploads(max(1, int(stats.reset_time - time())))
