"""Bytes on a line for `bench.abuse`: requests and frames that no client library would send, and the answers."""

import asyncio
import os
import struct
from dataclasses import dataclass
from types import TracebackType

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` 0: the line was closed without one."""

    status: int
    body: bytes = b""


class Line:
    """One connection, used for one request after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, port: int) -> "Line":
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=2**22))

    async def __aenter__(self) -> "Line":
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self.writer.transport.abort()

    async def ask(self, request: bytes) -> Answer:
        try:
            self.writer.write(request)
            return await asyncio.wait_for(self._answer(), PATIENCE_SECONDS)
        except (OSError, asyncio.IncompleteReadError):
            return Answer(0)

    async def _answer(self) -> Answer:
        head = await self.reader.readuntil(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        lowered = head.lower()
        if b"\r\ncontent-length:" in lowered:
            length = int(lowered.split(b"\r\ncontent-length:", 1)[1].split(b"\r\n", 1)[0])
            return Answer(status, await self.reader.readexactly(length))
        if b"\r\ntransfer-encoding: chunked" in lowered:
            return Answer(status, await self._chunks())
        return Answer(status)

    async def _chunks(self) -> bytes:
        parts = []
        while size := int((await self.reader.readline()).strip(), 16):
            parts.append((await self.reader.readexactly(size + 2))[:-2])
        await self.reader.readline()
        return b"".join(parts)

    async def upgrade(self, address: str, *, compressed: bool = False) -> int:
        """To graphql-transport-ws; the status of the answer."""
        more = b"Sec-WebSocket-Extensions: permessage-deflate\r\n" if compressed else b""
        answer = await self.ask(
            b"GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n"
            b"X-Forwarded-For: %b\r\n%b\r\n" % (address.encode(), more)
        )
        return answer.status

    def frame(self, payload: bytes, kind: int = TEXT, *, packed: bool = False) -> None:
        self.writer.write(frame(payload, kind, packed=packed))

    async def received(self) -> tuple[int, bytes]:
        """The next frame, its kind and its payload; pings are answered. Raises OSError, IncompleteReadError."""
        while True:
            first, size = await self.reader.readexactly(2)
            if size == 126:
                (size,) = struct.unpack("!H", await self.reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", await self.reader.readexactly(8))
            payload = await self.reader.readexactly(size)
            if first & 0xF != PING:
                return first & 0xF, payload
            self.frame(payload, PONG)

    async def closed_with(self) -> str:
        """What the socket is closed with, once all before it was read."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    kind, payload = await self.received()
                    if kind == CLOSE:
                        return f"closed {struct.unpack('!H', payload[:2])[0]}"
        except (OSError, asyncio.IncompleteReadError):
            return "closed 1006"
        except TimeoutError:
            return "not closed"


def frame(payload: bytes, kind: int = TEXT, *, packed: bool = False) -> bytes:
    """As clients must mask it, with a mask that changes nothing. `packed`: by permessage-deflate."""
    first = 0x80 | kind | (0x40 if packed else 0)
    if len(payload) < 126:
        head = struct.pack("!BB", first, 0x80 | len(payload))
    elif len(payload) < 65_536:
        head = struct.pack("!BBH", first, 0xFE, len(payload))
    else:
        head = struct.pack("!BBQ", first, 0xFF, len(payload))
    return head + b"\0\0\0\0" + payload


def request(
    body: bytes,
    address: str,
    *headers: bytes,
    path: bytes = b"/graphql",
    method: bytes = b"POST",
    token: str | None = None,
) -> bytes:
    """Whole, from this address as a proxy says it."""
    lines = [
        b"%b %b HTTP/1.1" % (method, path),
        b"Host: x",
        b"X-Forwarded-For: " + address.encode(),
        b"Content-Length: %d" % len(body),
        *headers,
    ]
    if token is not None:
        lines.append(b"Authorization: Bearer " + token.encode())
    if not any(one.lower().startswith(b"content-type") for one in headers):
        lines.append(b"Content-Type: application/json")
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def noise(length: int) -> str:
    return os.urandom((length + 1) // 2).hex()[:length]
