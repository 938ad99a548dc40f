"""Readers of a stormy night, in a process of their own: over sockets, event streams and by pages, back at any node.

Each holds what it is told, and checks every update (tests/reader_checks.py). Obeys bench.soak_evening.
"""

import asyncio
import random
import resource
from collections import Counter
from typing import Any

import aiohttp
import orjson
import uvloop

from bench.fanout_control import obey
from tests.reader_checks import ENTRY, Check, PhaseCheck, Published, ReportCheck, ResultCheck

UPDATES = """
subscription Updates($election: ID!, $after: Cursor, $mode: DeliveryMode, $areas: [ID!], $level: AreaLevel) {
  resultUpdates(electionId: $election, after: $after, mode: $mode, areaIds: $areas, level: $level) {
    kind cursor reset
    results {
      contest { id } area { id } cursor stationsReporting stationsFinal stationsDisputed ballotsCast
      outstanding { heldTallies } rows { candidate { id } votes rank leading }
    }
  }
}
"""
REPORTS = (
    "subscription Reports($election: ID!, $after: Cursor) {"
    f" tallyReports(electionId: $election, after: $after) {{ {ENTRY} }} }}"
)
PHASES = "subscription Phases($election: ID!) { electionChanged(electionId: $election) { phase } }"
PAGES = (
    "query Pages($election: ID!, $after: Cursor) { feed(electionId: $election, after: $after, first: 50) {"
    f" cursor hasMore reports {{ {ENTRY} }} }} }}"
)
RESULTS = """
query Results($election: ID!, $areas: [ID!], $level: AreaLevel) {
  election(id: $election) { phase }
  results(electionId: $election, areaIds: $areas, level: $level) {
    contest { id } area { id } cursor stationsReporting stationsFinal stationsDisputed ballotsCast
    outstanding { heldTallies } rows { candidate { id } votes rank leading }
  }
}
"""
QUERIES = {
    "LATEST": (UPDATES, "resultUpdates"),
    "EVERY": (UPDATES, "resultUpdates"),
    "REPORTS": (REPORTS, "tallyReports"),
    "PHASES": (PHASES, "electionChanged"),
    "PAGES": (PAGES, "feed"),
}
KINDS = ("LATEST", "EVERY", "REPORTS", "LATEST", "PHASES", "PAGES")
AGAIN_SECONDS = (0.02, 0.5)
# Longer than heartbeats take: a line on which nothing comes is given up.
QUIET_SECONDS = 8.0
# graphql-ws comes back from these; 1006 is a line that broke.
PAGE_TIMEOUT = aiohttp.ClientTimeout(total=QUIET_SECONDS)
COME_BACK = frozenset({1006, 1012, 1013, 4408})
CUTS = (aiohttp.ClientError, TimeoutError, OSError, EOFError)
LOOK_SECONDS = 0.05


class ToldError(Exception):
    """The line was closed, or the stream ended, in a way that no reader comes back from."""


