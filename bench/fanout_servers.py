"""tallywire's way out, from the feed to the socket, with a log in memory in the place of PostgreSQL.

python -m bench.fanout_servers direct|timed|asgi|textbook|raw [PORT]: prints its port, then obeys. `timed` is `direct`
that tells where its time goes.
"""

import contextlib
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import uvloop
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from bench import raw_fanout, textbook_fanout
from bench.division import timed
from bench.fanout_control import obey
from bench.reader_socket import allow_many_sockets
from bench.synthetic_election import DISTRICTS, definition, entries, state
from db.log import LogEntry
from feed.election_feed import ElectionFeed
from feed.pace import Pace
from gql.context import Services
from gql.meters import EXECUTIONS
from gql.presence import Presence
from gql.schema.build import build_schema
from gql.view import View, Wire
from tallywire.app import _Asgi
from tallywire.edge import edge_by
from tallywire.front import Front
from tallywire.server import listen, serving
from tallywire.settings import Settings

WAYS = {"direct": "direct", "timed": "direct", "asgi": "asgi"}
Told = Callable[[list[LogEntry]], None]


class Edged:
    """An application with the doors of a real server: loopback is not counted."""

    def __init__(self, app: Starlette) -> None:
        self.app = app
        self.edge = edge_by(Settings())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


class Publisher:
    """A round is so many entries at once, one a district, as a batch of the night's writers is.

    With as many groups as entries, they are of the districts that readers ask for.
    """

    def __init__(self, told: Told) -> None:
        self._entries: Iterator[LogEntry] | None = None
        self._told = told

    async def publish(self, batch: int) -> None:
        if self._entries is None:
            self._entries = entries(batch if batch > 1 else DISTRICTS)
        self._told([next(self._entries) for _ in range(batch)])

    async def executions(self) -> float:
        return sum(
            sample.value for metric in EXECUTIONS.collect() for sample in metric.samples if "_total" in sample.name
        )


def tallywire(ws: str) -> tuple[Any, Settings, Told]:
    feed = ElectionFeed(definition(), state())
    edge = edge_by(Settings())
    services = SimpleNamespace(
        database=SimpleNamespace(pool=None),
        tail=SimpleNamespace(feed=lambda _id: feed),
        pace=Pace(),
        readers_need_token=False,
        edge=edge,
        presence=Presence(edge.occupancy),
    )

    async def nobody(_token: str) -> None:
        return None

    view = View(build_schema(edge), cast(Services, services), nobody, None, {}, Wire())

    def told(batch: list[LogEntry]) -> None:
        for entry in batch:
            feed.add(entry)
        feed.pulse()

    app = Starlette(routes=[WebSocketRoute("/graphql", _Asgi(services.presence.guard(view)))])
    return app, Settings(port=0, ws=cast(Any, ws)), told


@contextlib.asynccontextmanager
async def server(kind: str, port: int = 0) -> AsyncIterator[tuple[socket.socket, Told]]:
    listener = listen(Settings(port=port))
    if kind == "raw":
        async with raw_fanout.serving(listener) as told:
            yield listener, told
        return
    app, settings, told = textbook_fanout.server() if kind == "textbook" else tallywire(WAYS[kind])
    async with serving(cast(Front, Edged(app)), listener, settings):
        yield listener, told


async def main() -> None:
    allow_many_sockets()
    kind, *port = sys.argv[1:]
    with timed() if kind == "timed" else contextlib.nullcontext() as division:
        async with server(kind, *map(int, port)) as (listener, told):
            print(listener.getsockname()[1], flush=True)
            publisher = Publisher(told)
            commands = {"publish": publisher.publish, "executions": publisher.executions}
            await obey(commands | ({"division": division.take} if division else {}))


if __name__ == "__main__":
    uvloop.run(main())
