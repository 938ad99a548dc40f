"""GraphQL over HTTP as a phone speaks it: one body, one answer, and the same body again until there is one."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from .backoff import waits
from .refusals import RefusedError, UnansweredError, UnreachableError, data_of

# An answer that takes longer is given up, in seconds.
ANSWER_SECONDS_MAX = 15.0
# Without any answer at all for this long, the server is gone for good.
PATIENCE_SECONDS = 600.0
# How often one request may be answered with an error that the server calls its own fault.
FAULTS_MAX = 6
OWN_FAULTS = frozenset({"INTERNAL", "INTERNAL_ERROR", "INTERNAL_SERVER_ERROR"})
ASK_AGAIN_STATUS = frozenset({408, 429, 500, 502, 503, 504, 507})
# Photographs wait their turn at the server.
UPLOAD_SECONDS_MAX = 120.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`seconds`: from sending to answer, of the attempt that was answered. `attempts`: 1 and more."""

    data: dict[str, Any]
    seconds: float
    attempts: int


class Wire:
    """A pool of keep-alive connections to one server.

    `trouble`: why the last attempt was not answered, until one is answered again.
    """

    def __init__(self, session: aiohttp.ClientSession, url: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self.session = session
        self.origin = url.rstrip("/").removesuffix("/graphql")
        self.address = f"{self.origin}/graphql"
        self._patience_seconds = patience_seconds
        self._answered_at = time.monotonic()
        self.trouble: str | None = None

    async def call(
        self, body: bytes, token: str | None, *, give_up_after: float | None = None, patience: float | None = None
    ) -> Answer:
        """Sends `body` until it is answered, the same bytes each time.

        `give_up_after`: seconds the first attempt waits. Raises RefusedError, UnreachableError.
        """
        faults = 0
        started = time.monotonic()
        for attempts, wait in enumerate(waits(), start=1):
            limit = give_up_after if give_up_after is not None and attempts == 1 else ANSWER_SECONDS_MAX
            began = time.perf_counter()
            try:
                data = await self.attempt(body, token, limit)
            except RefusedError as refusal:
                faults += 1
                if refusal.code not in OWN_FAULTS or faults >= FAULTS_MAX:
                    raise
            except UnansweredError as failure:
                if attempts > 1 or give_up_after is None:
                    self.trouble = str(failure)
                self._check_patience(started, patience or self._patience_seconds, failure)
            else:
                self.trouble = None
                self._answered_at = time.monotonic()
                return Answer(data, time.perf_counter() - began, attempts)
            await asyncio.sleep(wait)
        raise AssertionError("unreachable")

    async def attempt(self, body: bytes, token: str | None, limit: float) -> dict[str, Any]:
        """One POST. Raises UnansweredError where another attempt may help, else RefusedError."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        timeout = aiohttp.ClientTimeout(total=limit)
        try:
            async with self.session.post(self.address, data=body, headers=headers, timeout=timeout) as response:
                content = await response.read()
                status = response.status
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError) as failure:
            raise UnansweredError(str(failure) or type(failure).__name__) from failure
        except aiohttp.ClientError as failure:
            raise RefusedError("NO_GRAPHQL", f"{self.address}: {failure or type(failure).__name__}") from failure
        return _data_of(status, content)

    async def get(self, path: str, token: str | None, etag: str | None) -> tuple[int, Mapping[str, str], bytes]:
        """Status (200 or 304), headers and content of one file. Raises RefusedError, UnreachableError."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if etag is not None:
            headers["If-None-Match"] = etag
        started = time.monotonic()
        for wait in waits():
            try:
                async with self.session.get(
                    self.origin + path, headers=headers, timeout=aiohttp.ClientTimeout(total=UPLOAD_SECONDS_MAX)
                ) as response:
                    content = await response.read()
                if response.status in (200, 304):
                    return response.status, response.headers, content
                if response.status not in ASK_AGAIN_STATUS:
                    raise RefusedError(f"HTTP_{response.status}", content[:500].decode(errors="replace"))
                self._check_patience(started, self._patience_seconds, UnansweredError(f"HTTP {response.status}"))
            except (aiohttp.ClientError, TimeoutError) as failure:
                self._check_patience(started, self._patience_seconds, failure)
            await asyncio.sleep(wait)
        raise AssertionError("unreachable")

    async def put(self, path: str, body: bytes, token: str | None) -> int:
        """The status of one upload, sent until there is an answer that is no fault of the server's.

        Raises UnreachableError.
        """
        started = time.monotonic()
        for attempt, wait in enumerate(waits(), start=1):
            try:
                status = await self._put(path, body, token)
            except UnansweredError as failure:
                self._check_patience(started, self._patience_seconds, failure)
            else:
                self._answered_at = time.monotonic()
                if status not in ASK_AGAIN_STATUS or attempt >= FAULTS_MAX:
                    return status
            await asyncio.sleep(wait)
        raise AssertionError("unreachable")

    async def _put(self, path: str, body: bytes, token: str | None) -> int:
        headers = {"Content-Type": "image/jpeg"} | ({"Authorization": f"Bearer {token}"} if token else {})
        timeout = aiohttp.ClientTimeout(total=UPLOAD_SECONDS_MAX)
        try:
            address = self.origin + path
            async with self.session.put(address, data=body, headers=headers, timeout=timeout) as response:
                await response.read()
                return response.status
        except (aiohttp.ClientError, TimeoutError) as failure:
            raise UnansweredError(str(failure) or type(failure).__name__) from failure

    def _check_patience(self, started: float, patience: float, failure: Exception) -> None:
        if time.monotonic() - max(started, self._answered_at) > patience:
            raise UnreachableError(f"no answer from {self.address} for {patience:.0f} s ({failure})") from failure


@asynccontextmanager
async def open_wire(url: str, connections: int, patience_seconds: float = PATIENCE_SECONDS) -> AsyncIterator[Wire]:
    """A wire with at most `connections` connections, closed at the end."""
    connector = aiohttp.TCPConnector(limit=connections, keepalive_timeout=60)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Wire(session, url, patience_seconds)


def _data_of(status: int, content: bytes) -> dict[str, Any]:
    if status >= 500 or status == 429:
        raise UnansweredError(f"HTTP {status}")
    try:
        answer = orjson.loads(content)
    except orjson.JSONDecodeError as fault:
        raise RefusedError(f"HTTP_{status}", "the answer is no JSON") from fault
    if not isinstance(answer, dict):
        raise RefusedError(f"HTTP_{status}", "the answer is no GraphQL answer")
    return data_of(answer, f"HTTP_{status}")
