"""What is posted: entries of the feed by batches (EVERY), or results as they changed (LATEST)."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime

import orjson

from tallywire.client import Client, Report, UpdateKind
from tallywire.client.generated.result_updates import ResultUpdatesResultUpdates as Update
from tallywire.relay.state import Course, Message

REPORTS_A_MESSAGE = 100
# Read ahead of the receiver, so that a slow one is sent full messages; beyond it the feed waits at the server.
REPORTS_WAITING_MAX = 1_000


class Messages:
    """The messages of one course."""

    def __init__(self, client: Client, course: Course) -> None:
        self._client = client
        self._course = course

    async def after(self, cursor: str | None) -> AsyncGenerator[Message, None]:
        """Everything behind `cursor`, without end. Raises RefusedError."""
        made = self._reports(cursor) if self._course.mode == "every" else self._results(cursor)
        async with aclosing(made) as messages:
            async for message in messages:
                yield message

    async def _results(self, cursor: str | None) -> AsyncGenerator[Message, None]:
        updates = self._client.result_updates(
            self._course.election, contest_ids=self._contests, area_ids=self._areas, after=cursor
        )
        async for update in updates:
            if update.kind is not UpdateKind.HEARTBEAT and (update.results or update.kind is UpdateKind.SNAPSHOT):
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
