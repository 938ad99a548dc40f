"""Who has which connection open: revoking a person ends them, sockets and event streams alike, on every node.

Whatever serves a connection runs inside `Presence.guard`; whoever learns whose it is says so with `enter`. Ending one
cancels the task that serves it, so that nothing of it goes on, and then tells the client why.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

REVOKED_CODE = 4403
REVOKED_REASON = "Revoked"
KEY = "tallywire.connection"
# graphql-sse: the error as the last result, then the end of the operation.
REVOKED_EVENT = (
    'event: next\ndata: {"data":null,"errors":[{"message":"This token was revoked","extensions":{"code":'
    '"UNAUTHENTICATED","messages":{"TH":"โทเค็นนี้ถูกยกเลิกแล้ว","EN":"This token was revoked"}}}]}\n\n'
    "event: complete\ndata: \n\n"
).encode()


@dataclass(eq=False, slots=True)
class Connection:
    """One open connection and the task that serves it."""

    task: "asyncio.Task[None]"
    person_id: str | None = None
    revoked: bool = False


@dataclass(slots=True)
class Presence:
    """The open connections of this process, by person; those of the public are not kept."""

    _open: dict[str, set[Connection]] = field(default_factory=dict)

    def guard(self, app: ASGIApp) -> ASGIApp:
        """The same application, whose connections can be ended."""

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            await self._serve(app, scope, receive, send)

        return guarded

    def enter(self, scope: Scope, person_id: str) -> None:
        """The connection of this scope is this person's; of nobody before, or of another until now."""
        connection: Connection | None = scope.get(KEY)
        if connection is not None:
            self._leave(connection)
            connection.person_id = person_id
            self._open.setdefault(person_id, set()).add(connection)

    def close(self, person_ids: Iterable[str]) -> int:
        """Ends all that these people have open; how many."""
        ended = [connection for person_id in person_ids for connection in self._open.get(person_id, ())]
        for connection in ended:
            connection.revoked = True
            connection.task.cancel()
        return len(ended)

    @property
    def people(self) -> int:
        """How many people have something open here."""
        return len(self._open)

    async def _serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        assert task is not None
        connection = scope[KEY] = Connection(task)
        try:
            await app(scope, receive, send)
        except asyncio.CancelledError:
            if not connection.revoked:
                raise
            task.uncancel()
        finally:
            self._leave(connection)
        if connection.revoked:
            await _tell(scope, send)

    def _leave(self, connection: Connection) -> None:
        if connection.person_id is None:
            return
        there = self._open.get(connection.person_id, set())
        there.discard(connection)
        if not there:
            self._open.pop(connection.person_id, None)


async def _tell(scope: Scope, send: Send) -> None:
    """A client that is gone by now needs no reason."""
    with contextlib.suppress(Exception):
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": REVOKED_CODE, "reason": REVOKED_REASON})
        else:
            await send({"type": "http.response.body", "body": REVOKED_EVENT, "more_body": False})
