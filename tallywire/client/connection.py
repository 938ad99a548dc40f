"""A client of one server: every operation of the schema as a method, resumed subscriptions, and files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property

from .files import Files
from .generated.operations import Operations
from .wire import open_wire

CONNECTIONS = 20
PATIENCE_SECONDS = 60.0


class Client(Operations):
    """Methods and their types are generated from the schema; `as_` gives the same in another person's name."""

    @cached_property
    def files(self) -> Files:
        return Files(self.wire, self.token)

    def as_(self, token: str | None) -> "Client":
        """Over the same connections."""
        return Client(self.wire, token, streams=self.streams)


@asynccontextmanager
async def connect(
    url: str,
    token: str | None = None,
    *,
    streams: bool = False,
    connections: int = CONNECTIONS,
    patience_seconds: float = PATIENCE_SECONDS,
) -> AsyncIterator[Client]:
    """A client of the server at `url`, closed at the end; nothing is asked before the first call.

    `streams`: subscriptions come as server-sent events, where no WebSocket gets through.
    `patience_seconds`: without any answer for so long, a call raises UnreachableError.
    """
    async with open_wire(url, connections, patience_seconds) as wire:
        yield Client(wire, token, streams=streams)
