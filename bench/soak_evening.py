"""A stormy night: crews send, readers read, faults strike at random moments; after each, everything is looked at.

What must hold: whatever was answered as taken is in the log, once; the log has no gap; `fsck` and `verify` find
nothing; every node publishes, and every reader holds, just what the models of all crews say.
"""

import asyncio
import itertools
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import asyncpg

from bench.fanout_control import Child
from bench.soak_asking import Asking
from bench.soak_crews import ELECTION, Crew, MismatchError, held_of
from bench.soak_faults import Faults, reached
from bench.soak_house import STATIONS_A_CREW, House, Node
from bench.soak_readers import RESULTS
from db.database import use_json
from tallywire.fsck import inspect

SETTLE_SECONDS = 60.0
VERIFY_EVERY = 8
PAUSE_SECONDS = (0.0, 0.12)
TWO_AT_ONCE = 0.3
# The longer the log, the more seldom all of it is folded; at the end it always is.
ENTRIES_A_LOOK = 1_500
SET_PHASE = "mutation P($e: ID!, $phase: ElectionPhase!) { setElectionPhase(electionId: $e, phase: $phase) { phase } }"
STANDING = """
    SELECT reporter_id || ' ' || client_tally_id AS call, s.tally_id, count(e.sequence) AS entries
    FROM submission s LEFT JOIN log_entry e ON e.tally_id = s.tally_id AND e.election_id = s.election_id
    WHERE s.election_id = $1 AND s.tally_id IS NOT NULL GROUP BY 1, 2
"""
SEQUENCES = (
    "SELECT count(*) AS count, min(sequence) AS first, max(sequence) AS last FROM log_entry WHERE election_id = $1"
)


