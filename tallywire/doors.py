"""Connections as uvicorn's protocols see them, held to limits: how long a request may take to come, how much it may be
before anybody looks at it, how many there are of one address, how many messages a socket sends.
"""

import asyncio
import os
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from gql.addresses import Addresses
from gql.closing import TOO_MANY
from gql.edge import Edge
from gql.limits import CONNECTIONS_AN_ADDRESS, HEADERS_MAX, HEADERS_SECONDS, MESSAGES_A_SOCKET, Limits
from gql.occupancy import FullError
from gql.rates import WINDOW_SECONDS
from tallywire.shield import DEFAULTS

EVERYBODY = ("0.0.0.0/0", "::/0")
GRACE_SECONDS = 10.0
# RFC 6455, 7.4.1.
NOT_TEXT = 1007
# What a socket sends is taken so much at a time, others in between: hundreds of messages fit into one read. Where no
# message came of a piece, one long one is under way, and the next may be more.
PIECE_BYTES, PIECE_BYTES_MAX = 1_024, 4_096
# And so many of them are answered before it is others' turn again.
IN_A_ROW = 16
CLOSE = (b"connection", b"close")
REFUSALS = {
    408: b"HTTP/1.1 408 Request Timeout",
    431: b"HTTP/1.1 431 Request Header Fields Too Large",
    503: b"HTTP/1.1 503 Service Unavailable",
    400: b"HTTP/1.1 400 Bad Request",
}


class TooLargeError(Exception):
    """Address and headers of a request are longer than they may be."""


class HttpDoor(HttpToolsProtocol):
    """uvicorn's own protocol waits for a request for ever, and takes headers of any length."""

    edge: Edge
    # Their connections carry everybody's requests.
    proxies: Addresses
    _whose: str | None = None
    _waiting: asyncio.TimerHandle | None = None
    _size = 0
    _refused = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        peer = self.client[0] if self.client else None
        whose = self.edge.addresses.counted(peer) and self.proxies.counted(peer)
        try:
            self.edge.occupancy.enter(CONNECTIONS_AN_ADDRESS, whose)
        except FullError as error:
            self._refuse(503, str(error))
            return
        self._whose = whose
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self.edge.occupancy.leave(CONNECTIONS_AN_ADDRESS, self._whose)
        self._whose = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        # Not only after the first byte of a request: empty lines and what is left of a body keep nothing open either.
        if self._waiting is None and (self.cycle is None or self.cycle.response_complete):
            self._wait()
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._size = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        most = self.edge.limits.most(HEADERS_MAX)
        if most is not None and self._size > most:
            self._refuse(431, f"address and headers must not exceed {most} bytes")
        else:
            self._refused = True
            super().send_400_response(msg)

    def handle_websocket_upgrade(self) -> None:
        """The socket's own door counts it from now on."""
        self._stop_waiting()
        whose, self._whose = self._whose, None
        super().handle_websocket_upgrade()
        door = self.transport.get_protocol()
        if isinstance(door, SocketDoor):
            door.counted_as = whose
        else:
            self.edge.occupancy.leave(CONNECTIONS_AN_ADDRESS, whose)
        # The two hold each other, and nobody tells this one that the connection is lost.
        self.parser = None  # type: ignore[assignment]

    def _count(self, more: int) -> None:
        self._size += more
        most = self.edge.limits.most(HEADERS_MAX)
        if most is not None and self._size > most:
            raise TooLargeError

    def _wait(self) -> None:
        seconds = self.edge.limits.most(HEADERS_SECONDS)
        if seconds is not None:
            self._waiting = self.loop.call_later(seconds, self._waited)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _waited(self) -> None:
        self._waiting = None
        self._refuse(408, "the request did not come in time")

    def _refuse(self, status: int, line: str) -> None:
        self._refused = True
        if self.transport.is_closing():
            return
        # Between two requests there is nobody to tell.
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(_refusal(status, line))
        self.transport.close()


