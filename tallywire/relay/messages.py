"""What is posted: entries of the feed by batches (EVERY), or results as they changed (LATEST)."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import cast

import orjson

from tallywire.client import Client, Report, UpdateKind
from tallywire.client.generated.result_updates import ResultUpdatesResultUpdates as Update
from tallywire.relay.fitting import fitting
from tallywire.relay.state import Course, Message

REPORTS_A_MESSAGE = 100
REPORTS_A_PAGE = 500
# Read ahead of the receiver, so that a slow one is sent full messages; beyond it the feed waits at the server.
REPORTS_WAITING_MAX = 1_000


class Messages:
    """The messages of one course. `reached`: how far `new` has read, whether or not anything of it was to be told."""

    def __init__(self, client: Client, course: Course, *, patience: float | None = None) -> None:
        """`patience`: seconds without a line to the server until UnreachableError; None: for ever."""
        self._client = client
        self._course = course
        self._patience = patience
        self.reached: str | None = None

    async def after(self, cursor: str | None) -> AsyncGenerator[Message, None]:
        """Everything behind `cursor`, without end. Raises RefusedError."""
        made = self._reports(cursor) if self._course.mode == "every" else self._results(cursor)
        async with aclosing(made) as messages:
            async for message in messages:
                yield message

    async def new(self, cursor: str | None) -> AsyncGenerator[Message, None]:
        """What there is behind `cursor` by now, to its end. Raises RefusedError, UnreachableError."""
        made = self._new_reports(cursor) if self._course.mode == "every" else self._new_results(cursor)
        async with aclosing(made) as messages:
            async for message in messages:
                yield message

    async def _new_results(self, cursor: str | None) -> AsyncGenerator[Message, None]:
        """What a subscription says first: all that changed since, or everything."""
        async with aclosing(self._updates(cursor)) as updates:
            async for update in updates:
                self.reached = update.cursor
                if _tells(update):
                    yield self._results_message(update)
                return

    async def _new_reports(self, cursor: str | None) -> AsyncGenerator[Message, None]:
        """Up to the entry that is the newest at the start: on a busy night there is always one more."""
        fits = await fitting(self._client, self._course)
        found = await self._client.election(self._course.election)
        newest = found.cursor if found is not None else None
        more = True
        while more:
            page = await self._client.feed(self._course.election, after=cursor, first=REPORTS_A_PAGE)
            told = [report for report in page.reports if fits(report)]
            for first in range(0, len(told), REPORTS_A_MESSAGE):
                yield self._reports_message(told[first : first + REPORTS_A_MESSAGE])
            self.reached = cursor = page.cursor
            more = page.has_more and all(report.cursor != newest for report in page.reports)

    def _updates(self, cursor: str | None) -> AsyncGenerator[Update, None]:
        updates = self._client.result_updates(
            self._course.election,
            contest_ids=self._contests,
            area_ids=self._areas,
            after=cursor,
            patience=self._patience,
        )
        return cast(AsyncGenerator[Update, None], updates)

    async def _results(self, cursor: str | None) -> AsyncGenerator[Message, None]:
        async with aclosing(self._updates(cursor)) as updates:
            async for update in updates:
                if _tells(update):
                    yield self._results_message(update)

    def _results_message(self, update: Update) -> Message:
        told = update.model_dump(by_alias=True, mode="json")
        return self._message("results", {"electionId": self._course.election, **told}, update.cursor)

    async def _reports(self, cursor: str | None) -> AsyncGenerator[Message, None]:
        waiting: asyncio.Queue[Report] = asyncio.Queue(REPORTS_WAITING_MAX)
        reading = asyncio.create_task(self._read(cursor, waiting))
        try:
            while True:
                batch = [await _next(waiting, reading)]
                while len(batch) < REPORTS_A_MESSAGE and not waiting.empty():
                    batch.append(waiting.get_nowait())
                yield self._reports_message(batch)
        finally:
            reading.cancel()

    async def _read(self, cursor: str | None, waiting: asyncio.Queue[Report]) -> None:
        reports = self._client.tally_reports(
            self._course.election, contest_ids=self._contests, area_ids=self._areas, after=cursor
        )
        async for report in reports:
            await waiting.put(report)

    def _reports_message(self, batch: list[Report]) -> Message:
        reports = [report.model_dump(by_alias=True, mode="json") for report in batch]
        cursor = batch[-1].cursor
        told: dict[str, object] = {"electionId": self._course.election, "cursor": cursor, "reports": reports}
        return self._message("reports", told, cursor)

    def _message(self, kind: str, data: dict[str, object], cursor: str) -> Message:
        body = orjson.dumps({"type": kind, "timestamp": datetime.now(UTC).isoformat(), "data": data})
        # By what is told, positions among it: the same has the same id, even from a relay that lost its state.
        named = hashlib.sha256(orjson.dumps(data)).hexdigest()[:32]
        return Message(f"msg_{named}", body.decode(), cursor)

    @property
    def _contests(self) -> list[str] | None:
        return list(self._course.contests) or None

    @property
    def _areas(self) -> list[str] | None:
        return list(self._course.areas) or None


def _tells(update: Update) -> bool:
    return update.kind is not UpdateKind.HEARTBEAT and (bool(update.results) or update.kind is UpdateKind.SNAPSHOT)


async def _next(waiting: asyncio.Queue[Report], reading: "asyncio.Task[None]") -> Report:
    """The next one; what ended the reading where there is none."""
    if waiting.empty() and not reading.done():
        getting = asyncio.create_task(waiting.get())
        await asyncio.wait({getting, reading}, return_when=asyncio.FIRST_COMPLETED)
        if getting.done():
            return getting.result()
        getting.cancel()
    if waiting.empty():
        reading.result()
        raise RuntimeError("the server ended the feed")
    return waiting.get_nowait()
