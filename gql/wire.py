"""graphql-transport-ws: Strawberry's own handler, whose subscriptions are served by groups wherever they can be."""

import asyncio
import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
from starlette.websockets import WebSocket
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    CompleteMessage,
    ConnectionInitMessage,
    SubscribeMessage,
)
from strawberry.types import ExecutionResult

from db.database import is_away
from feed.kinds import Ending
from feed.readers import Reader
from feed.reports import UnknownPositionError
from gql.closing import BEGINS_AGAIN, COME_LATER
from gql.context import Context
from gql.errors import ApiError, full
from gql.groups import Seat
from gql.limits import SUBSCRIPTIONS_A_SOCKET, SUBSCRIPTIONS_A_TOKEN, SUBSCRIPTIONS_AN_ADDRESS
from gql.line import LINE, AsgiLine, Line
from gql.meters import DELIVERIES
from gql.occupancy import FullError
from gql.presence import COME_BACK
from gql.resolvers.lookup import unknown_position

if TYPE_CHECKING:
    from gql.view import View

CLOSING = {
    Ending.AWAY: (BEGINS_AGAIN.code, "The feed begins again: come back with the last cursor"),
    Ending.SLOW: (COME_LATER.code, "Too slow for every update: come back with the last cursor"),
}
END = b"}"
# A line tells when it is nearly empty; where the limit is lower still, it is looked at so often.
AGAIN_SECONDS = 0.05


class SocketReader(Reader):
    """One operation of a socket; `limit`: bytes that may wait on its line before it counts as slow."""

    __slots__ = ("_limit", "_line", "_start")

    def __init__(self, line: Line, operation_id: str, limit: int) -> None:
        super().__init__()
        self._line = line
        self._start = b'{"id":%b,"type":"next","payload":' % orjson.dumps(operation_id)
        self._limit = limit

    def has_room(self) -> bool:
        return self._line.waiting() < self._limit

    async def room(self) -> None:
        """Of many on one line that wait, one after another finds out whether there still is."""
        while not self.has_room():
            await self._line.drained()
            if not self.has_room():
                await asyncio.sleep(AGAIN_SECONDS)

    def write(self, body: bytes) -> None:
        DELIVERIES.inc()
        self._line.put(self._start, body, END)


class Handler(BaseGraphQLTransportWSHandler[Context, None]):
    """One socket."""

    view: "View"

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._line: Line | None = None

    async def handle(self) -> None:
        self.context.services.presence.reads(self.context.request.scope, self.leave)
        await super().handle()

    async def leave(self) -> None:
        """This process ends: the client is told to come back, once all is answered that it asked besides."""
        while answering := [
            operation.task
            for operation in self.operations.values()
            if operation.task
            and not operation.task.done()
            and not self.view.guard.is_subscription(operation.query, operation.operation_name)
        ]:
            await asyncio.wait(answering)
        await self.line.shut(COME_BACK.code, COME_BACK.reason)

    def on_request_accepted(self) -> None:
        """A timer in the place of Strawberry's task: of thousands who come at once nearly all say init in time."""
        wait = self.connection_init_wait_timeout.total_seconds()
        timer = asyncio.get_running_loop().call_later(wait, self._begin_timeout)
        # Strawberry cancels it when the init comes, which is all that a task and a timer have in common.
        self.connection_init_timeout_task = timer  # type: ignore[assignment]

    def _begin_timeout(self) -> None:
        self.connection_init_wait_timeout = timedelta()
        self.connection_init_timeout_task = asyncio.create_task(self.handle_connection_init_timeout())

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        try:
            await super().handle_connection_init(message)
        except ApiError as error:
            await self.websocket.close(COME_LATER.code, error.message)

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """What the socket's own protocol asks for comes first; then, whether one more operation is taken."""
        operation_id, payload = message["id"], message["payload"]
        if not self.connection_acknowledged or operation_id in self.operations:
            await super().handle_subscribe(message)
            return
        try:
            payload["query"] = self.view.edge.documents.text_of(dict(payload)) or payload["query"]
            places = self._places()
        except ApiError as error:
            await self.send_message({"id": operation_id, "type": "error", "payload": [error.formatted]})
            return
        await super().handle_subscribe(message)
        operation = self.operations.get(operation_id)
        if operation is None or operation.task is None:
            places.close()
        else:
            operation.task.add_done_callback(lambda _task: places.close())

    def _places(self) -> contextlib.ExitStack:
        """Room for one more operation, given back when it is closed. Raises ApiError."""
        edge, context = self.view.edge, self.context
        edge.admit(context.address, context.person)
        most = edge.limits.most(SUBSCRIPTIONS_A_SOCKET)
        if most is not None and len(self.operations) >= most:
            raise full(SUBSCRIPTIONS_A_SOCKET, most)
        whose = edge.addresses.counted(context.address)
        places = contextlib.ExitStack()
        try:
            places.enter_context(edge.occupancy.place(SUBSCRIPTIONS_AN_ADDRESS, whose))
            token = context.person.id if context.person and whose else None
            places.enter_context(edge.occupancy.place(SUBSCRIPTIONS_A_TOKEN, token))
        except FullError as error:
            places.close()
            raise full(error.limit, error.most) from error
        return places

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        seat = await self.view.groups.ask(operation.query, operation.variables, operation.operation_name, self.context)
        if seat is None:
            await super().run_operation(operation)
            return
        try:
            await self._serve(operation, seat)
        except Exception as error:
            if is_away(error):
                await self._end(operation, Ending.AWAY)
                return
            await self.handle_task_exception(error)
            await operation.send_operation_message(CompleteMessage(id=operation.id, type="complete"))

    async def _serve(self, operation: Operation[Context, None], seat: Seat) -> None:
        reader = SocketReader(self.line, operation.id, self.view.buffer_bytes)
        try:
            ending = await self.view.groups.sit(seat, reader, seat.asked.after)
        except ApiError as error:
            await operation.send_initial_errors([error])
            return
        except UnknownPositionError:
            if reader.position is None:
                await super().run_operation(operation)
                return
            await operation.send_next(ExecutionResult(data=None, errors=[unknown_position("after")]))
            ending = Ending.GONE
        await self._end(operation, ending)

    async def _end(self, operation: Operation[Context, None], ending: Ending) -> None:
        if ending in CLOSING:
            await self.line.shut(*CLOSING[ending])
            return
        await self.line.drained()
        await operation.send_operation_message(CompleteMessage(id=operation.id, type="complete"))

    @property
    def line(self) -> Line:
        if self._line is None:
            socket: WebSocket = self.websocket.ws  # type: ignore[attr-defined]
            direct: Line | None = socket.scope.get("extensions", {}).get(LINE)
            self._line = direct or AsgiLine(socket.send_text, socket.close)
        return self._line

    async def shutdown(self) -> None:
        if isinstance(self._line, AsgiLine):
            self._line.stop()
        timer = self.connection_init_timeout_task
        if timer is not None and not isinstance(timer, asyncio.Task):
            timer.cancel()
            self.connection_init_timeout_task = None
        await super().shutdown()
