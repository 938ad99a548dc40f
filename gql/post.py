"""The lean way in for POST: queries and mutations in JSON, straight from the server to the schema.

Most of a night's requests are one mutation, sent by phones. They pass the same checks as every other request, and
skip the layers that exist for what they do not use: forms, files, streams, pages.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
from cross_web import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry import Schema
from strawberry.exceptions import MissingQueryError
from strawberry.http import process_result
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from gql.context import Context
from gql.errors import RETRY_SECONDS, unavailable
from gql.frames import BadShapeError, check_request, parse
from gql.lean_mutation import LeanMutations
from gql.limits import BODY_MAX

ALLOWED = OperationType.from_http("POST")
JSON = (b"content-type", b"application/json")
TEXT = (b"content-type", b"text/plain; charset=utf-8")
Identify = Callable[[Context, object], Any]


class RefusedError(Exception):
    """The request is answered with this status and this line, and not executed."""

    def __init__(self, status: int, line: str) -> None:
        super().__init__(line)
        self.status = status
        self.line = line


class Post:
    """Answers JSON POSTs; hands everything else on to `otherwise`."""

    def __init__(
        self, schema: Schema, new_context: Callable[[str | None], Context], identify: Identify, otherwise: ASGIApp
    ) -> None:
        self._schema = schema
        self._new_context = new_context
        self._identify = identify
        self._lean = LeanMutations(schema)
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._otherwise(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if b"text/event-stream" in headers.get(b"accept", b""):
            await self._otherwise(scope, receive, send)
            return
        try:
            body = await _read(headers, receive)
            if body is None:
                return
            status, answer = await self._execute(body, headers.get(b"authorization"), scope.get("client"))
        except RefusedError as refusal:
            await _send(send, refusal.status, refusal.line.encode(), TEXT)
        except (HTTPException, asyncio.CancelledError):
            # The one that asks who sends: the database is away. Or this process ends, and waits no longer for it.
            await _send(send, 503, orjson.dumps({"errors": [unavailable().formatted]}), JSON)
        else:
            await _send(send, status, answer, JSON)

    async def _execute(
        self, body: bytes, authorization: bytes | None, client: tuple[str, int] | None
    ) -> tuple[int, bytes]:
        """The status and the body. Raises RefusedError, HTTPException."""
        try:
            request = check_request(parse(body))
        except BadShapeError as error:
            raise RefusedError(400, str(error)) from error
        context = self._new_context(client[0] if client else None)
        await self._identify(context, authorization.decode("latin-1") if authorization else None)
        query, variables, operation_name = request["query"], request.get("variables"), request.get("operationName")
        known = self._lean.find(query, operation_name)
        if known is not None:
            answer = await known.answer(context, variables)
            if answer is not None:
                return 200, answer
        # A phone that loses its network in the middle takes nothing back: what it handed in is carried through.
        try:
            result = await asyncio.shield(
                self._schema.execute(
                    query,
                    variable_values=variables,
                    context_value=context,
                    operation_name=operation_name,
                    allowed_operation_types=ALLOWED,
                )
            )
        except (CannotGetOperationTypeError, InvalidOperationTypeError) as error:
            raise RefusedError(400, _reason(error)) from error
        except MissingQueryError as error:
            raise RefusedError(400, "query must be a string") from error
        if not result.errors:
            self._lean.learn(query, operation_name)
        return _status(result), orjson.dumps(process_result(result))


def _status(result: Any) -> int:
    """503 where nothing at all could be answered just now: proxies and clients that know no GraphQL try again too."""
    codes = {(error.extensions or {}).get("code") for error in result.errors or ()}
    return 503 if result.data is None and "UNAVAILABLE" in codes else 200


def _reason(error: CannotGetOperationTypeError | InvalidOperationTypeError) -> str:
    if isinstance(error, InvalidOperationTypeError):
        return error.as_http_error_reason("POST")
    return error.as_http_error_reason()


async def _read(headers: dict[bytes, bytes], receive: Receive) -> bytes | None:
    """The body; None where the client went away before its end. Raises RefusedError."""
    if not headers.get(b"content-type", b"").lower().startswith(b"application/json"):
        raise RefusedError(415, "the body of a POST must be application/json")
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or int(length) > BODY_MAX.default:
        raise RefusedError(413, f"the body must not exceed {BODY_MAX.default} bytes")
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_MAX.default:
            raise RefusedError(413, f"the body must not exceed {BODY_MAX.default} bytes")
        if not message.get("more_body"):
            return b"".join(parts)


async def _send(send: Send, status: int, body: bytes, kind: tuple[bytes, bytes]) -> None:
    headers = [kind, (b"content-length", str(len(body)).encode())]
    if status == 503:
        headers.append((b"retry-after", str(RETRY_SECONDS).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
