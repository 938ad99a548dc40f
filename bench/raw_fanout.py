"""The limit: ready-made frames written to sockets by uvloop, with no protocol, server or application above it."""

import asyncio
import base64
import contextlib
import hashlib
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson

from bench.synthetic_election import ELECTION, definition, state
from db.log import LogEntry
from feed.election_feed import ElectionFeed
from tallywire.sockets import frame_header

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
ACK = b'{"type":"connection_ack"}'


class Connection(asyncio.Protocol):
    """Answers the handshake, the init and the subscription, in that order, whatever they say, however they arrive."""

    def __init__(self, served: "Served") -> None:
        self.served = served
        self.stage = 0
        self._read = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while message := self._message():
            self.stage += 1
            self._answer(message)

    def _message(self) -> bytes:
        """The handshake, or a masked frame under 64 kB (RFC 6455); empty where it is not whole yet."""
        if self.stage == 0:
            end = self._read.find(b"\r\n\r\n") + 4
            whole = end > 3
        else:
            length = self._read[1] & 127 if len(self._read) > 3 else 0
            end = 6 + length if length < 126 else 8 + int.from_bytes(self._read[2:4], "big")
            whole = len(self._read) >= end
        if not whole:
            return b""
        message, self._read = self._read[:end], self._read[end:]
        return message

    def _answer(self, data: bytes) -> None:
        if self.stage == 1:
            key = next(line for line in data.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
            accept = base64.b64encode(hashlib.sha1(key.split(b":")[1].strip() + MAGIC).digest())
            self.transport.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: " + accept + b"\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
            )
        elif self.stage == 2:
            self.transport.write(frame_header(len(ACK)) + ACK)
        elif self.stage == 3:
            self.transport.write(self.served.frame())
            self.served.transports.append(self.transport)


class Served:
    """All groups are sent the city's frame: it is as long as a district's."""

    def __init__(self) -> None:
        self.transports: list[Any] = []
        self.feed = ElectionFeed(definition(), state())

    def frame(self) -> bytes:
        (contest,) = self.feed.definition.contests.values()
        (view,) = self.feed.views([(contest.id, f"{ELECTION}/city")], visible=True)
        last = self.feed.board.last_report_at
        rows = [
            {
                "votes": row.votes,
                "share": row.share,
                "rank": row.rank,
                "leading": row.leading,
                "candidate": {"id": contest.candidates[row.place].id},
            }
            for row in view.rows
        ]
        result = {
            "contest": {"id": contest.id},
            "area": {"id": f"{ELECTION}/city"},
            "stationsReporting": view.count.reporting,
            "rows": rows,
        }
        update = {"lastReportAt": last.isoformat() if last else None, "results": [result]}
        body = orjson.dumps({"id": "1", "type": "next", "payload": {"data": {"resultUpdates": update}}})
        return frame_header(len(body)) + body

    def told(self, batch: list[LogEntry]) -> None:
        for entry in batch:
            self.feed.add(entry)
        frame = self.frame()
        for transport in self.transports:
            transport.write(frame)


@contextlib.asynccontextmanager
async def serving(listener: socket.socket) -> AsyncIterator[Callable[[list[LogEntry]], None]]:
    served = Served()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(served), sock=listener)
    try:
        yield served.told
    finally:
        server.close()
