"""The lean way in for POST: queries and mutations in JSON, straight from the server to the schema.

Most of a night's requests are one mutation, sent by phones. They pass the same checks as every other request, and
skip the layers that exist for what they do not use: forms, files, streams, pages.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
from cross_web import HTTPException
from graphql import GraphQLError
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry.exceptions import MissingQueryError
from strawberry.http import process_result
from strawberry.schema.exceptions import CannotGetOperationTypeError

from gql.answer_kind import CONTENT_TYPES, RESPONSE, as_response, wants_response
from gql.answer_kind import JSON as PLAIN
from gql.body import RefusedError, headers_of, read_body
from gql.context import Context
from gql.errors import RETRY_SECONDS, ApiError, unavailable
from gql.frames import BadShapeError, check_request, parse
from gql.lean_mutation import LeanMutation, LeanMutations
from gql.limits import EXECUTION_SECONDS
from gql.packing import packed
from gql.presence import holds_open
from gql.rates import WINDOW_SECONDS
from gql.schema.build import Schema

JSON = (b"content-type", PLAIN.encode())
OWN = (b"content-type", CONTENT_TYPES[RESPONSE].encode())
TEXT = (b"content-type", b"text/plain; charset=utf-8")
# Proxies and clients that know no GraphQL try again later too.
STATUSES = {"UNAVAILABLE": 503, "TOO_MANY_REQUESTS": 429, "TOO_MANY_AT_ONCE": 429, "NOT_A_STREAM": 406}
Headers = list[tuple[bytes, bytes]]
Identify = Callable[[Context, object], Any]


class Post:
    """Answers JSON POSTs; hands everything else on to `otherwise`. `headers`: what every answer carries."""

    def __init__(
        self, schema: Schema, new_context: Callable[[str | None], Context], identify: Identify, otherwise: ASGIApp
    ) -> None:
        self._schema = schema
        self._edge = schema.edge
        self._new_context = new_context
        self._identify = identify
        self._lean = LeanMutations(schema)
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or holds_open(scope):
            await self._otherwise(scope, receive, send)
            return
        own = False
        try:
            headers = headers_of(scope["headers"])
            own = wants_response(headers.get(b"accept", b"").decode("latin-1"))
            body = await read_body(headers, receive, self._edge.limits)
            if body is None:
                return
            status, answer = await self._execute(body, headers.get(b"authorization"), scope.get("client"), own=own)
        except RefusedError as refusal:
            await _send(send, refusal.status, refusal.line.encode(), [TEXT])
        except ApiError as error:
            status, more = status_of(error)
            told, status = _answer({"data": None, "errors": [error.formatted]}, status, own=own)
            await _send(send, status, told, [OWN if own else JSON, *more])
        except (HTTPException, asyncio.CancelledError):
            # The one that asks who sends: the database is away. Or this process ends, and waits no longer for it.
            told = orjson.dumps({"errors": [unavailable().formatted]})
            await _send(send, 503, told, [OWN if own else JSON])
        else:
            small, more = await packed(answer, headers)
            await _send(send, status, small, [OWN if own else JSON, *more])

    async def _execute(
        self, body: bytes, authorization: bytes | None, client: tuple[str, int] | None, *, own: bool
    ) -> tuple[int, bytes]:
        """The status and the body; `own`: of the specification's own kind. Raises RefusedError, HTTPException."""
        try:
            request = check_request(parse(body))
        except BadShapeError as error:
            raise RefusedError(400, str(error)) from error
        context = self._new_context(client[0] if client else None)
        await self._identify(context, authorization.decode("latin-1") if authorization else None)
        self._edge.admit(context.address, context.person, refused=context.token_refused)
        query = self._edge.documents.text_of(request) or request["query"]
        variables, operation_name = request.get("variables"), request.get("operationName")
        known = self._lean.find(query, operation_name)
        if known is not None:
            lean = await self._lean_answer(known, context, variables)
            if lean is not None:
                return 200, lean
        # A phone that loses its network in the middle takes nothing back: what it handed in is carried through.
        try:
            result = await asyncio.shield(
                self._schema.execute(
                    query,
                    variable_values=variables,
                    context_value=context,
                    operation_name=operation_name,
                )
            )
        except CannotGetOperationTypeError as error:
            raise RefusedError(400, error.as_http_error_reason()) from error
        except MissingQueryError as error:
            raise RefusedError(400, "query must be a string") from error
        if not result.errors:
            self._lean.learn(query, operation_name, self._schema.guard.document(query))
        answer, status = _answer(dict(process_result(result)), _status(result), own=own)
        return status, answer

    async def _lean_answer(
        self, known: LeanMutation, context: Context, variables: dict[str, Any] | None
    ) -> bytes | None:
        """As long as GraphQL's own execution may take; what was handed in is carried through all the same."""
        try:
            async with asyncio.timeout(self._edge.limits.most(EXECUTION_SECONDS)):
                return await known.answer(context, variables)
        except TimeoutError:
            return orjson.dumps({"data": None, "errors": [unavailable().formatted]})


def _answer(answer: dict[str, Any], status: int, *, own: bool) -> tuple[bytes, int]:
    if own:
        answer, status = as_response(answer, status)
    return orjson.dumps(answer), status


def _status(result: Any) -> int:
    """Another than 200 where nothing at all could be answered just now."""
    if result.data is not None or not result.errors:
        return 200
    return next((status for error in result.errors if (status := status_of(error)[0]) != 200), 200)


def status_of(error: GraphQLError) -> tuple[int, Headers]:
    """Of an error that stands for the whole answer, and the headers that go with it."""
    told = error.extensions or {}
    status = STATUSES.get(str(told.get("code")), 200)
    seconds = told.get("retryAfterSeconds", WINDOW_SECONDS)
    return status, [(b"retry-after", b"%d" % seconds)] if status == 429 else []


async def _send(send: Send, status: int, body: bytes, headers: Headers) -> None:
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    if status == 503:
        headers.append((b"retry-after", str(RETRY_SECONDS).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
