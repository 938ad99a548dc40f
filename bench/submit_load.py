"""The phones of `bench.submit`, in a process of their own: connections that each send one tally after the other.

Reads one JSON order a line from stdin and answers it by one line: {"port", "seconds", "connections"} gives what was
accepted, when each was answered and after how long, and the CPU that sending cost. SIGUSR1 ends an order early.
Raw sockets, so that the phones are not what is measured.
"""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, cast

import orjson
import psutil
import uvloop

DOCUMENT = """mutation SubmitTally($input: SubmitTallyInput!) { submitTally(input: $input) {
  __typename ... on TallyAccepted { replayed tally { id state } } ... on TallyRejected { clientTallyId } } }"""
ACCEPTED = b'"TallyAccepted"'


@dataclass(slots=True)
class Round:
    """What one order came to; times in seconds. `ends`: when each answer came, by the machine's monotonic clock, as is
    `until`: from when on nothing more is sent.
    """

    until: float
    accepted: int = 0
    refused: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)


class Phone(asyncio.Protocol):
    """One connection: sends the next request when the answer to the last has come, until the round ends."""

    def __init__(self, requests: Iterator[bytes], into: Round, over: "asyncio.Future[None]") -> None:
        self._requests = requests
        self._into = into
        self._over = over
        self._received = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        now = time.monotonic()
        self._into.waits.append(now - self._sent_at)
        self._into.ends.append(now)
        if ACCEPTED in body:
            self._into.accepted += 1
        else:
            self._into.refused.append(body[:500].decode())
        self._received = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._over.done():
            self._over.set_exception(exc or ConnectionResetError("the server closed a connection"))

    def _next(self) -> None:
        assert self._transport is not None
        self._sent_at = time.monotonic()
        request = next(self._requests, None) if self._sent_at < self._into.until else None
        if request is not None:
            self._transport.write(request)
            return
        if not self._over.done():
            self._over.set_result(None)
        self._transport.close()


def _length(head: bytes) -> int:
    name = b"\r\ncontent-length:"
    start = head.lower().index(name) + len(name)
    return int(head[start:].split(b"\r\n", 1)[0])


def requests_from(script: Path) -> Iterator[bytes]:
    """One HTTP request a sheet (bench.submit_sheets.write_script)."""
    opening = b'{"query":%b,"variables":{"input":' % orjson.dumps(DOCUMENT)
    with script.open("rb") as lines:
        tokens = [token.encode() for token in orjson.loads(next(lines))]
        for line in lines:
            reporter, sheet = line.rstrip(b"\n").split(b" ", 1)
            body = opening + sheet + b"}}"
            yield (
                b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                b"Authorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b" % (tokens[int(reporter)], len(body), body)
            )


async def play(requests: Iterator[bytes], port: int, seconds: float, connections: int) -> dict[str, Any]:
    loop, me = asyncio.get_running_loop(), psutil.Process()
    before, began = me.cpu_times(), time.monotonic()
    into = Round(began + seconds)
    loop.add_signal_handler(signal.SIGUSR1, lambda: setattr(into, "until", 0.0))
    ends: list[asyncio.Future[None]] = [loop.create_future() for _ in range(connections)]
    for end in ends:
        await loop.create_connection(partial(Phone, requests, into, end), "127.0.0.1", port)
    await asyncio.gather(*ends)
    after = me.cpu_times()
    return {
        "accepted": into.accepted,
        "refused": len(into.refused),
        "refusal": into.refused[0] if into.refused else None,
        "seconds": time.monotonic() - began,
        "cpu_seconds": after.user + after.system - before.user - before.system,
        "waits": into.waits,
        "ends": into.ends,
    }


async def serve_orders(script: Path) -> None:
    """Each server is sent the sheets from their beginning, and goes on where it was."""
    going: dict[int, Iterator[bytes]] = {}
    for line in sys.stdin:
        order = json.loads(line)
        if order["port"] not in going:
            going[order["port"]] = requests_from(script)
        answer = await play(going[order["port"]], **order)
        sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve_orders(Path(sys.argv[1])))
