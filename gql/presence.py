"""Who has which connection open: revoking a person ends them, sockets and event streams alike, on every node.

Whatever serves a connection runs inside `Presence.guard`; whoever learns whose it is says so with `enter`, and whoever
serves a reader on it with `reads`: where this process ends, readers are told to come back. Ending a connection cancels
the task that serves it, so that nothing of it goes on, and then tells the client why.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from gql.closing import BEGINS_AGAIN, FORBIDDEN
from gql.framing import COME_BACK as COME_BACK_ERROR
from gql.framing import PARTS, asks_for_a_stream, asks_for_parts
from gql.limits import SOCKETS_A_TOKEN
from gql.occupancy import Occupancy

# graphql-sse has no word for "come back": a stream that ends without `complete` is opened again after so long.
RETRY_MS = 1_000
LEFT_SECONDS_MAX = 2.0
KEY = "tallywire.connection"
_REVOKED: dict[str, object] = {
    "message": "This token was revoked",
    "extensions": {
        "code": "UNAUTHENTICATED",
        "messages": {"TH": "โทเค็นนี้ถูกยกเลิกแล้ว", "EN": "This token was revoked"},
    },
}
# graphql-sse: the error as the last result, then the end of the operation.
_REVOKED_EVENT = b"event: next\ndata: %b\n\nevent: complete\ndata: \n\n" % orjson.dumps(
    {"data": None, "errors": [_REVOKED]}
)


def holds_open(scope: Scope) -> bool:
    """Whether the answer may last as long as its reader: a socket, a stream."""
    return scope["type"] == "websocket" or (scope["type"] == "http" and asks_for_a_stream(_accept(scope)))


def _accept(scope: Scope) -> str:
    return b",".join(value for name, value in scope["headers"] if name == b"accept").decode("latin-1")


@dataclass(frozen=True, slots=True)
class Goodbye:
    """What a client is told at the end: a socket's close code and reason, the last bytes of a stream of either kind."""

    code: int
    reason: str
    event: bytes
    part: bytes


REVOKED = Goodbye(FORBIDDEN.code, "Revoked", _REVOKED_EVENT, PARTS.broken_off(_REVOKED))
COME_BACK = Goodbye(
    BEGINS_AGAIN.code,
    "This node ends: come back with the last cursor",
    b"retry: %d\n\n" % RETRY_MS,
    PARTS.broken_off(COME_BACK_ERROR),
)


@dataclass(eq=False, slots=True)
class Connection:
    """One open connection and the task that serves it. `leave` where a reader is served: tells it to come back."""

    task: "asyncio.Task[None]"
    lasting: bool = False
    counted: bool = False
    person_id: str | None = None
    goodbye: Goodbye | None = None
    leave: Callable[[], Awaitable[None]] | None = None

    def end(self, goodbye: Goodbye) -> None:
        self.goodbye = goodbye
        self.task.cancel()

    async def end_stream(self) -> None:
        """How the reader of an event stream is told to come back."""
        self.end(COME_BACK)


@dataclass(slots=True)
class Presence:
    """The open connections of this process: those of people, by person, and those of readers, whoever they are."""

    occupancy: Occupancy = field(default_factory=Occupancy)
    _open: dict[str, set[Connection]] = field(default_factory=dict)
    _readers: set[Connection] = field(default_factory=set)

    def guard(self, app: ASGIApp) -> ASGIApp:
        """The same application, whose connections can be ended."""

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            await self._serve(app, scope, receive, send)

        return guarded

    def enter(self, scope: Scope, person_id: str, *, counted: bool = True) -> None:
        """The connection of this scope is this person's; of nobody before, or of another until now.

        Raises FullError where the person has as many open as there may be.
        """
        connection: Connection | None = scope.get(KEY)
        if connection is not None and connection.person_id != person_id:
            self._leave(connection)
            connection.counted = counted and connection.lasting
            if connection.counted:
                self.occupancy.enter(SOCKETS_A_TOKEN, person_id)
            connection.person_id = person_id
            self._open.setdefault(person_id, set()).add(connection)

    def reads(self, scope: Scope, leave: Callable[[], Awaitable[None]] | None = None) -> None:
        """On this connection a reader is served; without `leave`, one of an event stream."""
        connection: Connection | None = scope.get(KEY)
        if connection is not None:
            connection.leave = leave or connection.end_stream
            self._readers.add(connection)

    @property
    def readers(self) -> list[Connection]:
        return list(self._readers)

    def close(self, person_ids: Iterable[str]) -> int:
        """Ends all that these people have open; how many."""
        ended = [connection for person_id in person_ids for connection in self._open.get(person_id, ())]
        for connection in ended:
            connection.end(REVOKED)
        return len(ended)

    @property
    def people(self) -> int:
        """How many people have something open here."""
        return len(self._open)

    async def _serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        assert task is not None
        connection = scope[KEY] = Connection(task, lasting=holds_open(scope))
        try:
            await app(scope, receive, send)
        except asyncio.CancelledError:
            if connection.goodbye is None:
                raise
            task.uncancel()
        finally:
            self._leave(connection)
            if connection.goodbye is None:
                self._readers.discard(connection)
            # The task knows the scope, and this the task.
            scope.pop(KEY, None)
        if connection.goodbye is not None:
            await _tell(scope, send, connection.goodbye)
            self._readers.discard(connection)

    def _leave(self, connection: Connection) -> None:
        if connection.person_id is None:
            return
        if connection.counted:
            self.occupancy.leave(SOCKETS_A_TOKEN, connection.person_id)
        there = self._open.get(connection.person_id, set())
        there.discard(connection)
        if not there:
            self._open.pop(connection.person_id, None)
        connection.person_id = None


async def _tell(scope: Scope, send: Send, goodbye: Goodbye) -> None:
    """A client that is gone by now needs no reason; one that takes no bytes is not waited for."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(LEFT_SECONDS_MAX):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": goodbye.code, "reason": goodbye.reason})
            else:
                last = goodbye.part if asks_for_parts(_accept(scope)) else goodbye.event
                await send({"type": "http.response.body", "body": last, "more_body": False})
