"""`tallywire serve --workers 2` on a PostgreSQL of its own, and everything under it failing, while readers are checked.

Readers of each kind follow either node in turn; what they must never see is in tests/reader_checks.py.
"""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil
import pytest

from counting.vocabulary import ElectionPhase, Role
from db.database import use_json
from db.embedded import EmbeddedPostgres
from db.load import load_election
from db.phases import set_phase
from tallywire.settings import Settings
from tallywire.storage import open_storage
from tests.conftest import Night
from tests.elections import small_election
from tests.served import Api, ServerProcess, wait_until
from tests.tallywire.audience import Audience
from tests.tallywire.test_resume import SUBMIT, _partials

SECONDS = 60
BELLS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ 'pg_notify|LISTEN' AND pid <> pg_backend_pid()
"""


class Nodes:
    """Two workers, a port each, with the PostgreSQL that they bring; and those who follow them."""

    def __init__(self, folder: Path) -> None:
        postgres = EmbeddedPostgres.start(folder / "postgres")
        self.folder = folder
        self.server = ServerProcess(
            *("--data-dir", str(folder), "--workers", "2", "--port-each"),
            environment={"TALLYWIRE_HEARTBEAT_SECONDS": "0.4", "TALLYWIRE_TICK_SECONDS": "0.02"},
        )
        self.night = Night(postgres.url("tallywire"), "small")
        try:
            asyncio.run(self._fill())
            self.server.start()
        finally:
            # The workers keep it running; it ends with them.
            postgres.stop()
        self.token = self.night.token(Role.EDITOR)
        self.audience = Audience(self.urls)
        self._round = 0
        self._rng = random.Random(5)

    async def _fill(self) -> None:
        async with open_storage(Settings(data_dir=self.folder)) as database, database.pool.acquire() as connection:
            await load_election(connection, small_election(), "small")
            for phase in (ElectionPhase.VOTING, ElectionPhase.COUNTING):
                await set_phase(connection, "small", phase)

    def on_database(self, work: Callable[[Any], Awaitable[None]]) -> None:
        async def connected() -> None:
            connection = await asyncpg.connect(self.night.database_url)
            await use_json(connection)
            await work(connection)
            await connection.close()

        asyncio.run(connected())

    @property
    def urls(self) -> list[str]:
        return [f"http://127.0.0.1:{port}" for port in self.server.ports]

    def worker(self, number: int) -> psutil.Process:
        """The process that listens on this port; waits until there is one."""

        def find() -> psutil.Process | None:
            assert self.server.process is not None
            for child in psutil.Process(self.server.process.pid).children():
                if "tallywire.worker" in child.cmdline() and self._listens(child, number):
                    return child
            return None

        return wait_until(find, SECONDS, f"worker {number}")  # type: ignore[no-any-return]

    def _listens(self, child: psutil.Process, number: int) -> bool:
        ports = {connection.laddr.port for connection in child.net_connections() if connection.status == "LISTEN"}
        return self.server.ports[number] in ports

    def play(self, node: int, rounds: int = 3) -> None:
        """So many rounds at one node, each sent until it is answered."""
        for _ in range(rounds):
            self._round += 1
            inputs = _partials(self._rng, self._round)

            def send(inputs: list[dict[str, Any]] = inputs) -> bool:
                try:
                    answer = Api(self.urls[node], self.token).send(SUBMIT, inputs=inputs)
                except (httpx.HTTPError, ValueError):
                    return False
                kinds = {one["__typename"] for one in (answer.get("data") or {}).get("submitTallies") or []}
                return bool(kinds) and kinds <= {"TallyAccepted", "TallyHeld"}

            wait_until(send, SECONDS, f"an answer at node {node}")

    def head(self) -> int:
        return int(self.night.sql("SELECT sequence FROM log_head")[0]["sequence"])

    def settle(self, phase: str = "COUNTING") -> None:
        """Everybody has everything, nobody ever saw what must not be, and what they hold is what both nodes publish."""
        self.audience.settle(self.head(), *self.urls, phase=phase)

    def meter(self, name: str) -> float:
        lines = httpx.get(f"{self.urls[0]}/metrics", timeout=SECONDS).text.splitlines()
        return next((float(line.split()[1]) for line in lines if line.startswith(f"{name} ")), 0.0)


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    nodes = Nodes(tmp_path_factory.mktemp("workers"))
    yield nodes
    nodes.audience.end()
    nodes.server.stop()


def test_what_one_worker_takes_readers_of_the_other_are_rung_for(nodes: Nodes) -> None:
    wait_until(lambda: nodes.meter("tallywire_bell_connected") == 2, SECONDS, "the bell of both")
    everybody = len(nodes.audience.lines)
    wait_until(lambda: nodes.meter("tallywire_subscribers") == everybody, SECONDS, "all readers, counted at one node")
    before = nodes.meter("tallywire_bell_heard_total")
    nodes.play(0)
    nodes.play(1)
    nodes.settle()
    assert nodes.meter("tallywire_bell_heard_total") > before
    assert set(nodes.audience.cuts.values()) == {0}


def test_a_bell_that_is_cut_costs_no_reader_an_update(nodes: Nodes) -> None:
    lost = nodes.meter("tallywire_bell_lost_total")
    assert nodes.night.sql(BELLS)
    nodes.play(0, 2)
    nodes.settle()
    wait_until(lambda: nodes.meter("tallywire_bell_lost_total") >= lost + 2, SECONDS, "that both noticed")
    wait_until(lambda: nodes.meter("tallywire_bell_connected") == 2, SECONDS, "the bell, hung anew")
    assert set(nodes.audience.cuts.values()) == {0}


def test_a_node_that_was_late_tells_everything_in_order(nodes: Nodes) -> None:
    late = nodes.worker(1)
    late.suspend()
    try:
        nodes.play(0, 4)
        told = [*nodes.audience.results, *nodes.audience.reports]
        ahead = [follower for follower in told if follower.url == nodes.urls[0]]
        wait_until(lambda: all(f.sequence >= nodes.head() for f in ahead), SECONDS, "readers of the other node")
    finally:
        late.resume()
    nodes.settle()


def test_a_worker_killed_is_started_again_and_its_readers_go_on(nodes: Nodes) -> None:
    killed, before = nodes.worker(0), nodes.audience.cuts
    there = {follower.name for follower in nodes.audience.lines if follower.url == nodes.urls[0]}
    killed.kill()
    nodes.play(1, 2)
    nodes.settle()
    assert nodes.worker(0).pid != killed.pid
    # The port never refused: who came meanwhile waited, and is answered.
    nodes.play(0, 1)
    nodes.settle()
    assert {name for name, cuts in nodes.audience.cuts.items() if cuts > before[name]} == there
    assert len(there) == len(nodes.audience.lines) / 2


def test_readers_keep_their_lines_while_postgresql_is_away(nodes: Nodes) -> None:
    cuts = nodes.audience.cuts
    postmaster = int((nodes.folder / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    quiet = nodes.audience.results
    seen = {follower.name: len(follower.kinds) for follower in quiet}
    wait_until(lambda: all(len(f.kinds) > seen[f.name] for f in quiet), SECONDS, "heartbeats")
    nodes.play(0, 1)
    nodes.play(1, 1)
    nodes.settle()
    assert nodes.audience.cuts == cuts


def test_fresh_workers_take_over_and_each_reader_comes_back_once(nodes: Nodes) -> None:
    before = nodes.audience.cuts
    old = [nodes.worker(number) for number in (0, 1)]
    assert nodes.server.process is not None
    nodes.server.process.send_signal(signal.SIGHUP)
    while any(worker.is_running() for worker in old):
        nodes.play(0, 1)
        nodes.play(1, 1)
    nodes.settle()
    assert {nodes.worker(number).pid for number in (0, 1)}.isdisjoint(worker.pid for worker in old)
    assert nodes.audience.cuts == {name: cuts + 1 for name, cuts in before.items()}
    assert {follower.close_codes[-1] for follower in nodes.audience.sockets} == {1012}


def test_phases_reach_everybody_and_a_stop_tells_readers_to_come_back(nodes: Nodes) -> None:
    async def close(connection: Any) -> None:
        await set_phase(connection, "small", ElectionPhase.CLOSED)

    nodes.on_database(close)
    nodes.settle("CLOSED")
    assert {tuple(dict.fromkeys(one.phases)) for one in nodes.audience.phases} == {("COUNTING", "CLOSED")}
    assert nodes.server.process is not None
    workers = [nodes.worker(number) for number in (0, 1)]
    nodes.server.process.send_signal(signal.SIGTERM)
    assert nodes.server.process.wait(SECONDS) == 0
    assert [worker.is_running() for worker in workers] == [False, False]
    sockets = nodes.audience.sockets
    wait_until(lambda: all(f.close_codes[-1:] == [1012] for f in sockets), SECONDS, "1012 at every socket")