class Reader:
    """`urls`: the ways in, in the order in which it tries them. Kinds and ways take turns, so that each is there."""

    def __init__(self, number: int, election: str, urls: list[str], rng: random.Random) -> None:
        self.urls = rng.sample(urls, len(urls))
        self._rng = rng
        self.kind = KINDS[number % len(KINDS)]
        way = "pages" if self.kind == "PAGES" else ("ws", "SSE")[number // len(KINDS) % 2]
        self._follow = {"pages": self._by_pages, "ws": self._over_socket, "SSE": self._over_stream}[way]
        self._query, self._field = QUERIES[self.kind]
        self.narrowed: dict[str, Any] = {}
        if self._field == "resultUpdates":
            self.narrowed = rng.choice(({}, {}, {"level": "DISTRICT"}, {"areas": [f"{election}/a"]}))
        self.check = self._check(f"reader {number}, {self.kind} {self.narrowed or ''} over {way}")
        mode = {"mode": self.kind, **self.narrowed} if self._field == "resultUpdates" else {}
        self._variables = {"election": election, **mode}
        self.cuts: Counter[str] = Counter()
        self.taken = 0

    def _check(self, name: str) -> Check:
        if self._field == "electionChanged":
            return PhaseCheck(name)
        if self._field != "resultUpdates":
            return ReportCheck(name)
        # Of one district an entry of another changes nothing, and is left out.
        return ResultCheck(name, every=self.kind == "EVERY" and "areas" not in self.narrowed)

    async def live(self, session: aiohttp.ClientSession) -> None:
        turn = 0
        while True:
            url = self.urls[turn % len(self.urls)]
            turn += 1
            try:
                await self._follow(session, url)
                self.cuts["ended"] += 1
            except CUTS as cut:
                self.cuts[type(cut).__name__] += 1
            except ToldError as told:
                self.check.fault(str(told))
            await asyncio.sleep(self._rng.uniform(*AGAIN_SECONDS))

    @property
    def _payload(self) -> dict[str, Any]:
        after = {} if self.kind == "PHASES" else {"after": self.check.cursor}
        return {"query": self._query, "variables": {**self._variables, **after}}

    async def _over_socket(self, session: aiohttp.ClientSession, url: str) -> None:
        async with session.ws_connect(
            f"{url}/graphql", protocols=["graphql-transport-ws"], max_msg_size=0, timeout=_quiet()
        ) as line:
            await line.send_str('{"type":"connection_init"}')
            first, acknowledged = True, False
            async for message in line:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    break
                told = orjson.loads(message.data)
                if told["type"] == "connection_ack":
                    acknowledged = True
                    subscribe = {"id": "1", "type": "subscribe", "payload": self._payload}
                    await line.send_str(orjson.dumps(subscribe).decode())
                elif told["type"] == "next":
                    self._take(told["payload"], first)
                    first = False
                elif told["type"] != "ping":
                    raise ToldError(f"told {told}, acknowledged: {acknowledged}")
            code = line.close_code
        self.cuts[str(code)] += 1
        if code is not None and code not in COME_BACK:
            raise ToldError(f"closed with {code}")

    async def _over_stream(self, session: aiohttp.ClientSession, url: str) -> None:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=QUIET_SECONDS, sock_read=QUIET_SECONDS)
        headers = {"Accept": "text/event-stream"}
        async with session.post(
            f"{url}/graphql", json=self._payload, headers=headers, timeout=timeout, read_bufsize=2**20
        ) as answer:
            if answer.status == 503:
                self.cuts["503"] += 1
                return
            if answer.status != 200:
                raise ToldError(f"status {answer.status}: {await answer.text()}")
            first, event = True, b""
            async for line in answer.content:
                if line.startswith(b"event:"):
                    event = line[6:].strip()
                elif line.startswith(b"data:") and len(line) > 7:
                    self._take(orjson.loads(line[5:]), first)
                    first = False
                elif event == b"complete" and not line.strip():
                    raise ToldError("the stream is complete, which it never is")

    async def _by_pages(self, session: aiohttp.ClientSession, url: str) -> None:
        """Page after page, and at the end of the feed the next one until there is more."""
        while True:
            async with session.post(f"{url}/graphql", json=self._payload, timeout=PAGE_TIMEOUT) as answer:
                if answer.status == 503:
                    self.cuts["503"] += 1
                    return
                if answer.status != 200:
                    raise ToldError(f"status {answer.status}: {await answer.text()}")
                payload = orjson.loads(await answer.read())
            self._take_errors(payload)
            page = payload["data"]["feed"]
            for report in page["reports"]:
                self._take({"data": {"feed": report}}, False)
            if page["reports"] and page["cursor"] != self.check.cursor:
                self.check.fault(f"a page that ends with {self.check.sequence} goes on elsewhere")
            if not page["hasMore"]:
                await asyncio.sleep(self._rng.uniform(*AGAIN_SECONDS))

    def _take(self, payload: dict[str, Any], first: bool) -> None:
        self._take_errors(payload)
        self.check.take(payload["data"][self._field], first)
        self.taken += 1

    def _take_errors(self, payload: dict[str, Any]) -> None:
        if payload.get("errors"):
            code = payload["errors"][0].get("extensions", {}).get("code")
            if code == "UNAVAILABLE":
                raise TimeoutError(code)
            raise ToldError(f"told {payload['errors']}")


