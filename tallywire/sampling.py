"""Gauges of one serving process, set each second, so that all workers' together are right whichever is asked."""

import asyncio
import contextlib
import importlib.metadata
import logging
import time
from collections.abc import Callable

import psutil

from db.database import Database, is_away
from db.figures import read_figures
from feed.bell import Bell
from feed.tail import Tail
from gql.presence import Presence
from tallywire import meters
from tallywire.follow.follower import Follower
from tallywire.garbage import SEARCHES

STEP_SECONDS = 1.0
# What the database is asked for.
FIGURES_SECONDS = 5.0
# The event loop's worst delay is kept so long, that a scrape sees it.
WORST_SECONDS = 15.0
DATABASE_SECONDS = 3.0
log = logging.getLogger(__name__)


class Sampling:
    """`waiting`: submissions that wait in this process."""

    def __init__(
        self,
        database: Database,
        tail: Tail,
        bell: Bell,
        presence: Presence,
        waiting: Callable[[], int],
        follower: Follower | None,
    ) -> None:
        self._database = database
        self._tail = tail
        self._bell = bell
        self._presence = presence
        self._waiting = waiting
        self._follower = follower
        self._process = psutil.Process()
        self._cpu = 0.0
        self._delays: list[tuple[float, float]] = []
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        meters.WORKERS.set(1)
        meters.BUILD.labels(version()).set(1)
        meters.BELL_WANTED.set(self._bell.shared)
        self._sample()
        self._tasks = [
            asyncio.create_task(self._each_second(), name="gauges"),
            asyncio.create_task(self._ask_database(), name="gauges of elections"),
        ]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _each_second(self) -> None:
        clock = time.monotonic
        while True:
            asked = clock()
            await asyncio.sleep(STEP_SECONDS)
            now = clock()
            self._delays = [(at, late) for at, late in self._delays if at > now - WORST_SECONDS]
            self._delays.append((now, max(0.0, now - asked - STEP_SECONDS)))
            with contextlib.suppress(psutil.Error):
                self._sample()
                # Of ten thousand sockets the list alone takes long.
                meters.FILES.set(await asyncio.to_thread(self._process.num_fds))

    def _sample(self) -> None:
        spent = sum(self._process.cpu_times()[:2])
        meters.CPU.inc(max(0.0, spent - self._cpu))
        self._cpu = spent
        meters.MEMORY.set(self._process.memory_info().rss)
        meters.LOOP_LAG.set(max((late for _, late in self._delays), default=0.0))
        for generation, seconds in SEARCHES.taken():
            meters.GARBAGE_SECONDS.labels(str(generation)).observe(seconds)
        meters.TAIL_AGE.set(self._tail.lag_seconds)
        meters.WAITING.set(self._waiting())
        meters.READERS.set(len(self._presence.readers))
        used, idle, most = self._database.connections()
        for state, count in (("used", used), ("idle", idle), ("most", most)):
            meters.POOL.labels(state).set(count)

    async def _ask_database(self) -> None:
        while True:
            try:
                async with asyncio.timeout(DATABASE_SECONDS):
                    await self._elections()
                meters.DATABASE_UP.set(1)
            except Exception as error:
                meters.DATABASE_UP.set(0)
                if not is_away(error):
                    log.exception("the gauges of elections cannot be read")
            await asyncio.sleep(FIGURES_SECONDS)

    async def _elections(self) -> None:
        for one in await read_figures(self._database.pool):
            for gauge, value in (
                (meters.ENTRIES, one.entries),
                (meters.SEALED, one.sealed),
                (meters.UNSEALED_AGE, one.unsealed_age),
                (meters.HEAD_AGE, one.head_age),
                (meters.CUT, one.cut),
                (meters.CUT_AGE, one.cut_age),
                (meters.HELD, one.held),
                (meters.HELD_AGE, one.held_age),
            ):
                gauge.labels(one.election_id).set(value)
        for status in self._follower.statuses() if self._follower else ():
            meters.FOLLOW_REFUSED.labels(status.election).set(status.refused)
            meters.FOLLOW_AGE.labels(status.election).set(-1 if status.age is None else status.age)


def version() -> str:
    return importlib.metadata.version("tallywire")
