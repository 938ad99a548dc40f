"""An event becomes the bytes of an answer: by a compiled selection, or by the operation itself, run in Strawberry."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Any, cast

import orjson
from graphql import GraphQLError
from strawberry import Schema
from strawberry.http import process_result
from strawberry.types import ExecutionResult

from db.definitions import ElectionDefinition
from gql.asked import Asked
from gql.given import GroupContext
from gql.meters import EXECUTIONS
from gql.selections import Encoder, UncompiledError, compile_update

# A tally that cannot be read now is read a moment later: an entry with a hole in it would never be mended.
AGAIN_SECONDS = 0.5
AGAIN_MAX = 120


class StreamEndedError(Exception):
    """The operation ended by itself, though it was given an event."""


class Operation:
    """One subscription run through Strawberry, whose events are given to it: executed, masked and encoded.

    `located`: its errors name places in the query, as all who are answered sent the same text.
    """

    def __init__(self, schema: Schema, asked: Asked, context: GroupContext, *, located: bool = True) -> None:
        self._schema = schema
        self._asked = asked
        self._context = context
        self._located = located
        self._stream: AsyncGenerator[Any, None] | None = None
        self._turn = asyncio.Lock()

    async def execute(self, event: Any) -> bytes:
        """One after another, in the order asked for."""
        async with self._turn:
            result = await self._next(event)
            for _ in range(AGAIN_MAX):
                if not _away(result):
                    break
                await asyncio.sleep(AGAIN_SECONDS)
                result = await self._next(event)
            EXECUTIONS.labels("graphql-core").inc()
            answer = process_result(result)
            if result.errors and not self._located:
                answer["errors"] = [_without_places(error) for error in result.errors]
            return orjson.dumps(answer)

    async def _next(self, event: Any) -> ExecutionResult:
        if self._stream is None:
            self._stream = await self._schema.stream(
                self._asked.query,
                variable_values=dict(self._asked.variables),
                context_value=self._context,
                operation_name=self._asked.operation_name,
            )
        assert self._stream is not None
        self._context.events.give(event)
        try:
            result = cast(ExecutionResult, await anext(self._stream))
        except StopAsyncIteration as error:
            self._stream = None
            raise StreamEndedError(self._asked.field) from error
        return result

    async def close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            with contextlib.suppress(Exception):
                await stream.aclose()


class Rendering:
    """Of one group: compiled where that can be, else by the operation itself."""

    def __init__(self, operation: Operation, compiled: Encoder | None) -> None:
        self._operation = operation
        self._compiled = compiled

    async def __call__(self, event: Any) -> bytes:
        if self._compiled is not None:
            with contextlib.suppress(UncompiledError):
                body = self._compiled(event)
                EXECUTIONS.labels("compiled").inc()
                return body
        return await self._operation.execute(event)

    async def close(self) -> None:
        await self._operation.close()


def compiled(asked: Asked, definition: ElectionDefinition) -> Encoder | None:
    """None where the selection holds anything that is left to graphql-core."""
    try:
        return compile_update(asked.executor, definition, asked.response, asked.details)
    except UncompiledError:
        return None


def _without_places(error: GraphQLError) -> dict[str, Any]:
    return {name: told for name, told in error.formatted.items() if name != "locations"}


def _away(result: ExecutionResult) -> bool:
    return any((error.extensions or {}).get("code") == "UNAVAILABLE" for error in result.errors or ())