def _quiet() -> aiohttp.ClientWSTimeout:
    return aiohttp.ClientWSTimeout(ws_receive=QUIET_SECONDS, ws_close=1.0)


class Audience:
    """What bench.soak_evening asks of this process."""

    def __init__(self) -> None:
        self.readers: list[Reader] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def sit(self, election: str, urls: list[str], number: int, seed: int) -> int:
        """So many readers; returns when each has been told something."""
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        self._session = aiohttp.ClientSession(connector=connector)
        rng = random.Random(seed)
        self.readers = [Reader(place, election, urls, random.Random(rng.random())) for place in range(number)]
        self._tasks = [asyncio.create_task(reader.live(self._session)) for reader in self.readers]
        while not all(one.taken for one in self.readers if isinstance(one.check, ResultCheck)):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)
        return number

    async def settle(self, election: str, head: int, phase: str, url: str, seconds: float) -> list[str]:
        """What is wrong once everybody had time to come to `head`; what they hold must be what `url` publishes."""
        deadline = asyncio.get_running_loop().time() + seconds
        told = [reader for reader in self.readers if not isinstance(reader.check, PhaseCheck)]
        while late := [reader for reader in told if reader.check.sequence < head]:
            if asyncio.get_running_loop().time() > deadline:
                return [f"{one.check.name} is at {one.check.sequence}, not at {head}: {one.cuts}" for one in late]
            await asyncio.sleep(LOOK_SECONDS)
        while not (wrong := self._faults()):
            others = await self._others(election, phase, url)
            if not others:
                break
            if asyncio.get_running_loop().time() > deadline:
                return others
            # This node may be behind the one that told them.
            await asyncio.sleep(LOOK_SECONDS)
        return wrong

    def _faults(self) -> list[str]:
        """What anybody was told and must not be: results are held against the entries that another was told."""
        entries = next(one.check for one in self.readers if isinstance(one.check, ReportCheck))
        for reader in self.readers:
            if isinstance(reader.check, ResultCheck):
                reader.check.hold_against(entries.touched)
        return [fault for reader in self.readers for fault in reader.check.faults]

    async def _others(self, election: str, phase: str, url: str) -> list[str]:
        """Who holds something else than is published there."""
        published: dict[str, Published] = {}
        found = []
        for reader in self.readers:
            key = orjson.dumps(reader.narrowed).decode()
            if key not in published:
                published[key] = await self._published(election, url, reader.narrowed)
            if published[key].phase != phase:
                return [f"{url} is in {published[key].phase}, not in {phase}"]
            if other := reader.check.other(published[key]):
                found.append(f"{reader.check.name} {other}")
        return found

    async def _published(self, election: str, url: str, narrowed: dict[str, Any]) -> Published:
        body = {"query": RESULTS, "variables": {"election": election, **narrowed}}
        async with self._session.post(f"{url}/graphql", json=body) as answer:
            data = orjson.loads(await answer.read())["data"]
        results = {(one["contest"]["id"], one["area"]["id"]): one for one in data["results"]}
        return Published(results, data["election"]["phase"])

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    async def seen(self) -> dict[str, Any]:
        """How many updates were taken, and how lines ended."""
        cuts: Counter[str] = sum((reader.cuts for reader in self.readers), Counter())
        return {"taken": sum(reader.taken for reader in self.readers), "cuts": dict(cuts)}


async def main() -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    audience = Audience()
    await obey({"sit": audience.sit, "settle": audience.settle, "seen": audience.seen, "leave": audience.leave})


if __name__ == "__main__":
    uvloop.run(main())