@dataclass
class Storm:
    """`verifies`: by `tallywire verify`, now and then and at the end. `only`: faults whose names hold one of these.

    `say` is told a line for whoever watches. `share`: of the time that a fault lasts, and work goes on around it.
    """

    house: House
    seed: int
    crews_number: int
    readers_number: int
    only: list[str] | None = None
    say: Any = print
    verifies: bool = True
    share: float = 1.0
    faults_struck: Counter[str] = field(default_factory=Counter)
    looks: int = 0
    verified: int = 0
    head: int = 0

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)
        self._open = asyncio.Event()
        self._idle = 0
        self.crews: list[Crew] = []

    async def play(self, seconds: float, planned: list[str] | None = None) -> None:
        """Until the time is over, or each of the faults that are planned has struck. Raises MismatchError."""
        connector = aiohttp.TCPConnector(limit=0)
        self._audience = await Child.start("bench.soak_readers")
        async with aiohttp.ClientSession(connector=connector) as self._session:
            try:
                await self._gather()
                await self._rounds(time.monotonic() + seconds, planned)
                self._seen = await self._audience.ask("seen")
                await self._audience.ask("leave")
            finally:
                await self._audience.end()

    async def _gather(self) -> None:
        self._asking = Asking(self._session, self.house.fronts, random.Random(self._rng.random()))
        codes = [station.code for station in self.house.election.stations]
        registered = {
            one.station: one.registered_voters for one in self.house.election.registers if one.contest == "mayor"
        }
        for number in range(self.crews_number):
            own = tuple(codes[number * STATIONS_A_CREW : (number + 1) * STATIONS_A_CREW])
            rng = random.Random(self._rng.random())
            self.crews.append(Crew(f"crew-{number}", own, registered, self._asking, self.house.operator, rng))
        await asyncio.gather(*(crew.gather() for crew in self.crews))
        seed = self._rng.randrange(2**31)
        await self._audience.ask("sit", ELECTION, self.house.fronts, self.readers_number, seed)

    async def _rounds(self, deadline: float, planned: list[str] | None) -> None:
        faults = Faults(self.house, random.Random(self._rng.random()), self.share)
        working = [asyncio.create_task(self._work(crew)) for crew in self.crews]
        try:
            for number in itertools.count(1):
                names = self._next(faults, planned)
                if not names or (planned is None and time.monotonic() > deadline):
                    break
                await self._round(faults, names, working)
                if number % VERIFY_EVERY == 0:
                    await self._verify()
            await self._look(whole=True)
            await self._verify()
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)

    def _next(self, faults: Faults, planned: list[str] | None) -> list[str]:
        if planned is not None:
            return [planned.pop(0)] if planned else []
        names = [name for name in faults.names if self.only is None or any(part in name for part in self.only)]
        return self._rng.sample(names, min(len(names), 2 if self._rng.random() < TWO_AT_ONCE else 1))

    async def _round(self, faults: Faults, names: list[str], working: list["asyncio.Task[None]"]) -> None:
        self._open.set()
        await asyncio.sleep(self.share * self._rng.uniform(0.2, 1.2))
        began = time.monotonic()
        await asyncio.gather(*(faults.strike(name) for name in names))
        await asyncio.sleep(self.share * self._rng.uniform(0.1, 0.6))
        self._open.clear()
        await self._quiet(working, names)
        self.faults_struck.update(names)
        await self._look(whole=False)
        self.say(f"{' and '.join(names)}: survived in {time.monotonic() - began:.1f} s, entry {self.head:,}")

    async def _work(self, crew: Crew) -> None:
        while True:
            if not self._open.is_set():
                self._idle += 1
                await self._open.wait()
                self._idle -= 1
            await crew.step()
            await asyncio.sleep(crew.rng.uniform(*PAUSE_SECONDS))

    async def _quiet(self, working: list["asyncio.Task[None]"], names: list[str]) -> None:
        """Every crew has its answer. Raises what a crew met."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while self._idle < len(self.crews):
            for task in working:
                if task.done():
                    task.result()
            if time.monotonic() > deadline:
                raise MismatchError(f"{len(self.crews) - self._idle} crews had no answer in time after {names}")
            await asyncio.sleep(0.05)

    async def _look(self, *, whole: bool) -> None:
        """Raises MismatchError at the first thing that is not as it must be."""
        self.looks += 1
        self.head = sum(crew.model.head for crew in self.crews)
        await self.look_at_database(whole=whole or self.looks % max(1, self.head // ENTRIES_A_LOOK) == 0)
        for node in self.house.nodes:
            await self._settle(node, "COUNTING")
            await self._compare(node.server.url)
        # The count is closed and opened again, so that there is something that readers of phases must have seen.
        for phase in ("CLOSED", "COUNTING"):
            await self._asking.ask(self.house.operator, SET_PHASE, e=ELECTION, phase=phase)
            for node in self.house.nodes:
                await self._settle(node, phase)

    async def _settle(self, node: Node, phase: str) -> None:
        wrong = await self._audience.ask("settle", ELECTION, self.head, phase, node.server.url, SETTLE_SECONDS)
        if wrong:
            raise MismatchError(f"readers, held against {node.name}: {wrong[:3]} ({len(wrong)} in all)")

    async def look_at_database(self, *, whole: bool = True) -> None:
        """The log is as long as the models say, without a gap; `whole`: fsck, and every answer that was ever given."""
        connection = await reached(self.house.url)
        try:
            await use_json(connection)
            row = await connection.fetchrow(SEQUENCES, ELECTION)
            if (row["count"], row["last"] or 0) != (self.head, self.head) or (self.head and row["first"] != 1):
                raise MismatchError(f"the log has {dict(row)}, by the models {self.head} entries")
            if whole:
                await self._look_whole(connection)
        finally:
            await connection.close()

    async def _look_whole(self, connection: asyncpg.Connection) -> None:
        found = await inspect(connection, ELECTION)
        assert found is not None
        if found.faults:
            raise MismatchError(f"fsck: {[str(fault) for fault in found.faults[:3]]}")
        rows = {row["call"]: row for row in await connection.fetch(STANDING, ELECTION)}
        for crew in self.crews:
            for call, tally_id in crew.taken.items():
                row = rows.get(call)
                if row is None or row["tally_id"] != tally_id or row["entries"] < 1:
                    raise MismatchError(f"{call} was answered with tally {tally_id}, and there is {row and dict(row)}")

    async def _compare(self, url: str) -> None:
        """What this node publishes is what the models say."""
        stations = {station.code: station.area for station in self.house.election.stations}
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            told = await self._asking.ask_at(url, RESULTS, election=ELECTION)
            seen = {
                one["area"]["id"]: _numbers(one) for one in told["results"] if one["contest"]["id"].endswith("mayor")
            }
            said = {
                f"{ELECTION}/{area}": held_of(
                    self.crews, frozenset(c for c, a in stations.items() if area in ("city", a))
                )
                for area in ("city", "a", "b")
            }
            if seen == said:
                return
            if time.monotonic() > deadline:
                raise MismatchError(f"{url} publishes {seen}, by the models {said}")
            await asyncio.sleep(0.05)

    async def _verify(self) -> None:
        """`tallywire verify` at a node, once the head covers everything; it remembers the head before."""
        if not self.verifies:
            return
        node = self._rng.choice(self.house.nodes)
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            told = await self._asking.ask_at(
                node.server.url, "query($e: ID!) { checkpoint(electionId: $e) { size } }", e=ELECTION
            )
            if told["checkpoint"]["size"] == self.head:
                break
            if time.monotonic() > deadline:
                raise MismatchError(f"{node.name} has a head of {told}, not of {self.head} entries")
            await asyncio.sleep(0.1)
        state = str(self.house.folder / f"seen-{node.back is None}.json")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tallywire.cli", "verify", node.server.url, "--election", ELECTION),
            *("--state", state),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        if process.returncode != 0:
            raise MismatchError(f"verify of {node.name}: {out.decode()}")
        self.verified += 1

    def told(self) -> str:
        """What was survived, in numbers."""
        done: Counter[str] = sum((crew.done for crew in self.crews), Counter())
        seen = self._seen
        operations = sum(
            done[kind]
            for kind in ("accepted", "held", "rejected", "refused", "revoked", "reviewed", "withdrawn", "enrolled")
        )
        lines = [
            f"faults survived: {self.faults_struck.total():,} of {len(self.faults_struck)} kinds;"
            f" looked at {self.looks} times (each time all readers exact), verified {self.verified} times",
            f"operations: {operations:,} ({_list(done)}); attempts: {_list(self._asking.counts)}",
            f"entries: {self.head:,}; readers: {self.readers_number}, {seen['taken']:,} updates;"
            f" lines ended: {_list(seen['cuts'])}",
        ]
        return "\n".join(lines)


def _list(counts: Any) -> str:
    return ", ".join(f"{number:,} {what}" for what, number in sorted(dict(counts).items()))


def _numbers(result: dict[str, Any]) -> tuple[list[int], int, int, int, int]:
    votes = {row["candidate"]["id"]: row["votes"] for row in result["rows"]}
    return (
        [votes[key] for key in sorted(votes)],
        result["stationsReporting"],
        result["stationsFinal"],
        result["stationsDisputed"],
        result["outstanding"]["heldTallies"],
    )
