"""Who opens a socket and says nothing loses it; who says init in time is left alone by that clock."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from strawberry import UNSET

from gql.closing import NO_INIT
from gql.presence import Presence
from gql.wire import Handler


class Peer:
    """A connection in the place of a socket; its messages are those that a test gives it."""

    def __init__(self, *messages: Any) -> None:
        self.messages = messages
        self.sent: list[Any] = []
        self.closed: list[int] = []
        self.over = asyncio.Event()

    async def iter_json(self) -> Any:
        for message in self.messages:
            yield message
        await self.over.wait()

    async def send_json(self, message: Any) -> None:
        self.sent.append(message)

    async def close(self, code: int, reason: str) -> None:
        self.closed.append(code)
        self.over.set()


def _handler(peer: Peer) -> Handler:
    async def welcomed(_context: Any) -> Any:
        return UNSET

    wait: Any = {"connection_init_wait_timeout": timedelta(milliseconds=20)}
    view = cast(Any, SimpleNamespace(on_ws_connect=welcomed))
    services = SimpleNamespace(presence=Presence())
    context = cast(Any, SimpleNamespace(services=services, request=SimpleNamespace(scope={})))
    return Handler(view, cast(Any, peer), context, None, cast(Any, None), **wait)


def test_one_who_says_nothing_is_closed_with_4408() -> None:
    async def work() -> None:
        peer = Peer()
        await asyncio.wait_for(_handler(peer).handle(), 30)
        assert peer.closed == [NO_INIT.code]

    asyncio.run(work())


def test_one_who_says_init_in_time_stays() -> None:
    async def work() -> None:
        peer = Peer({"type": "connection_init"})
        handling = asyncio.create_task(_handler(peer).handle())
        await asyncio.sleep(0.1)
        assert (peer.sent, peer.closed) == ([{"type": "connection_ack"}], [])
        handling.cancel()
        await asyncio.gather(handling, return_exceptions=True)

    asyncio.run(work())
