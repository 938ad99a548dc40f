"""How often codes may be guessed: by one address, and by all together.

Only codes that nobody ever made count, never those that work: 2,500 volunteers behind one school's address enrol
unhindered, and each tenth success there buys one more slip. A mistyped code is told by its check digit and costs
nothing. With 5,000 codes out, `ENROL_GUESSES_ALL_MAX` an hour find one in 10,000 hours.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, Storage

from gql.addresses import site
from gql.limits import ENROL_GUESSES_ALL_MAX, ENROL_GUESSES_MAX
from gql.rates import shared_storage

WINDOW_MINUTES = 10
SUCCESSES_FOR_A_SLIP = 10
# What is on its way was not counted yet: so few at once that nobody gets far in between.
AT_ONCE = 4
EVERYBODY = "everybody"
ALONE_SECONDS = 30.0
log = logging.getLogger(__name__)


class TooManyGuessesError(Exception):
    """No more tries from there for now; `seconds` until the next one."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


class Attempts:
    """`url`: redis://… shares the counts among all processes; anything else keeps them in this one."""

    def __init__(
        self, url: str, guesses_max: int = ENROL_GUESSES_MAX.default, all_max: int = ENROL_GUESSES_ALL_MAX.default
    ) -> None:
        self._memory = MemoryStorage()
        self._shared = shared_storage(url)
        self._alone_until = 0.0
        self._guesses = RateLimitItemPerMinute(guesses_max, WINDOW_MINUTES, namespace="enrol-guess")
        self._successes = RateLimitItemPerMinute(guesses_max, WINDOW_MINUTES, namespace="enrol-success")
        self._all = RateLimitItemPerHour(all_max, namespace="enrol-all")
        self._turns = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def turn(self, address: str | None) -> AsyncIterator[None]:
        """Around one try; raises TooManyGuessesError instead of letting it begin."""
        async with self._turns:
            whose = site(address)
            spare = await self._count(self._successes, whose) // SUCCESSES_FOR_A_SLIP
            await self._check(self._guesses, whose, spare)
            await self._check(self._all, EVERYBODY, 0)
            yield

    async def guessed(self, address: str | None) -> None:
        await self._add(self._guesses, site(address))
        await self._add(self._all, EVERYBODY)

    async def succeeded(self, address: str | None) -> None:
        await self._add(self._successes, site(address))

    async def _check(self, item: RateLimitItem, whose: str, spare: int) -> None:
        if await self._count(item, whose) >= item.amount + spare:
            until = await self._storage().get_expiry(item.key_for(whose))
            raise TooManyGuessesError(max(1, int(until - time.time())))

    async def _count(self, item: RateLimitItem, whose: str) -> int:
        try:
            return await self._storage().get(item.key_for(whose))
        except Exception as error:
            self._fall_back(error)
            return await self._memory.get(item.key_for(whose))

    async def _add(self, item: RateLimitItem, whose: str) -> None:
        try:
            await self._storage().incr(item.key_for(whose), item.get_expiry())
        except Exception as error:
            self._fall_back(error)
            await self._memory.incr(item.key_for(whose), item.get_expiry())

    def _storage(self) -> Storage:
        if self._shared is None or time.monotonic() < self._alone_until:
            return self._memory
        return self._shared

    def _fall_back(self, error: Exception) -> None:
        """Without Redis each process counts for itself: enrolling goes on, and guessing is still limited."""
        if self._shared is None:
            raise error
        log.warning("tries at enrolment are counted by this process alone: %s", type(error).__name__)
        self._alone_until = time.monotonic() + ALONE_SECONDS
