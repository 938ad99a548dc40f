"""The way in for tallies: submissions that wait together share one transaction (group commit).

While a batch is on its way to disk the next ones gather; so the batch grows with the load, and a single tally on a
quiet evening waits for nobody. A caller who goes away takes nothing back: what was handed in is written.
"""

import asyncio
import contextlib
import contextvars
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncpg

from db.answers import Answer, Request
from db.batch import DefinitionOutdatedError, write_batch
from db.database import Database, is_away
from db.definitions import ElectionDefinition
from db.meters import ANSWER, BATCH, BATCH_SECONDS, UNAVAILABLE, count_answers
from db.spreads import SpreadBook

BATCH_MAX = 128
WAITING_MAX = 20_000
# Whoever sends has given up by then, or should: the tally is kept there, and sent again.
ANSWER_SECONDS_MAX = 25.0
COMPLAIN_SECONDS = 10.0
log = logging.getLogger(__name__)

DefinitionReader = Callable[[str], Awaitable[ElectionDefinition | None]]


class SubmissionUnavailableError(Exception):
    """Nothing is known to be written: keep the tally and send it again, under the same id."""


@dataclass(slots=True, eq=False)
class _Waiting:
    """`since`: when it was handed in, by the monotonic clock."""

    since: float
    request: Request
    answer: "asyncio.Future[Answer]"


class Intake:
    """One election's way in, of one process. `committed(sequence)` is called after each commit."""

    def __init__(
        self,
        database: Database,
        election_id: str,
        definition_of: DefinitionReader,
        committed: Callable[[str], None],
    ) -> None:
        self._database = database
        self._election_id = election_id
        self._definition_of = definition_of
        self._committed = committed
        self._waiting: deque[_Waiting] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._spreads = SpreadBook()
        # Remembered: a batch whose definition is out of date says so, and is told the new one.
        self._definition: ElectionDefinition | None = None
        self._quiet_until = 0.0

    async def submit(self, request: Request) -> Answer:
        """The answer, once it is on disk.

        Raises SubmissionUnavailableError, also where there is no answer in time (it may be written all the same: sent
        again, it brings that answer); or what judging this one submission raised.
        """
        try:
            return await self._answer(request)
        except SubmissionUnavailableError:
            UNAVAILABLE.inc()
            raise

    async def _answer(self, request: Request) -> Answer:
        if len(self._waiting) >= WAITING_MAX:
            raise SubmissionUnavailableError
        waiting = _Waiting(time.monotonic(), request, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writer is None or self._writer.done():
            # In a context of its own: what it says in the log is no single request's.
            self._writer = asyncio.create_task(
                self._write_all(), name=f"intake {self._election_id}", context=contextvars.Context()
            )
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                return await asyncio.shield(waiting.answer)
        except TimeoutError as late:
            raise SubmissionUnavailableError from late

    @property
    def waiting(self) -> int:
        """How many wait for their transaction."""
        return len(self._waiting)

    async def close(self) -> None:
        """Waits until what was handed in is written."""
        if self._writer is not None:
            await self._writer

    async def _write_all(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(BATCH_MAX, len(self._waiting)))]
            try:
                await self._write(batch)
            except Exception as error:
                if is_away(error):
                    self._complain(error)
                _fail(batch, SubmissionUnavailableError() if is_away(error) else error)

    async def _write(self, batch: list[_Waiting]) -> None:
        try:
            await self._write_together(batch)
        except DefinitionOutdatedError:
            self._definition = None
            await self._write_together(batch)
        except Exception as error:
            if is_away(error):
                raise
            # One of them breaks a constraint (two nodes took the same call at once): each on its own, then.
            for waiting in batch:
                await self._write_alone(waiting)

    async def _write_alone(self, waiting: _Waiting) -> None:
        try:
            await self._write_together([waiting])
        except DefinitionOutdatedError:
            self._definition = None
            _fail([waiting], SubmissionUnavailableError())
        except Exception as error:
            if is_away(error) or isinstance(error, asyncpg.PostgresError):
                error = SubmissionUnavailableError()
            _fail([waiting], error)

    def _complain(self, error: Exception) -> None:
        """Now and then: a fault that lasts fills no disk."""
        if (now := time.monotonic()) >= self._quiet_until:
            self._quiet_until = now + COMPLAIN_SECONDS
            log.error("tallies of %s cannot be written, senders keep them: %r", self._election_id, error)

    async def _write_together(self, batch: list[_Waiting]) -> None:
        definition = self._definition or await self._definition_of(self._election_id)
        if definition is None:
            raise SubmissionUnavailableError
        self._definition = definition
        began = time.monotonic()
        async with self._database.pool.acquire() as connection:
            answers = await write_batch(connection, definition, [waiting.request for waiting in batch], self._spreads)
        now = time.monotonic()
        BATCH.observe(len(batch))
        BATCH_SECONDS.observe(now - began)
        count_answers(answers)
        for waiting, answer in zip(batch, answers, strict=True):
            ANSWER.observe(now - waiting.since)
            if waiting.answer.done():
                continue
            if isinstance(answer, Exception):
                waiting.answer.set_exception(answer)
            else:
                waiting.answer.set_result(answer)
        self._committed(self._election_id)


def _fail(batch: list[_Waiting], error: Exception) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            with contextlib.suppress(asyncio.InvalidStateError):
                waiting.answer.set_exception(error)
                # Its caller may have gone: nobody then reads the exception, and that is fine.
                waiting.answer.exception()
