"""A night's readers in one process: each holds what it was told; a few go away and come back, a few stop reading.

python -m bench.night_readers [steady]

Equal frames are decoded once for all who are sent them, so that the readers are not what is measured.
"""

import asyncio
import hashlib
import random
import socket
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import uvloop

from bench.fanout_control import obey
from bench.reader_socket import ReaderSocket, allow_many_sockets
from feed.position import decode

QUERY = """subscription Night($election: ID!, $areas: [ID!]!, $after: Cursor) {
  resultUpdates(electionId: $election, areaIds: $areas, after: $after) {
    kind cursor reset conflated
    results { contest { id } area { id } stationsReporting ballotsCast rows { candidate { id } votes share rank } }
  }
}"""
RECONNECTING, STALLED = 20, 100
AWAY_SECONDS = (0.0, 2.0)
STAY_SECONDS = (5.0, 20.0)
STALL_SECONDS = (10.0, 60.0)
NARROW_BYTES = 4_096
DECODED_MAX = 512
AT_ONCE = 50
# Before a server that is not there is tried again.
AGAIN_SECONDS = (0.1, 0.3)
# With ten thousand of them the trying itself would take a core.
MANY_AGAIN_SECONDS = (0.3, 1.0)


class Seat:
    """One reader, over all of its connections; `area`: or several, with commas between them.

    `told`: when, and from which entry to which, while it was there.
    """

    def __init__(self, number: int, areas: list[str], *, steady: bool = False) -> None:
        self.reconnecting = _one_in(RECONNECTING, number, 0) and not steady
        self.stalled = _one_in(STALLED, number, 2 * RECONNECTING) and not steady
        # Who stalls misses the most: the first are the widest.
        self.area = areas[0] if self.stalled else areas[number % len(areas)]
        self.held: dict[tuple[str, str], Any] = {}
        self.cursor: str | None = None
        self.sequence = -1
        self.told: list[tuple[float, int, int]] = []
        self.connections = self.resets = self.conflated = 0
        # Its line is up, and has brought something.
        self.live = False

    def take(self, update: dict[str, Any], now: float, *, first: bool) -> None:
        if update["kind"] == "SNAPSHOT":
            # All are sent everything anew when counting opens; from then on nobody may be.
            self.resets += self.sequence >= 0
            self.held.clear()
        for result in update["results"]:
            self.held[result["contest"]["id"], result["area"]["id"]] = result
        before, self.cursor = self.sequence, update["cursor"]
        self.sequence = update["sequence"]
        self.conflated += update["conflated"]
        if not first:
            self.told.append((now, before, self.sequence))


