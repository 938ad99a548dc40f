"""Connections that ended are gone at once, not when Python looks for garbage in cycles: that takes everybody's time."""

import asyncio
import contextlib
import gc
from collections import Counter
from collections.abc import Iterator

import httpx
import orjson
from websockets.asyncio.client import connect

from db.database import Database
from tallywire.app import build_app
from tallywire.doors import HttpDoor, SocketDoor
from tallywire.server import address, listen, serving
from tallywire.settings import Settings
from tests.conftest import Night

SOCKETS = 5
WATCHED = 'subscription { resultUpdates(electionId: "small") { kind } }'
OPERATION = orjson.dumps({"id": "1", "type": "subscribe", "payload": {"query": WATCHED}}).decode()


@contextlib.contextmanager
def _no_search_for_garbage() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _doors() -> Counter[str]:
    """Servers' ends of connections, of whoever they are."""
    return Counter(type(one).__name__ for one in gc.get_objects() if issubclass(type(one), HttpDoor | SocketDoor))


async def _watch_and_leave(url: str) -> None:
    async with connect(url.replace("http", "ws") + "/graphql", subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        await socket.send('{"type": "connection_init"}')
        assert "connection_ack" in str(await socket.recv())
        await socket.send(OPERATION)
        assert "SNAPSHOT" in str(await socket.recv())


async def _left(night: Night) -> Counter[str]:
    settings = Settings(database_url=night.database_url, port=0)
    database = await Database.open(night.database_url)
    listener = listen(settings)
    url = address(listener)
    try:
        async with serving(build_app(database, settings), listener, settings):
            with _no_search_for_garbage():
                for _ in range(SOCKETS):
                    await _watch_and_leave(url)
                async with httpx.AsyncClient(base_url=url) as client:
                    assert (await client.get("/healthz")).status_code == 200
                async with asyncio.timeout(10):
                    # Nothing tells that a connection is gone: that is what is looked for.
                    while left := _doors():  # noqa: ASYNC110
                        await asyncio.sleep(0.02)
                return left
    except TimeoutError:
        return left
    finally:
        await database.close()


def test_closed_sockets_leave_nothing_to_look_for(counting: Night) -> None:
    assert not asyncio.run(_left(counting))
