"""A client's end of graphql-transport-ws that costs next to nothing: handshake, frames, pongs.

Thousands of them live in one process of readers, so that the reading is not what is measured.
"""

import asyncio
import resource
from typing import Any

import orjson

HANDSHAKE = (
    "GET /graphql HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A


class ReaderSocket(asyncio.Protocol):
    """One connection: says init by itself, hands on every message after that to `arrived`."""

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.upgraded = False
        self.messages = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(HANDSHAKE.encode())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.upgraded and not self._upgrade():
            return
        at = 0
        while (frame := frame_at(self.buffer, at)) is not None:
            kind, start, at = frame
            self._take(kind, start, at)
        del self.buffer[:at]

    def _upgrade(self) -> bool:
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not self.buffer.startswith(b"HTTP/1.1 101"):
            # Turned away, as a server that is full does: the line is over.
            self.transport.abort()
            return False
        del self.buffer[: end + 4]
        self.upgraded = True
        self.send({"type": "connection_init"})
        return True

    def _take(self, kind: int, start: int, end: int) -> None:
        if kind == TEXT:
            self.messages += 1
            # The first is the answer to init; the second is the first that was asked for.
            self.acknowledged() if self.messages == 1 else self.arrived(start, end)
        elif kind == PING:
            self._write(PONG, bytes(self.buffer[start:end]))
        elif kind == CLOSE:
            self.transport.close()

    def acknowledged(self) -> None:
        """Now it may subscribe."""
        raise NotImplementedError

    def arrived(self, start: int, end: int) -> None:
        """A message stands in the buffer from `start` to `end`."""
        raise NotImplementedError

    def subscribe(self, query: str, variables: dict[str, Any]) -> None:
        self.send({"id": "1", "type": "subscribe", "payload": {"query": query, "variables": variables}})

    def send(self, message: dict[str, Any]) -> None:
        self._write(TEXT, orjson.dumps(message))

    def _write(self, kind: int, body: bytes) -> None:
        size = bytes([0x80 | len(body)]) if len(body) < 126 else bytes([0xFE]) + len(body).to_bytes(2, "big")
        self.transport.write(bytes([kind]) + size + b"\0\0\0\0" + body)


def frame_at(buffer: bytearray, at: int) -> tuple[int, int, int] | None:
    """What the frame at `at` is, and where its payload begins and ends, once it is there; RFC 6455, 5.2."""
    if len(buffer) < at + 2:
        return None
    size, start = buffer[at + 1] & 127, at + 2
    if size > 125:
        start += 2 if size == 126 else 8
        if len(buffer) < start:
            return None
        size = int.from_bytes(buffer[at + 2 : start], "big")
    return (buffer[at], start, start + size) if len(buffer) >= start + size else None


def allow_many_sockets() -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
