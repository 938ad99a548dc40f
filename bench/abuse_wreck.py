"""Those who mean harm, of `bench.abuse`, in a process of their own: idle sockets, slow lines, and acts at a pace.

Each act gives one word on how it was answered: a status and a code, or a close code.
"""

import asyncio
import contextlib
import hashlib
import io
import json
import os
import resource
import sys
import time
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import orjson
import uvloop
from PIL import Image

from bench.abuse_documents import DOCUMENTS
from bench.abuse_lines import Line, noise, request
from bench.fanout_control import obey
from db.enrolment import damm_digit

ADDRESSES = 16
IDLE_AN_ADDRESS = 1_000
DRIP_SECONDS = 1.0
AT_ONCE = 512
NICENESS = 19
BOMB = b" " * 8_000_000
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
FRAMES = (b"5", b"null", b"[]", b"{}", b"nonsense", b"[" * 5_000, b'{"type": 5}', b'{"id": 1, "type": "subscribe"}')
CROOKED = (b"\xf1\x80\0\0\0\0", b"\x83\x80\0\0\0\0", b"\x81\x01a", b"\x81\xff" + b"\x7f" * 12)
JSON_EVENTS = b"Accept: text/event-stream"


class Wreck:
    def __init__(self, port: int, token: str, kinds: str = "") -> None:
        """`kinds`: names of acts, with commas between; all where there are none."""
        self._port, self._token = port, token
        self._numbers = count()
        self._idle: list[Line] = []
        self._held: list[asyncio.Task[None]] = []
        self._slow: Counter[str] = Counter()
        self._acts: dict[str, Callable[[], Awaitable[str]]] = {
            **{name: self._sender(make) for name, make in DOCUMENTS.items()},
            "tokens guessed": self._guess_token,
            "codes guessed": self._guess_code,
            "packed bodies": self._packed_body,
            "packed messages": self._packed_message,
            "malformed frames": self._malformed,
            "floods of messages": self._flood,
            "uploads that lie": self._upload,
        }
        if kinds:
            self._acts = {name: self._acts[name] for name in kinds.split(",")}

    def _address(self) -> str:
        return f"203.0.113.{next(self._numbers) % ADDRESSES + 1}"

    async def idle(self, sockets: int, a_second: float) -> dict[str, int]:
        """Opens so many that ask for nothing, and keeps them; how they were answered."""
        answers: Counter[str] = Counter()
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> None:
            async with gate:
                line = await Line.open(self._port)
                status = await line.upgrade(f"203.0.114.{number // IDLE_AN_ADDRESS + 1}")
                line.frame(b'{"type": "connection_init"}')
                answers[f"{status}"] += 1
                self._idle.append(line)

        due, opening = time.monotonic(), []
        for number in range(sockets):
            due += 1 / a_second
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            opening.append(asyncio.create_task(one(number)))
        await asyncio.gather(*opening)
        # Whoever idles answers pings: nothing less would stay for long.
        self._held += [asyncio.create_task(_drain(line)) for line in self._idle]
        return answers

    async def slow(self, lines: int) -> int:
        """So many lines that drip, and come again when they are closed."""
        self._held += [asyncio.create_task(self._drip(number)) for number in range(lines)]
        return lines

    async def _drip(self, number: int) -> None:
        head = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50000\r\nX-A: "
        while True:
            await asyncio.sleep(DRIP_SECONDS * (number % 100) / 100)
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                async with await Line.open(self._port) as line:
                    line.writer.write(head if number % 2 else head + b"a\r\n\r\n{")
                    answer = asyncio.create_task(line.reader.read(100))
                    while not answer.done():
                        line.writer.write(b" ")
                        await asyncio.wait({answer}, timeout=DRIP_SECONDS)
                    self._slow[answer.result()[9:12].decode() or "closed"] += 1

    async def release(self) -> dict[str, int]:
        """All that is held is let go; how the slow lines were answered."""
        for task in self._held:
            task.cancel()
        await asyncio.gather(*self._held, return_exceptions=True)
        for line in self._idle:
            line.close()
        self._held, self._idle = [], []
        return self._slow

    async def wreak(self, seconds: float, a_second: float) -> dict[str, dict[str, int]]:
        """One act after the other, of each kind in turn; how each kind was answered."""
        answers: dict[str, Counter[str]] = {name: Counter() for name in self._acts}
        gate, kinds, acts = asyncio.Semaphore(AT_ONCE), list(self._acts.items()), []

        async def one(name: str, act: Callable[[], Awaitable[str]]) -> None:
            async with gate:
                try:
                    answers[name][await act()] += 1
                except Exception as error:
                    answers[name][f"{type(error).__name__}: {error}"[:60]] += 1

        due = time.monotonic()
        until = due + seconds
        while (due := due + 1 / a_second) < until:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            acts.append(asyncio.create_task(one(*kinds[len(acts) % len(kinds)])))
        await asyncio.gather(*acts)
        return answers

    async def _post(self, body: bytes, *headers: bytes, token: str | None = None, **named: Any) -> str:
        async with await Line.open(self._port) as line:
            answer = await line.ask(request(body, self._address(), *headers, token=token, **named))
        return word(answer.status, answer.body)

    def _sender(self, make: Callable[[], bytes]) -> Callable[[], Awaitable[str]]:
        """By POST, as an event stream, or over a socket, in turn."""

        async def send() -> str:
            body, way = make(), next(self._numbers) % 3
            if way < 2:
                return await self._post(body, *([JSON_EVENTS] if way else []))
            async with await Line.open(self._port) as line:
                await self._init(line)
                line.frame(b'{"id": "1", "type": "subscribe", "payload": %b}' % body)
                return await _next_word(line)

        return send

    async def _init(self, line: Line, *, compressed: bool = False) -> None:
        status = await line.upgrade(self._address(), compressed=compressed)
        if status != 101:
            raise ConnectionError(f"{status} at the handshake")
        line.frame(b'{"type": "connection_init"}')
        await line.received()

    async def _guess_token(self) -> str:
        return await self._post(b'{"query": "{ viewer { role } }"}', token=f"tw_{noise(32)}")

    async def _guess_code(self) -> str:
        digits = f"{int(noise(10), 16) % 10**11:011}"
        query = "mutation E($i: EnrolInput!) { enrol(input: $i) { __typename } }"
        variables = {"i": {"code": f"{digits}{damm_digit(digits)}", "displayName": "x"}}
        return await self._post(orjson.dumps({"query": query, "variables": variables}))

    async def _packed_body(self) -> str:
        return await self._post(zlib.compress(BOMB), b"Content-Encoding: deflate")

    async def _packed_message(self) -> str:
        packer = zlib.compressobj(wbits=-15)
        packed = packer.compress(BOMB) + packer.flush(zlib.Z_SYNC_FLUSH)
        async with await Line.open(self._port) as line:
            await self._init(line, compressed=True)
            line.frame(packed[:-4], packed=True)
            return await line.closed_with()

    async def _malformed(self) -> str:
        number = next(self._numbers)
        async with await Line.open(self._port) as line:
            await self._init(line)
            if number % 4 == 0:
                # Reserved bits, a reserved kind, no mask, a length that never comes.
                line.writer.write(CROOKED[number // 4 % len(CROOKED)])
            else:
                line.frame(FRAMES[number % len(FRAMES)])
            return await line.closed_with()

    async def _flood(self) -> str:
        async with await Line.open(self._port) as line:
            await self._init(line)
            for _ in range(600):
                line.frame(b'{"type": "ping"}')
            return await line.closed_with()

    async def _upload(self) -> str:
        content = PICTURES[next(self._numbers) % len(PICTURES)]
        digest = hashlib.sha256(content).hexdigest()
        more = {"path": b"/evidence/" + digest.encode(), "method": b"PUT"}
        return await self._post(content, b"Content-Type: image/jpeg", token=self._token, **more)


def _bomb() -> bytes:
    """A hundred million pixels in a few kilobytes."""
    buffer = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(buffer, "PNG")
    return buffer.getvalue()


PICTURES = (SVG, HTML, b"\xff\xd8\xff\xe0" + HTML, b"GIF89a" + SVG, b"%PDF-1.7\n" + HTML, b"", _bomb())


def word(status: int, body: bytes) -> str:
    """A status, and the code where there is one."""
    start = body.find(b"{")
    with contextlib.suppress(ValueError, KeyError, IndexError, TypeError):
        answer = json.loads(body[start:].split(b"\n")[0])
        if "code" in answer:
            return f"{status} {answer['code']}"
        if errors := answer.get("errors"):
            return f"{status} {errors[0]['extensions']['code']}"
        data = next(iter(answer["data"].values()))
        if isinstance(data, dict) and data.get("__typename") == "EnrolmentRefused":
            return f"{status} EnrolmentRefused"
        return f"{status} answered"
    return f"{status}"


async def _next_word(line: Line) -> str:
    kind, payload = await asyncio.wait_for(line.received(), 30)
    if kind == 8:
        return f"closed {int.from_bytes(payload[:2], 'big')}"
    message = json.loads(payload)
    payload_ = message.get("payload")
    errors = payload_ if isinstance(payload_, list) else (payload_ or {}).get("errors")
    return errors[0]["extensions"]["code"] if errors else "answered"


async def _drain(line: Line) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while True:
            await line.received()


async def main() -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    # They have machines of their own; here they share ours, and must not take it from those who are measured. Whether
    # they still did what they were asked to is said in the end.
    os.nice(NICENESS)
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    wreck = Wreck(int(sys.argv[1]), sys.argv[2], sys.argv[3])
    await obey({"idle": wreck.idle, "slow": wreck.slow, "wreak": wreck.wreak, "release": wreck.release})


if __name__ == "__main__":
    uvloop.run(main())
