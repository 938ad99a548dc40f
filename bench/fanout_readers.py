"""Thousands of subscribers in one process: they count frames, and decode a sample to see how old it is."""

import asyncio
import resource
import time
from datetime import UTC, datetime
from typing import Any

import orjson
import uvloop

from bench.fanout_control import obey
from bench.synthetic_election import ELECTION, district

HANDSHAKE = (
    "GET /graphql HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
ROWS = "rows { votes share rank leading candidate { id } }"
QUERY = f"""subscription Bench($areas: [ID!]!) {{ resultUpdates(electionId: "{ELECTION}", areaIds: $areas) {{
  lastReportAt results {{ contest {{ id }} area {{ id }} stationsReporting {ROWS} }}
}} }}"""
# One delivery in so many is decoded.
SAMPLE = 11
AT_ONCE = 100
# Less than any update with 31 rows.
HEARTBEAT_BYTES_MAX = 500
TEXT, PING, PONG = 0x81, 0x89, 0x8A


class Reader(asyncio.Protocol):
    """One connection: a handshake, then frames."""

    def __init__(self, all_: "Readers", area: str) -> None:
        self.all = all_
        self.area = area
        self.buffer = bytearray()
        self.upgraded = False
        self.frames = 0
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(HANDSHAKE.encode())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.upgraded:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            del self.buffer[: end + 4]
            self.upgraded = True
            self._send({"type": "connection_init"})
        while (length := self._whole()) is not None:
            start, end = length
            self._frame(start, end)
            del self.buffer[:end]

    def _whole(self) -> tuple[int, int] | None:
        """Where the payload of the first frame begins and ends, once it is there."""
        buffer = self.buffer
        if len(buffer) < 4:
            return None
        size, start = buffer[1] & 127, 2
        if size == 126:
            size, start = int.from_bytes(buffer[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(buffer[2:10], "big"), 10
        return (start, start + size) if len(buffer) >= start + size else None

    def _frame(self, start: int, end: int) -> None:
        if self.buffer[0] == PING:
            self.transport.write(bytes([PONG, 0x80 | end - start]) + b"\0\0\0\0" + self.buffer[start:end])
        if self.buffer[0] != TEXT:
            return
        self.frames += 1
        if self.frames == 1:
            variables = {"areas": [self.area]}
            self._send({"id": "1", "type": "subscribe", "payload": {"query": QUERY, "variables": variables}})
        elif self.frames == 2:
            self.ready.set_result(None)
        else:
            self.all.take(self.buffer, start, end)

    def _send(self, message: Any) -> None:
        body = orjson.dumps(message)
        size = bytes([0x80 | len(body)]) if len(body) < 126 else bytes([0xFE]) + len(body).to_bytes(2, "big")
        self.transport.write(b"\x81" + size + b"\0\0\0\0" + body)

    def connection_lost(self, exc: Exception | None) -> None:
        self.all.lost += 1
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("closed before the first answer"))


class Readers:
    def __init__(self) -> None:
        self.connections: list[Reader] = []
        self.count = self.lost = self.bytes = 0
        self.latencies: list[float] = []

    def take(self, buffer: bytearray, start: int, end: int) -> None:
        if end - start < HEARTBEAT_BYTES_MAX:
            return
        self.count += 1
        self.bytes += end - start
        if self.count % SAMPLE:
            return
        update = orjson.loads(memoryview(buffer)[start:end])["payload"]["data"]["resultUpdates"]
        assert len(update["results"][0]["rows"]) == 31
        if update["lastReportAt"]:
            age = datetime.now(UTC) - datetime.fromisoformat(update["lastReportAt"])
            self.latencies.append(age.total_seconds())

    async def connect(self, port: int, readers: int, groups: int) -> float:
        """Opens so many; seconds until each has its first answer."""
        began, gate = time.monotonic(), asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> None:
            area = f"{ELECTION}/city" if groups == 1 else district(number % groups)
            async with gate:
                loop = asyncio.get_running_loop()
                _, reader = await loop.create_connection(lambda: Reader(self, area), "127.0.0.1", port)
                self.connections.append(reader)
                await reader.ready

        await asyncio.gather(*(one(number) for number in range(readers)))
        return time.monotonic() - began

    async def counted(self) -> dict[str, Any]:
        """What came since the last call."""
        answer = {"frames": self.count, "bytes": self.bytes, "latencies": self.latencies, "lost": self.lost}
        self.count = self.bytes = 0
        self.latencies = []
        return answer

    async def seen(self) -> int:
        return self.count

    async def lost_count(self) -> int:
        return self.lost

    async def close(self) -> None:
        for reader in self.connections:
            reader.transport.abort()
        self.connections = []


async def main() -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    readers = Readers()
    await obey({name: getattr(readers, name) for name in ("connect", "counted", "seen", "lost_count", "close")})


if __name__ == "__main__":
    uvloop.run(main())
