"""The honest of `bench.abuse`, in a process of their own: volunteers who report, readers who ask, readers who watch.

Everybody acts at times laid down before, whether the last answer has come or not; what is late counts from then on.
"""

import asyncio
import hashlib
import io
import json
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import uvloop
from PIL import Image

from bench.abuse_lines import TEXT, Line, request
from bench.fanout_control import obey
from bench.submit_load import ACCEPTED, DOCUMENT

LINES = 32
WATCH = """subscription Watch($election: ID!, $area: ID!) { resultUpdates(electionId: $election, areaIds: [$area]) {
  kind lastReportAt results { contest { id } stationsReporting rows { votes rank candidate { id } } } } }"""
ASK = """query Ask($contest: ID!, $area: ID) { result(contestId: $contest, areaId: $area) {
  status stationsFinal stationsTotal turnout rows { votes share rank candidate { ballotNumber name(lang: EN) } } } }"""
Act = Callable[[Line], Awaitable[bool]]


class Honest:
    def __init__(self, script: dict[str, Any], port: int) -> None:
        self._election, self._port = script["election"], port
        self._areas: list[str] = script["areas"]
        self._sheets, self._tokens = iter(script["sheets"]), script["tokens"]
        self._numbers = count()
        self._watching: list[asyncio.Task[None]] = []
        self._ages: list[float] = []

    def _address(self) -> str:
        number = next(self._numbers) % 5_000
        return f"198.51.{number // 250}.{number % 250 + 1}"

    async def watch(self, readers: int) -> int:
        for number in range(readers):
            line = await Line.open(self._port)
            assert await line.upgrade(self._address()) == 101
            line.frame(b'{"type": "connection_init"}')
            variables = {"election": self._election, "area": self._areas[number % len(self._areas)]}
            payload = {"query": WATCH, "variables": variables}
            line.frame(orjson.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            self._watching.append(asyncio.create_task(self._follow(line)))
        return readers

    async def _follow(self, line: Line) -> None:
        while True:
            kind, payload = await line.received()
            assert kind == TEXT, f"a reader was closed: {payload!r}"
            message = orjson.loads(payload)
            update = (message.get("payload") or {}).get("data", {}).get("resultUpdates")
            if update and update["kind"] == "DELTA":
                age = datetime.now(UTC) - datetime.fromisoformat(update["lastReportAt"])
                self._ages.append(age.total_seconds())

    async def photograph(self, sheets: int) -> int:
        """As on any night, photographs came before: the processes that decode them are there."""
        tokens = list(dict.fromkeys(self._tokens))[:sheets]
        answers = await asyncio.gather(*(self._photograph(token) for token in tokens))
        assert all(status in (200, 201) for status in answers), answers
        return len(answers)

    async def _photograph(self, token: str) -> int:
        buffer = io.BytesIO()
        Image.effect_noise((1_200, 900), 60.0).convert("RGB").save(buffer, "JPEG")
        content = buffer.getvalue()
        path = b"/evidence/" + hashlib.sha256(content).hexdigest().encode()
        async with await Line.open(self._port) as line:
            kind = b"Content-Type: image/jpeg"
            answer = await line.ask(request(content, self._address(), kind, path=path, method=b"PUT", token=token))
        return answer.status

    async def measure(self, seconds: float, a_second: float) -> dict[str, list[float]]:
        """Of each kind, how long everything took; `inf` is what was refused or never answered."""
        self._ages = []
        until = time.monotonic() + seconds
        volunteers, readers = await asyncio.gather(
            self._paced(self._report, a_second, until), self._paced(self._ask, a_second, until)
        )
        lost = [float("inf") for task in self._watching if task.done()]
        return {"volunteers": volunteers, "readers": readers, "watchers": [*self._ages, *lost]}

    async def _paced(self, act: Act, a_second: float, until: float) -> list[float]:
        free: asyncio.Queue[Line] = asyncio.Queue()
        for _ in range(LINES):
            free.put_nowait(await Line.open(self._port))
        took: list[float] = []

        async def one(due: float) -> None:
            line = await free.get()
            ok = await act(line)
            took.append(time.monotonic() - due if ok else float("inf"))
            free.put_nowait(line if ok else await Line.open(self._port))

        due, acts = time.monotonic(), []
        while (due := due + 1 / a_second) < until:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            acts.append(asyncio.create_task(one(due)))
        await asyncio.gather(*acts)
        while not free.empty():
            free.get_nowait().close()
        return took

    async def _report(self, line: Line) -> bool:
        sheet = dict(next(self._sheets))
        token = self._tokens[sheet.pop("reporter")]
        body = orjson.dumps({"query": DOCUMENT, "variables": {"input": sheet}})
        answer = await line.ask(request(body, self._address(), token=token))
        return answer.status == 200 and ACCEPTED in answer.body

    async def _ask(self, line: Line) -> bool:
        number = next(self._numbers)
        variables = {"contest": f"{self._election}/governor", "area": self._areas[number % len(self._areas)]}
        answer = await line.ask(request(orjson.dumps({"query": ASK, "variables": variables}), self._address()))
        return answer.status == 200 and b'"errors"' not in answer.body


async def main(script: dict[str, Any], port: int) -> None:
    honest = Honest(script, port)
    await obey({"watch": honest.watch, "photograph": honest.photograph, "measure": honest.measure})


if __name__ == "__main__":
    uvloop.run(main(json.loads(Path(sys.argv[1]).read_text()), int(sys.argv[2])))
