"""A night with its readers: who was told what, how long after a phone had its answer, and whether all ended exact."""

import asyncio
import os
import signal
import subprocess
import sys
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import psutil

from bench.fanout_control import Child
from bench.night_readers import digest
from db.definitions import read_definition
from feed.position import decode
from tallywire.settings import Settings
from tallywire.storage import open_storage

AREAS = """query Areas($id: ID!) {
  districts: results(electionId: $id, level: DISTRICT) { area { id } } all: results(electionId: $id) { area { id } }
}"""
RESULTS = """query Results($id: ID!, $areas: [ID!]!) {
  election(id: $id) { cursor }
  results(electionId: $id, areaIds: $areas) {
    contest { id } area { id } stationsReporting ballotsCast rows { candidate { id } votes share rank }
  }
}"""
STEP_SECONDS = 10
# The entry that its phone was answered for; what editors decided on the tally later are entries of their own. What was
# held changed no result, so that no update was due.
READ_ENTRIES = (
    "SELECT tally_id, sequence, station_id FROM (SELECT DISTINCT ON (tally_id) * FROM log_entry WHERE election_id = $1"
    " ORDER BY tally_id, sequence) AS first WHERE kind IN ('ACCEPTED', 'CORRECTED')"
)


@dataclass
class Watched:
    """Seconds and counts of one night. `wrong`: readers who hold something else than the board."""

    readers: int
    groups: int
    connected: float
    seconds: float = 0.0
    ends: dict[str, Any] = field(default_factory=dict)
    wrong: int = 0
    cpu: dict[str, float] = field(default_factory=dict)
    latencies: "array[float]" = field(default_factory=lambda: array("d"))
    # By the second in which a phone was answered, in steps of STEP_SECONDS.
    steps: dict[int, "array[float]"] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)

    def add(self, answered: float, told: float) -> None:
        self.latencies.append(told - answered)
        self.steps.setdefault(int(answered // STEP_SECONDS), array("d")).append(told - answered)

    def figures(self) -> dict[str, Any]:
        """Milliseconds; `steps`: seconds since the first answer, answers a second, p50 and p99 of what followed."""
        first = min(self.steps, default=0)
        return {
            "readers": self.readers,
            "groups": self.groups,
            "connected_s": self.connected,
            "seconds": self.seconds,
            "cpu": self.cpu,
            "pairs": len(self.latencies),
            **quantiles_ms(self.latencies),
            "steps": [
                [(step - first) * STEP_SECONDS, self.answers[step] / STEP_SECONDS, *[*quantiles_ms(ages).values()][:2]]
                for step, ages in sorted(self.steps.items())
            ],
            **{name: self.ends[name] for name in ("updates", "connections", "conflated", "resets")},
            "exact": self.readers - self.wrong - self.ends["late"],
        }

    def show(self) -> bool:
        """True where everybody ended exact."""
        print(f"readers: {self.readers:,} in {self.groups} groups, in place after {self.connected:.1f} s")
        print(
            f"updates: {self.ends['updates']:,} received; {self.ends['connections']:,} connections,"
            f" {self.ends['conflated']:,} conflated updates, {self.ends['resets']} begun anew"
        )
        if self.latencies:
            p50, p99, most = quantiles_ms(self.latencies).values()
            print(
                f"answer to update: p50 {p50:.0f} ms, p99 {p99:.0f} ms, max {most:.0f} ms"
                f" ({len(self.latencies):,} of tallies at readers who did not stall)"
            )
        for name, seconds in self.cpu.items():
            print(f"{name}: {seconds:.1f} s of CPU in {self.seconds:.1f} s ({seconds / self.seconds:.0%})")
        print(f"ended exact: {self.readers - self.wrong - self.ends['late']:,} of {self.readers:,} readers")
        return not (self.wrong or self.ends["late"] or self.ends["resets"])


def quantiles_ms(seconds: Iterable[float]) -> dict[str, float]:
    """p50, p99 and the largest; nothing of nothing."""
    ages = sorted(seconds)
    if not ages:
        return {}
    places = {"p50_ms": len(ages) // 2, "p99_ms": int(len(ages) * 0.99), "max_ms": len(ages) - 1}
    return {name: round(ages[place] * 1e3, 1) for name, place in places.items()}


class Audience:
    """The readers' process, and what is asked of it."""

    def __init__(self, child: Child, url: str, election: str, folder: Path) -> None:
        self._child = child
        self._url = url
        self._election = election
        self._file = folder / "told.json"
        self.areas: list[str] = []

    @classmethod
    async def seated(
        cls,
        url: str,
        election: str,
        readers: int,
        groups: int,
        folder: Path,
        module: str = "bench.night_readers",
    ) -> tuple["Audience", Watched]:
        audience = cls(await Child.start(module), url, election, folder)
        found = audience._query(AREAS, id=election)
        districts = list(dict.fromkeys(row["area"]["id"] for row in found["districts"]))
        whole = [row["area"]["id"] for row in found["all"] if row["area"]["id"] not in districts]
        audience.areas = [*whole[:1], *districts][:groups]
        port = int(url.rsplit(":", 1)[1])
        connected = await audience._child.ask("connect", port, election, audience.areas, readers)
        return audience, Watched(readers, len(audience.areas), connected)

    async def ask(self, *command: Any) -> Any:
        """What its process alone can do."""
        return await self._child.ask(*command)

    async def cpu(self) -> float:
        return float((await self._child.ask("stats"))["cpu"])

    async def leave(self, watched: Watched) -> None:
        """Waits for everybody to have everything, and compares what they hold with the board."""
        head = decode(self._query(RESULTS, id=self._election, areas=self.areas[:1])["election"]["cursor"]).sequence
        watched.ends = await self._child.ask("finish", head, str(self._file))
        for area, held in watched.ends["held"].items():
            right = digest(self._query(RESULTS, id=self._election, areas=[area])["results"])
            watched.wrong += sum(count for found, count in held.items() if found != right)
        await self._child.end()

    async def measure(self, watched: Watched, answered: Mapping[str, float], settings: Settings) -> None:
        """From each phone's answer to each update that held its tally."""
        async with open_storage(settings) as database, database.pool.acquire() as connection:
            definition = await read_definition(connection, self._election)
            rows = await connection.fetch(READ_ENTRIES, self._election)
        assert definition is not None
        for at in answered.values():
            watched.answers[int(at // STEP_SECONDS)] += 1
        by_area: dict[str, list[tuple[int, float]]] = {area: [] for area in self.areas}
        for row in sorted(rows, key=lambda row: row["sequence"]):
            if (at := answered.get(row["tally_id"])) is not None:
                for area in definition.stations[row["station_id"]].area.path():
                    if area.id in by_area:
                        by_area[area.id].append((row["sequence"], at))
        for area, told in orjson.loads(self._file.read_bytes()):
            entries = by_area[area]
            places = [sequence for sequence, _ in entries]
            for now, before, after in told:
                first, last = bisect_right(places, before), bisect_right(places, after)
                for _, at in entries[first:last]:
                    watched.add(at, now)

    def _query(self, query: str, **variables: Any) -> dict[str, Any]:
        body = {"query": query, "variables": variables}
        answer = httpx.post(f"{self._url}/graphql", json=body, timeout=60).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data


def answers_in(file: Path) -> dict[str, float]:
    """When each tally's phone had its answer."""
    return {tally: float(at) for tally, at in map(str.split, file.read_text().splitlines())}


def play_phones(file: Path, arguments: list[str], token: str, minutes: float) -> subprocess.Popen[bytes]:
    command = (sys.executable, "-m", "bench.night_phones", str(file), "simulate", "--force", *arguments)
    phones = subprocess.Popen(command, env={**os.environ, "TALLYWIRE_TOKEN": token})
    try:
        phones.wait(minutes * 60 if minutes else None)
    except subprocess.TimeoutExpired:
        # A part of the night: the phones fall silent in the middle of it.
        phones.send_signal(signal.SIGINT)
        phones.wait()
    return phones


def cpu_of(process: psutil.Process) -> float:
    """Of a server and its workers."""
    return sum(sum(one.cpu_times()[:2]) for one in (process, *process.children()) if "postgres" not in one.name())


async def watch(
    server: psutil.Process,
    url: str,
    election: str,
    folder: Path,
    night: list[str],
    token: str,
    *,
    readers: int,
    groups: int,
    minutes: float,
) -> tuple[Audience, Watched, int]:
    """Plays the night, or the first `minutes` of it; the phones' exit code."""
    audience, watched = await Audience.seated(url, election, readers, groups, folder)
    loop = asyncio.get_running_loop()
    began, server_before, crowd_before = loop.time(), cpu_of(server), await audience.cpu()
    phones = await asyncio.to_thread(play_phones, folder / "answers.txt", night, token, minutes)
    watched.seconds = loop.time() - began
    watched.cpu = {"server": cpu_of(server) - server_before, "readers": await audience.cpu() - crowd_before}
    await audience.leave(watched)
    return audience, watched, phones.returncode