def _one_in(count: int, number: int, first: int) -> bool:
    """Spread over the groups, whose members stand at even distances."""
    return number % count == (number // count + first) % count


class Line(ReaderSocket):
    """One connection of a seat."""

    def __init__(self, crowd: "Crowd", seat: Seat) -> None:
        super().__init__()
        self.crowd = crowd
        self.seat = seat
        # The reader itself has gone.
        self.left = False
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_lost(self, exc: Exception | None) -> None:
        self.seat.live = False
        if not self.over.done():
            self.over.set_result(None)

    def acknowledged(self) -> None:
        self.subscribe(
            QUERY, {"election": self.crowd.election, "areas": self.seat.area.split(","), "after": self.seat.cursor}
        )

    def arrived(self, start: int, end: int) -> None:
        self.seat.live = True
        update = self.crowd.decoded(bytes(self.buffer[start:end]))
        self.seat.take(update, time.time(), first=self.messages == 2)


class Crowd:
    """`steady`: nobody leaves or stalls of their own."""

    def __init__(self, *, steady: bool = False) -> None:
        self._steady = steady
        self._again = MANY_AGAIN_SECONDS if steady else AGAIN_SECONDS
        self.seats: list[Seat] = []
        self.election = ""
        self._known: dict[bytes, dict[str, Any]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._calm = asyncio.Event()
        self._gate = asyncio.Semaphore(AT_ONCE)

    def decoded(self, body: bytes) -> dict[str, Any]:
        update = self._known.get(body)
        if update is None:
            update = orjson.loads(body)["payload"]["data"]["resultUpdates"]
            update["sequence"] = decode(update["cursor"]).sequence
            if len(self._known) >= DECODED_MAX:
                self._known.clear()
            self._known[body] = update
        return update

    async def connect(self, port: int, election: str, areas: list[str], readers: int) -> float:
        """Everybody in place, spread evenly over the areas; seconds until the last had its first answer."""
        began, self.election = time.monotonic(), election
        self.seats = [Seat(number, areas, steady=self._steady) for number in range(readers)]
        self._tasks = [asyncio.create_task(self._sit(port, seat)) for seat in self.seats]
        while any(seat.cursor is None for seat in self.seats):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    async def _sit(self, port: int, seat: Seat) -> None:
        while True:
            try:
                async with self._gate:
                    line = await self._dial(port, seat)
            except OSError:
                await asyncio.sleep(random.uniform(*self._again))
                continue
            seat.connections += 1
            await self._stay(seat, line)
            await asyncio.sleep(random.uniform(*AWAY_SECONDS))

    async def _dial(self, port: int, seat: Seat) -> Line:
        """Raises OSError. Who stalls has a narrow line besides: little fits into it that the server is rid of."""
        loop, line = asyncio.get_running_loop(), Line(self, seat)
        if not seat.stalled:
            await loop.create_connection(lambda: line, "127.0.0.1", port)
            return line
        narrow = socket.socket()
        try:
            narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW_BYTES)
            narrow.setblocking(False)
            await loop.sock_connect(narrow, ("127.0.0.1", port))
            await loop.create_connection(lambda: line, sock=narrow)
        except OSError:
            narrow.close()
            raise
        return line

    async def _stay(self, seat: Seat, line: Line) -> None:
        """Until the line is cut: by the server, or by the reader's own doing."""
        while not line.over.done() and not self._calm.is_set() and (seat.reconnecting or seat.stalled):
            await asyncio.wait({line.over}, timeout=random.uniform(*STAY_SECONDS))
            if self._calm.is_set() or line.over.done():
                break
            if seat.reconnecting:
                line.left = True
                line.transport.abort()
                break
            line.transport.pause_reading()
            await asyncio.wait({asyncio.ensure_future(self._calm.wait())}, timeout=random.uniform(*STALL_SECONDS))
            if not line.transport.is_closing():
                line.transport.resume_reading()
        await line.over

    async def live(self) -> int:
        """How many are connected, and were sent something on that line."""
        return sum(seat.live for seat in self.seats)

    async def late(self, sequence: int) -> int:
        """How many have not come so far."""
        return self._late(sequence)

    def _late(self, sequence: int) -> int:
        return sum(seat.sequence < sequence for seat in self.seats)

    async def finish(self, sequence: int, file: str) -> dict[str, Any]:
        """Nobody leaves or stalls any more; once all have come so far: what they hold, by area, and how it went."""
        self._calm.set()
        deadline = time.monotonic() + 120
        while self._late(sequence) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        held: dict[str, dict[str, int]] = {}
        for seat in self.seats:
            digests = held.setdefault(seat.area, {})
            digests[digest(seat.held.values())] = digests.get(digest(seat.held.values()), 0) + 1
        steady = [(seat.area, seat.told) for seat in self.seats if not seat.stalled]
        await asyncio.to_thread(Path(file).write_bytes, orjson.dumps(steady))
        return {
            "late": self._late(sequence),
            "held": held,
            "resets": sum(seat.resets for seat in self.seats),
            "conflated": sum(seat.conflated for seat in self.seats),
            "updates": sum(len(seat.told) for seat in self.seats),
            "connections": sum(seat.connections for seat in self.seats),
        }


def digest(results: Any) -> str:
    """Of results in any order."""
    rows = sorted(orjson.dumps(result, option=orjson.OPT_SORT_KEYS) for result in results)
    return hashlib.sha256(b"\n".join(rows)).hexdigest()


async def main() -> None:
    allow_many_sockets()
    crowd = Crowd(steady=sys.argv[1:] == ["steady"])
    await obey({name: getattr(crowd, name) for name in ("connect", "finish", "live", "late")})


if __name__ == "__main__":
    uvloop.run(main())