class SocketDoor(WebSocketsSansIOProtocol):
    """Counts messages, control frames too; closes who floods, and cuts off who takes no answers."""

    edge: Edge = Edge(limits=Limits({MESSAGES_A_SOCKET.name: None}))
    counted_as: str | None = None
    _window = 0
    _messages = 0
    _piece = PIECE_BYTES
    _came = False
    _in_a_row = 0
    _next: asyncio.Handle | None = None

    def connection_made(self, transport: Any) -> None:
        # What was read and not looked at yet.
        self._unread = bytearray()
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.edge.occupancy.leave(CONNECTIONS_AN_ADDRESS, self.counted_as)
        self.counted_as = None
        self._unread.clear()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.handshake_initiated:
            behind = bool(self._unread)
            self._unread += data
            if not behind:
                self._read_on()
            return
        super().data_received(data)
        # uvicorn neither answers nor closes where what the HTTP protocol let pass is no handshake to the other one.
        if self.conn.handshake_exc is not None and not self.handshake_initiated and not self.transport.is_closing():
            self.transport.write(_refusal(400, "this is no handshake of a WebSocket"))
            self.transport.close()

    async def receive(self) -> Any:
        """The application is handed what waits without waiting itself, so it has to be made to."""
        self._in_a_row = 0 if self.queue.empty() else self._in_a_row + 1
        if self._in_a_row >= IN_A_ROW:
            self._in_a_row = 0
            await asyncio.sleep(0)
        message = await self.queue.get()
        self._go_on()
        return message

    async def send(self, message: Any) -> None:
        await super().send(message)
        if self.close_sent:
            self._go_on()

    def _read_on(self) -> None:
        """One piece of what was read."""
        self._next, self._came = None, False
        piece = bytes(self._unread[: self._piece])
        if not piece:
            return
        del self._unread[: len(piece)]
        super().data_received(piece)
        self._piece = PIECE_BYTES if self._came else min(4 * self._piece, PIECE_BYTES_MAX)
        if self.transport.is_closing():
            self._unread.clear()
        elif self._unread and not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()
        self._go_on()

    def _go_on(self) -> None:
        if self._unread:
            self._next = self._next or self.loop.call_soon(self._read_on)
        elif self.read_paused and (self.queue.empty() or self.close_sent) and not self.transport.is_closing():
            self.read_paused = False
            self.transport.resume_reading()

    def handle_text(self, event: Any) -> None:
        if self.admits():
            super().handle_text(event)

    def handle_bytes(self, event: Any) -> None:
        if self.admits():
            super().handle_bytes(event)

    def handle_cont(self, event: Any) -> None:
        if self.admits():
            super().handle_cont(event)

    def handle_pong(self, event: Any) -> None:
        if self.admits():
            super().handle_pong(event)

    def handle_ping(self) -> None:
        if self.admits():
            super().handle_ping()

    def send_receive_event_to_app(self) -> None:
        """uvicorn writes a trace for each text that is no UTF-8, so that any stranger could fill the log."""
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_text(self.frames):
            self.frames = []
            self.close_at_once(NOT_TEXT, "a text message must be UTF-8")
            return
        super().send_receive_event_to_app()

    def admits(self) -> bool:
        """Counts one message; False where it was too many, and the socket is closed."""
        self._came = True
        window = int(self.loop.time() // WINDOW_SECONDS)
        if window != self._window:
            self._window, self._messages = window, 0
        self._messages += 1
        most = self.edge.limits.most(MESSAGES_A_SOCKET)
        if most is None or self._messages <= most:
            return True
        self.close_at_once(TOO_MANY.code, f"more than {most} messages in {WINDOW_SECONDS} s")
        return False

    def close_at_once(self, code: int, reason: str) -> None:
        """The close frame goes behind what waits; who does not take it in a while is cut off."""
        if self.close_sent or self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self._go_on()
        self.close_timer = self.loop.call_later(GRACE_SECONDS, self.transport.abort)


def _refusal(status: int, line: str) -> bytes:
    """A whole answer, after which the connection is closed."""
    body = line.encode()
    own = ((b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body)), CLOSE)
    lines = (REFUSALS[status], *(b"%b: %b" % header for header in (*own, *DEFAULTS)))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _is_text(parts: list[bytes]) -> bool:
    """A character may begin in one frame of a message and end in the next."""
    try:
        b"".join(parts).decode()
    except UnicodeDecodeError:
        return False
    return True


def held_to(edge: Edge, door: type) -> Any:
    """uvicorn makes the protocols itself: each of this class knows the limits."""
    return type(door.__name__, (door,), {"edge": edge, "proxies": trusted_proxies(), "__doc__": door.__doc__})


def trusted_proxies() -> Addresses:
    """Those whose word uvicorn takes for where a request comes from, by its own variable."""
    named = [one.strip() for one in os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1").split(",")]
    try:
        return Addresses(EVERYBODY if "*" in named else [one for one in named if one])
    except ValueError:
        # uvicorn takes names of sockets too.
        return Addresses(())
