"""Thousands of subscribers in one process: they count frames, and decode a sample to see how old it is."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import orjson
import uvloop

from bench.fanout_control import obey
from bench.reader_socket import ReaderSocket, allow_many_sockets
from bench.synthetic_election import ELECTION, district

ROWS = "rows { votes share rank leading candidate { id } }"
QUERY = f"""subscription Bench($areas: [ID!]!) {{ resultUpdates(electionId: "{ELECTION}", areaIds: $areas) {{
  lastReportAt results {{ contest {{ id }} area {{ id }} stationsReporting {ROWS} }}
}} }}"""
# One delivery in so many is decoded.
SAMPLE = 11
AT_ONCE = 100
# Less than any update with 31 rows.
HEARTBEAT_BYTES_MAX = 500


class Reader(ReaderSocket):
    """One connection of the crowd."""

    def __init__(self, all_: "Readers", area: str) -> None:
        super().__init__()
        self.all = all_
        self.area = area
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def acknowledged(self) -> None:
        self.subscribe(QUERY, {"areas": [self.area]})

    def arrived(self, start: int, end: int) -> None:
        if self.messages == 2:
            self.ready.set_result(None)
        else:
            self.all.take(self.buffer, start, end)

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
    allow_many_sockets()
    readers = Readers()
    await obey({name: getattr(readers, name) for name in ("connect", "counted", "seen", "lost_count", "close")})


if __name__ == "__main__":
    uvloop.run(main())
