"""WebSockets on uvicorn's sans-I/O protocol, with a line straight to the transport for messages that many share.

A frame is made of its header and the ready bytes of the message, and written at once; nothing is copied through queues,
tasks or the protocol's own encoder. Without compression that is all that the protocol would do.
"""

import struct
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected

from gql.closing import COME_LATER
from gql.line import LINE
from tallywire.doors import SocketDoor

TEXT = 0x81
# With so much waiting on the line, pings are not answered.
PONGS_BYTES_MAX = 65_536
ABORT_SECONDS = 1.0


class CalmSocket(SocketDoor):
    """uvicorn's own, that lets no stranger fill the memory with pongs, and no dead peer hold its connection."""

    def handle_ping(self) -> None:
        """One who asks and asks and reads no answer is not answered: RFC 6455, 5.5.3, wants the newest alone."""
        if self.transport.get_write_buffer_size() > PONGS_BYTES_MAX:
            self.conn.data_to_send()
            self.admits()
            return
        super().handle_ping()

    def keepalive_timeout(self) -> None:
        """A peer that answers no ping takes no bytes either: closing would wait for it for ever.

        uvicorn would say 1011, which a client that only slept for a while does not come back from.
        """
        self.pong_timer = self.pending_ping_payload = None
        if self.close_sent or self.transport.is_closing():
            return
        self.conn.fail(COME_LATER.code, "No ping was answered: come back with the last cursor")
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()
        self.loop.call_later(ABORT_SECONDS, self.transport.abort)


class DirectSocket(CalmSocket):
    """Offers itself as `gql.line.Line` in the scope's extensions, unless the peer and it agreed to compress."""

    async def run_asgi(self) -> None:
        if not self.conn.extensions:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[LINE] = self
        try:
            await super().run_asgi()
        finally:
            # Its scope and it would hold each other until Python looks for such things.
            self.scope["extensions"].pop(LINE, None)

    async def send(self, message: Any) -> None:
        """After `shut` the application may not know yet; to it the peer is gone."""
        if self.close_sent and message["type"] in ("websocket.send", "websocket.close"):
            raise ClientDisconnected
        await super().send(message)

    def waiting(self) -> int:
        return self.transport.get_write_buffer_size()

    def put(self, start: bytes, body: bytes, end: bytes) -> None:
        if self.close_sent or self.transport.is_closing():
            return
        self.transport.write(b"".join((frame_header(len(start) + len(body) + len(end)), start, body, end)))

    async def drained(self) -> None:
        await self.writable.wait()

    async def shut(self, code: int, reason: str) -> None:
        """The close frame goes behind what waits; who does not take it in a while is cut off."""
        self.close_at_once(code, reason)


def frame_header(length: int) -> bytes:
    """Of one whole text message from the server; RFC 6455, 5.2."""
    if length < 126:
        return struct.pack("!BB", TEXT, length)
    if length < 65_536:
        return struct.pack("!BBH", TEXT, 126, length)
    return struct.pack("!BBQ", TEXT, 127, length)
