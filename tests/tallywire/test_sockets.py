"""Sockets on uvicorn's protocol: what a stranger's frames make a server hold, without a network in between."""

import asyncio
from collections import Counter
from typing import Any, cast
from unittest.mock import patch

import pytest
import uvicorn
from uvicorn.server import ServerState

from gql.closing import COME_LATER
from tallywire.doors import IN_A_ROW, PIECE_BYTES, PIECE_BYTES_MAX
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
        self.paused = False

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
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


async def _serve(_scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def _shaken(kind: type[CalmSocket], app: Any = _serve) -> tuple[Unread, CalmSocket]:
    """A line and a socket after the handshake."""
    config = uvicorn.Config(app, ws_ping_interval=None)
    config.load()
    line, socket = Unread(), kind(config, ServerState(), {})
    socket.connection_made(line)
    socket.data_received(HANDSHAKE)
    while not socket.handshake_complete:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0)
    assert line.read().startswith(b"HTTP/1.1 101")
    return line, socket


async def _taken(line: Unread, socket: CalmSocket, data: bytes) -> int:
    """Gives it all at once; how many turns of the loop went by until it wants more."""
    socket.data_received(data)
    turns = 0
    while line.paused:
        await asyncio.sleep(0)
        turns += 1
    return turns


@pytest.mark.parametrize("kind", [CalmSocket, DirectSocket])
def test_one_who_pings_and_pings_and_reads_no_pong_does_not_fill_the_servers_memory(kind: type[CalmSocket]) -> None:
    async def work() -> None:
        line, socket = await _shaken(kind)
        for _ in range(100):
            await _taken(line, socket, PING * 100)
        assert PONGS_BYTES_MAX < len(line.waiting) < PONGS_BYTES_MAX + 101 * len(PONG)
        line.read()
        # Who reads again is answered again.
        socket.data_received(PING)
        assert line.read() == PONG
        socket.connection_lost(None)

    asyncio.run(work())


TEXT = bytes([0x81, 0x80 | 10]) + bytes(4) + b"0123456789"


@pytest.mark.parametrize("frame", [PING, TEXT], ids=["pings", "messages"])
def test_hundreds_that_come_in_one_go_let_others_have_their_turn_in_between(frame: bytes) -> None:
    received: list[int] = []
    turn = 0

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            assert message["text"] == "0123456789"
            received.append(turn)

    async def count() -> None:
        """Each turn of the loop is one in which anybody else may be served."""
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    async def work() -> None:
        line, socket = await _shaken(DirectSocket, app)
        counting = asyncio.create_task(count())
        await asyncio.sleep(0)
        turns = await _taken(line, socket, frame * 400)
        assert turns >= 400 * len(frame) // PIECE_BYTES
        if frame is TEXT:
            assert len(received) == 400 and max(Counter(received).values()) <= IN_A_ROW
        else:
            assert line.read() == PONG * 400
        counting.cancel()
        socket.connection_lost(None)

    asyncio.run(work())


def test_one_long_message_is_taken_in_few_pieces() -> None:
    received: list[str] = []

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            received.append(message["text"])

    async def work() -> None:
        line, socket = await _shaken(DirectSocket, app)
        whole = bytes([0x81, 0xFF]) + (100_000).to_bytes(8, "big") + bytes(4) + b"x" * 100_000
        assert await _taken(line, socket, whole) < 100_000 // PIECE_BYTES
        await asyncio.sleep(0)
        assert received == ["x" * 100_000]
        # Whatever comes behind it is taken in short pieces again.
        assert await _taken(line, socket, TEXT * 600) >= 600 * len(TEXT) // PIECE_BYTES_MAX
        socket.connection_lost(None)

    asyncio.run(work())


def test_what_waits_is_thrown_away_where_the_line_is_lost() -> None:
    async def work() -> None:
        line, socket = await _shaken(DirectSocket)
        socket.data_received(PING * 100)
        socket.connection_lost(None)
        before = len(line.waiting)
        await asyncio.sleep(0)
        assert len(line.waiting) == before

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
