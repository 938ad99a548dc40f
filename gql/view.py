"""`/graphql`: queries and mutations by POST, queries by GET, subscriptions over graphql-transport-ws and SSE.

Strawberry's own view and handlers, with the shapes of messages checked before them, tokens taken from the
Authorization header or the init payload, and nothing but the one WebSocket protocol.
"""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLRequestData
from strawberry.http.base import BaseRequestProtocol
from strawberry.http.exceptions import NonTextMessageReceived
from strawberry.http.streaming import HTTPStreamTransport, SSETransport, merge_stream_with_heartbeat
from strawberry.subscriptions import (
    GRAPHQL_SSE_PROTOCOL,
    GRAPHQL_TRANSPORT_WS_PROTOCOL,
    MULTIPART_SUBSCRIPTION_PROTOCOL,
)
from strawberry.types import ExecutionResult

from db.database import is_away
from db.people import Person
from gql.answer_kind import CONTENT_TYPES, RESPONSE, as_response, wants_response
from gql.body import RefusedError, headers_of, read_body
from gql.closing import BAD_MESSAGE, COME_LATER
from gql.context import Context, Services
from gql.errors import ApiError, full, unavailable
from gql.event_stream import SharedEvents, resumed
from gql.frames import BadShapeError, check_frame, check_request, parse
from gql.framing import PARTS, SERVER_SENT, PartsTransport
from gql.groups import Groups
from gql.keeping import AskedWith, PageServed, cache_control, tagged
from gql.limits import INIT_SECONDS
from gql.occupancy import FullError
from gql.post import status_of
from gql.schema.build import Schema
from gql.wire import Handler

# A limit that is turned off.
NEVER_SECONDS = 365 * 86_400
# Under this name the scope of a request holds its context, for what looks at the body before anything is executed.
CONTEXT = "tallywire.context"
SUBSCRIPTION = re.compile(r"\bsubscription\b")
STREAMS: Mapping[str, type[HTTPStreamTransport]] = {
    GRAPHQL_SSE_PROTOCOL: SSETransport,
    MULTIPART_SUBSCRIPTION_PROTOCOL: PartsTransport,
}
FindPerson = Callable[[str], Awaitable[Person | None]]


class _Socket(ASGIWebSocketAdapter):
    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """Only frames of the protocol's shape; whatever else comes ends the connection."""
        try:
            while self.ws.application_state != WebSocketState.DISCONNECTED:
                yield check_frame(parse(await self.ws.receive_text()))
        except KeyError as error:
            raise NonTextMessageReceived from error
        except BadShapeError as error:
            await self.close(BAD_MESSAGE.code, str(error))
        except WebSocketDisconnect:
            return


@dataclass(frozen=True, slots=True)
class Wire:
    """`buffer_bytes`: so much may wait to go out to a subscriber before it counts as slow."""

    buffer_bytes: int = 262_144
    allowed_origins: tuple[str, ...] = ("*",)


