"""Sockets on uvicorn's protocol: what a stranger's frames make a server hold, without a network in between."""

import asyncio
from typing import Any, cast
from unittest.mock import patch

import pytest
import uvicorn
from uvicorn.server import ServerState

from gql.closing import COME_LATER
from tallywire.sockets import PONGS_BYTES_MAX, CalmSocket, DirectSocket

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PAYLOAD = 125
PING = bytes([0x89, 0x80 | PAYLOAD]) + bytes(4) + bytes(PAYLOAD)
PONG = bytes([0x8A, PAYLOAD]) + bytes(PAYLOAD)


class Unread(asyncio.Transport):
    """A line whose other end reads when `read` is called."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = b""
        self.aborted = False

    def abort(self) -> None:
        self.aborted = True

    def write(self, data: Any) -> None:
        self.waiting += bytes(data)

    def read(self) -> bytes:
        taken, self.waiting = self.waiting, b""
        return taken

    def get_write_buffer_size(self) -> int:
        return len(self.waiting)

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        """Stays, for what is looked at afterwards."""

    def pause_reading(self) -> None:
        """Its frames come as the test gives them."""

    def resume_reading(self) -> None:
        """As above."""


async def _serve(_scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


@pytest.mark.parametrize("kind", [CalmSocket, DirectSocket])
def test_one_who_pings_and_pings_and_reads_no_pong_does_not_fill_the_servers_memory(kind: type[CalmSocket]) -> None:
    async def work() -> None:
        config = uvicorn.Config(cast(Any, _serve), ws_ping_interval=None)
        config.load()
        line, socket = Unread(), kind(config, ServerState(), {})
        socket.connection_made(line)
        socket.data_received(HANDSHAKE)
        while not socket.handshake_complete:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0)
        assert line.read().startswith(b"HTTP/1.1 101")
        for _ in range(100):
            socket.data_received(PING * 100)
        assert PONGS_BYTES_MAX < len(line.waiting) < PONGS_BYTES_MAX + 101 * len(PONG)
        line.read()
        # Who reads again is answered again.
        socket.data_received(PING)
        assert line.read() == PONG
        socket.connection_lost(None)

    asyncio.run(work())


def test_one_who_answers_no_ping_is_closed_with_a_code_that_it_comes_back_from() -> None:
    async def work() -> None:
        config = uvicorn.Config(cast(Any, _serve), ws_ping_interval=0.01, ws_ping_timeout=0.01)
        config.load()
        line, socket = Unread(), DirectSocket(config, ServerState(), {})
        socket.connection_made(line)
        socket.data_received(HANDSHAKE)
        while not line.aborted:  # noqa: ASYNC110 - the timer tells nobody
            await asyncio.sleep(0.01)
        _, close = line.read().split(bytes([0x89, 4]))
        assert close[4] == 0x88 and int.from_bytes(close[6:8], "big") == COME_LATER.code
        assert close[8:].decode() == "No ping was answered: come back with the last cursor"
        socket.connection_lost(None)

    with patch("tallywire.sockets.ABORT_SECONDS", 0.01):
        asyncio.run(work())
