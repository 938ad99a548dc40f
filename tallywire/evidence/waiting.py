"""Tallies that wait for photographs: looked at when one arrives, and every half minute by each process.

A photograph may be stored while its tally is being judged, neither seeing the other: the second look finds the pair.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from db.database import Database, is_away
from db.evidence_release import release_photographed

LOOK_SECONDS = 30.0
log = logging.getLogger(__name__)


class Waiting:
    """`ring` is called with each election in which something was released."""

    def __init__(self, database: Database, ring: Callable[[str], None]) -> None:
        self._database = database
        self._ring = ring
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._look_again(), name="tallies that wait for photographs")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def arrived(self, sha256: str | None) -> None:
        """Never raises: the photograph is stored, whatever becomes of its tally now."""
        try:
            for election_id in await release_photographed(self._database.pool, sha256):
                self._ring(election_id)
        except Exception as error:
            if is_away(error):
                log.warning("tallies that wait for photographs are looked at later: %s", type(error).__name__)
            else:
                log.exception("tallies that wait for photographs")

    async def _look_again(self) -> None:
        while True:
            await self.arrived(None)
            await asyncio.sleep(LOOK_SECONDS)