class View(GraphQL[Context, None]):
    """`find_person` tells who holds a token; `page` is what a browser is shown on this path, with `headers`."""

    websocket_adapter_class = _Socket
    stream_transport_classes_by_protocol = STREAMS
    graphql_transport_ws_handler_class = Handler

    def __init__(
        self,
        schema: Schema,
        services: Services,
        find_person: FindPerson,
        page: bytes | None,
        headers: Mapping[str, str],
        wire: Wire,
    ) -> None:
        edge = services.edge
        super().__init__(
            schema,
            graphql_ide="graphiql" if page else None,
            subscription_protocols=(
                GRAPHQL_TRANSPORT_WS_PROTOCOL,
                GRAPHQL_SSE_PROTOCOL,
                MULTIPART_SUBSCRIPTION_PROTOCOL,
            ),
            connection_init_wait_timeout=timedelta(seconds=edge.limits.most(INIT_SECONDS) or NEVER_SECONDS),
            # Counted by the handler itself, with a code.
            max_subscriptions_per_connection=None,
            allowed_origins=wire.allowed_origins,
        )
        self.groups = Groups(schema, services)
        self.buffer_bytes = wire.buffer_bytes
        for transport in self._stream_transport_map.values():
            transport.heartbeat_interval = services.pace.heartbeat
        self.edge = edge
        self.guard = schema.guard
        self._services = services
        self._find_person = find_person
        self._page = page
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A socket whose token cannot be looked up now is asked to come again, as a request is by 503.

        An error that comes before anything is executed is answered as one that comes after.
        """
        try:
            await super().__call__(scope, receive, send)
        except HTTPException as error:
            if scope["type"] != "websocket":
                raise
            await send({"type": "websocket.close", "code": COME_LATER.code, "reason": error.reason})
        except ApiError as error:
            if scope["type"] != "http":
                await send({"type": "websocket.close", "code": COME_LATER.code, "reason": error.message})
                return
            status, headers = status_of(error)
            told = {name.decode(): value.decode() for name, value in headers}
            body = orjson.dumps({"data": None, "errors": [error.formatted]})
            await Response(body, status, told, media_type="application/json")(scope, receive, send)
        finally:
            # It knows the request, and the request the scope.
            scope.pop(CONTEXT, None)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        address = request.client.host if request.client else None
        pages: list[PageServed] | None = [] if isinstance(request, Request) else None
        context = Context(self._services, address=address, request=request, response=response, pages=pages)
        request.scope[CONTEXT] = context
        try:
            headers = headers_of(request.scope["headers"])
        except RefusedError as refusal:
            raise HTTPException(refusal.status, refusal.line) from refusal
        given = headers.get(b"authorization")
        await self.identify(context, None if given is None else given.decode("latin-1"))
        if request.scope["type"] == "http":
            self.edge.admit(context.address, context.person, refused=context.token_refused)
        return context

    async def identify(self, context: Context, authorization: object) -> None:
        """Who asks, by the Authorization header or what stands in for it; None: the public."""
        if authorization is None:
            return
        scheme, _, token = str(authorization).partition(" ")
        try:
            context.person = await self._find_person(token.strip()) if scheme.lower() == "bearer" else None
        except Exception as error:
            if is_away(error):
                raise HTTPException(503, unavailable().message) from error
            raise
        context.token_refused = context.person is None
        if context.person is not None and context.request is not None:
            counted = self.edge.addresses.counted(context.address)
            try:
                self._services.presence.enter(context.request.scope, context.person.id, counted=counted is not None)
            except FullError as error:
                raise full(error.limit, error.most) from error

    async def on_ws_connect(self, context: Context) -> Any:
        """The token may come in the init payload, as browsers can set no headers; a wrong one is told at once: 4403."""
        sent = context.connection_params or {}
        given = next((value for name, value in sent.items() if name.lower() == "authorization"), None)
        await self.identify(context, given or None)
        if context.token_refused:
            raise ConnectionRejectionError
        return await super().on_ws_connect(context)

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """Browsers ask for text/html; a bare curl gets told what is missing instead of a page."""
        return (
            request.method == "GET"
            and not {"query", "documentId", "extensions"} & set(request.query_params)
            and "text/html" in request.headers.get("accept", "")
        )

    async def render_graphql_ide(self, request: Request) -> Response:
        return Response(self._page, media_type="text/html", headers=self._headers)

    def decode_json(self, data: str | bytes) -> object:
        try:
            return parse(data)
        except BadShapeError as error:
            raise HTTPException(400, str(error)) from error

    def encode_json(self, data: object) -> str:
        """Text, not bytes: bytes would become binary frames, which graphql-ws refuses."""
        return orjson.dumps(data).decode()

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """Raises HTTPException 400, 413 or 415."""
        transport = self._get_stream_transport_from_headers(request.headers)
        if request.method == "GET":
            body: Any = self.parse_query_params(request.query_params)
        else:
            body = self.decode_json(await self._body(request))
        try:
            checked = check_request(body)
        except BadShapeError as error:
            raise HTTPException(400, str(error)) from error
        query, operation_name = self.edge.documents.text_of(checked) or checked["query"], checked.get("operationName")
        if isinstance(transport, PartsTransport):
            # Who takes parts takes plain JSON as well.
            asked: Request = request._request  # type: ignore[attr-defined]
            refused = (await self.guard.proof(query or "", asked.scope[CONTEXT])).faults
            # What is refused is executed in no way, and is not read again for the form of its refusal.
            if not (SUBSCRIPTION.search(query or "") if refused else self._subscribes(query or "", operation_name)):
                transport = None
        return GraphQLRequestData(
            query=query,
            variables=checked.get("variables"),
            operation_name=operation_name,
            extensions=checked.get("extensions"),
            protocol=transport.protocol if transport else "http",
        )

    async def _body(self, request: AsyncHTTPRequestAdapter) -> bytes:
        asked: Request = request._request  # type: ignore[attr-defined]
        try:
            body = await read_body(headers_of(asked.scope["headers"]), asked.receive, self.edge.limits)
        except RefusedError as refusal:
            raise HTTPException(refusal.status, refusal.line) from refusal
        if body is None:
            raise ClientDisconnect
        return body

    async def execute_operation(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        request_data: GraphQLRequestData | list[GraphQLRequestData],
        context: Context,
        root_value: None,
        sub_response: Response,
    ) -> Any:
        """Streams of subscriptions are served by groups wherever they can be."""
        if isinstance(request_data, GraphQLRequestData) and request_data.protocol != "http":
            after = resumed(request.headers)
            framing = PARTS if request_data.protocol == PartsTransport.protocol else SERVER_SENT
            seat = await self.groups.ask(
                request_data.query, request_data.variables, request_data.operation_name, context
            )
            if seat is not None or self._subscribes(request_data.query or "", request_data.operation_name):
                self._services.presence.reads(request.scope)
            if seat is not None:
                return SharedEvents(self.groups, seat, after or seat.asked.after, self.buffer_bytes, framing)
        result = await super().execute_operation(
            request, request_adapter, request_data, context, root_value, sub_response
        )
        if isinstance(result, ExecutionResult):
            self._keep(request_data, context, sub_response, result)
        return result

    def _subscribes(self, query: str, name: str | None) -> bool:
        """What was refused subscribes to nothing, and is not read again to find that out."""
        return self.guard.document(query) is not None and self.guard.is_subscription(query, name)

    def _keep(self, asked: Any, context: Context, sub_response: Response, result: ExecutionResult) -> None:
        """Says how long the answer may be kept, and that others are answered otherwise."""
        sub_response.headers["Cache-Control"] = cache_control(
            self.schema._schema,  # type: ignore[attr-defined]
            asked.query or "",
            context.pages or [],
            role=context.role,
            needs_token=self._services.readers_need_token,
            failed=bool(result.errors) or context.token_refused,
        )
        sub_response.headers["Vary"] = "Accept, Authorization"

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        return AskedWith(request.headers)

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        if not isinstance(sub_response, AskedWith):
            return super().create_response(response_data, sub_response)
        own = wants_response(sub_response.accept)
        if own:
            answer, status = as_response(response_data, sub_response.status_code or 200)
            response_data, sub_response.status_code = answer, status
        response = super().create_response(response_data, sub_response)
        if own:
            response.headers["Content-Type"] = CONTENT_TYPES[RESPONSE]
        return tagged(response, sub_response)

    def _stream_result(self, request: Request, result: Any, transport: HTTPStreamTransport) -> Any:
        if not isinstance(result, SharedEvents):
            return super()._stream_result(request, result, transport)
        return merge_stream_with_heartbeat(
            result.__aiter__,  # type: ignore[arg-type]
            lambda: transport.heartbeat_message(self.encode_json_string),
            transport.heartbeat_interval,
            send_initial_heartbeat=False,
        )
