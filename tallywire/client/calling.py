"""One operation sent and answered: what every generated method stands on."""

from collections.abc import AsyncIterator, Callable
from functools import lru_cache
from inspect import cleandoc
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from .event_stream import stream_events
from .generated.base_model import UnsetType
from .resuming import follow
from .socket import socket_events
from .wire import Answer, Wire

Heard = Callable[[Answer], None]


class Calling:
    """Operations over one wire, in one person's name. `token` None: as the public."""

    def __init__(self, wire: Wire, token: str | None = None, *, streams: bool = False) -> None:
        self.wire = wire
        self.token = token
        self.streams = streams

    async def execute(
        self,
        *,
        query: str,
        operation_name: str,
        variables: dict[str, object],
        give_up_after: float | None = None,
        patience: float | None = None,
        heard: Heard | None = None,
    ) -> Answer:
        """Sends it, the same bytes each time, until there is an answer. Any operation takes these options:

        `give_up_after`: seconds that the first try waits. `patience`: seconds without any answer until
        UnreachableError. `heard`: told of the answer, how long it took and how many tries.
        Raises RefusedError, UnreachableError.
        """
        body = _opening(query, operation_name) + _given(variables) + b"}"
        answer = await self.wire.call(body, self.token, give_up_after=give_up_after, patience=patience)
        if heard is not None:
            heard(answer)
        return answer

    def get_data(self, data: Answer | dict[str, Any]) -> dict[str, Any]:
        return data.data if isinstance(data, Answer) else data

    def execute_ws(
        self,
        *,
        query: str,
        operation_name: str,
        variables: dict[str, object],
        came_back: Callable[[], None] | None = None,
        patience: float | None = None,
    ) -> AsyncIterator[dict[str, Any]]:
        """What the subscription is told, over as many connections as it takes, each going on behind the last cursor.

        `came_back`: told of each return. `patience`: seconds without a line until UnreachableError; None: for ever.
        Raises RefusedError, UnreachableError.
        """
        payload = {"query": cleaned(query), "operationName": operation_name}
        given = {name: value for name, value in variables.items() if not isinstance(value, UnsetType)}
        events = stream_events if self.streams else socket_events
        return follow(self.wire, self.token, events, payload, given, came_back, patience)


@lru_cache(maxsize=256)
def cleaned(query: str) -> str:
    """As it is sent: without the indentation that it has in the generated code."""
    return cleandoc(query)


@lru_cache(maxsize=256)
def _opening(query: str, operation_name: str) -> bytes:
    """Of the POST body, up to the variables."""
    return b'{"operationName":%b,"query":%b,"variables":' % (to_json(operation_name), to_json(cleaned(query)))


def _given(variables: dict[str, object]) -> bytes:
    parts = (b"%b:%b" % (to_json(name), _json(value)) for name, value in variables.items() if _is_set(value))
    return b"{" + b",".join(parts) + b"}"


def _is_set(value: object) -> bool:
    return not isinstance(value, UnsetType)


def _json(value: object) -> bytes:
    if isinstance(value, BaseModel):
        return value.model_dump_json(by_alias=True, exclude_unset=True).encode()
    if isinstance(value, list):
        return b"[" + b",".join(map(_json, value)) + b"]"
    return to_json(value)
