"""A simulated night at an origin, with readers at it and at each follower, and servers killed in the middle of it."""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from counting.vocabulary import Role
from tallywire.client.wire import Wire
from tallywire.simulate import NightPlan, NightReport, run_night
from tests.conftest import Night
from tests.reader_checks import ReportCheck
from tests.served import wait_until
from tests.tallywire.audience import published
from tests.tallywire.follower import Follower, PageFollower, PhaseFollower, ResultFollower
from tests.tallywire.following import RESULTS, SECONDS, FollowerNode
from tests.tallywire.test_resume import REPORTS, UPDATES, WAYS

SOCKET, STREAM = WAYS


class Gate:
    """Phones stand still once so many requests were answered, until it is opened: the night cannot be over by then."""

    def __init__(self, answers: int) -> None:
        self._answers = answers
        self._answered = 0
        self._open = threading.Event()

    @property
    def reached(self) -> bool:
        return self._answered >= self._answers

    def open(self) -> None:
        self._open.set()

    @contextmanager
    def before_phones(self) -> Iterator[None]:
        attempt = Wire.attempt

        async def held(wire: Wire, body: bytes, token: str | None, limit: float) -> dict[str, Any]:
            if self.reached:
                await asyncio.to_thread(self._open.wait)
            data = await attempt(wire, body, token, limit)
            self._answered += 1
            return data

        try:
            with patch.object(Wire, "attempt", held):
                yield
        finally:
            self.open()


@dataclass
class KeptReports(ReportCheck):
    """`told`: which entry came by which cursor."""

    told: list[tuple[int, str]] = field(default_factory=list)

    def take(self, update: dict[str, Any], first: bool) -> None:
        super().take(update, first)
        self.told.append((update["sequence"], update["cursor"]))


class Reports(Follower):
    field = "tallyReports"

    def __init__(self, name: str, *arguments: Any, **variables: Any) -> None:
        self.check: KeptReports = KeptReports(name)
        super().__init__(name, *arguments, **variables)


@dataclass
class Evening:
    """`answers`: so many requests of phones are answered before the origin is killed; it stays away so long, and until
    every follower that is up knows. The last follower is killed before it, and starts while the origin is away."""

    origin: Night
    nodes: Sequence[FollowerNode]
    plan: NightPlan
    answers: int
    away_seconds: float = 0.0
    size_when_killed: int = 0
    size: int = 0
    away_seen: float = 0.0
    report: NightReport | None = None
    reports_read: list[Reports] = field(default_factory=list)
    results_read: list[ResultFollower] = field(default_factory=list)
    others_read: list[Follower] = field(default_factory=list)
    roamers: list[Follower] = field(default_factory=list)

    @property
    def election(self) -> str:
        return self.plan.election.id

    @property
    def readers(self) -> list[Follower]:
        return [*self.reports_read, *self.results_read, *self.others_read]

    def play(self) -> None:
        """To its end, and until every node and every reader has every entry."""
        self._seat_readers()
        gate = Gate(self.answers)
        token = self.origin.token(Role.OPERATOR)
        try:
            with ThreadPoolExecutor(1) as pool, gate.before_phones():
                night = pool.submit(
                    lambda: asyncio.run(run_night(self.plan, url=self.origin.url, token=token, speed=0))
                )
                wait_until(lambda: gate.reached or night.done(), 2 * SECONDS, "the middle of the night")
                assert gate.reached, night.result()
                self._kill(gate)
                self.report = night.result()
            self._all_have_all()
        finally:
            for reader in self.readers:
                reader.end()

    def _seat_readers(self) -> None:
        """Two at each node, and two that go from the last follower to the first when they are cut off.

        One who asks for pages, and two who read phases, sit at followers besides. All ways and modes are there.
        """
        urls = {"the origin": [self.origin.url]}
        urls |= {f"follower {place}": [node.server.url] for place, node in enumerate(self.nodes, start=1)}
        urls |= {"one who roams": [self.nodes[-1].server.url, self.nodes[0].server.url]}
        of = {"election": self.election}
        for place, (name, where) in enumerate(urls.items()):
            way, mode = (SOCKET, STREAM)[place // 2 % 2], ("LATEST", "EVERY")[place % 2]
            self.reports_read.append(Reports(name, where, (SOCKET, STREAM)[place % 2], REPORTS, **of))
            self.results_read.append(ResultFollower(name, where, way, UPDATES, mode=mode, **of))
        first, other = (node.server.url for node in self.nodes[:2])
        self.others_read = [
            PageFollower("pages", [first], **of),
            PhaseFollower("phases over ws", [other], SOCKET, **of),
            PhaseFollower("phases over SSE", [first], STREAM, **of),
        ]
        self.roamers = [self.reports_read[-1], self.results_read[-1]]
        for reader in self.results_read:
            wait_until(lambda reader=reader: reader.taken, SECONDS, f"the first results of {reader.name}")

    def _kill(self, gate: Gate) -> None:
        """The last follower, then the origin, while phones go on trying; each comes back."""
        (origin,) = self.origin.servers
        *up, last = self.nodes
        for reader in self.roamers:
            wait_until(lambda reader=reader: reader.sequence > 0, SECONDS, "an entry of tonight at who roams")
        last.server.kill()
        origin.kill()
        began = time.monotonic()
        self.size_when_killed = self._entries()
        gate.open()
        before = [self._shown(node) for node in up]
        for node in up:
            away = node.state(self.election, "AWAY")
            assert away["verifiedAt"] and away["reason"], away
            assert "cannot be reached" in node.following(self.election)["notice"]
        last.server.start()
        time.sleep(self.away_seconds)
        for node, shown in zip(up, before, strict=True):
            assert node.ready().status_code == 200
            # It goes on serving; what it had verified and not yet shown is shown.
            assert len(self._shown(node)["results"]) == len(shown["results"])
        for reader in self.roamers:
            wait_until(lambda reader=reader: reader.cuts, SECONDS, "the cut of who roams")
        self.away_seen = time.monotonic() - began
        origin.start()

    def _all_have_all(self) -> None:
        self.size = self._entries()
        for node in self.nodes:
            node.reach(self.election, self.size)
        for reader in self.readers:
            if not isinstance(reader, PhaseFollower):
                wait_until(lambda reader=reader: reader.sequence >= self.size, SECONDS, f"all at {reader.name}")

    def _entries(self) -> int:
        counted = "SELECT count(*) FROM log_entry WHERE election_id = $1"
        return int(self.origin.sql(counted, self.election)[0]["count"])

    def _shown(self, node: FollowerNode) -> dict[str, Any]:
        found: dict[str, Any] = node.server.api(RESULTS, election=self.election)
        return found

    def faults(self) -> list[str]:
        """Every way in which what somebody holds in the end is not the origin's; none is right."""
        origin = self.origin.api(RESULTS, election=self.election)
        for one in self.results_read:
            one.check.hold_against(self.reports_read[0].check.touched)
        found = [fault for reader in self.readers for fault in reader.faults]
        found += [f"other results at {node.server.url}" for node in self.nodes if self._shown(node) != origin]
        board = published(self.origin.url, self.election)
        assert board is not None
        found += [f"{one.name} {other}" for one in self.readers if (other := one.check.other(board))]
        told = self.reports_read[0].check.told
        found += [f"other reports told the reader of {one.name}" for one in self.reports_read if one.check.told != told]
        if [sequence for sequence, _ in told] != [*range(1, self.size + 1)]:
            found.append(f"of {self.size} entries not each was told")
        if self.report is None or self.report.differing:
            found.append("the night did not end as its stations counted")
        return found
