"""The house of a stormy night: servers over one PostgreSQL and one Redis, every line between them through a proxy."""

import contextlib
import os
import subprocess
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

import asyncpg
import psutil

from bench.soak_crews import ELECTION
from counting.bounds import Bounds
from counting.election import Election, Register, Station, Text
from counting.vocabulary import ElectionPhase, Role, TallyRule
from db.database import Connection, use_json
from db.embedded import EmbeddedPostgres
from db.load import load_election
from db.migrate import create_database, migrate
from db.people import add_person
from db.phases import set_phase
from tests.elections import small_election
from tests.faketime import faked, library
from tests.postgres_server import PostgresServer
from tests.redis_server import RedisServer
from tests.served import ServerProcess, wait_until
from tests.tcp_proxy import TcpProxy

STATIONS_A_CREW = 3
REGISTERED = (60, 600)
# What depends on time, on other contests or on likeness is not the model's.
BOUNDS = Bounds(
    "storm.1",
    same_numbers_ballots_min=1_000_000,
    range_stations_min=1_000_000,
    verdicts={TallyRule.OFFICES_DISAGREE: None, TallyRule.TOO_EARLY: None},
)
PACE = {
    "TALLYWIRE_TICK_SECONDS": "0.1",
    "TALLYWIRE_HEARTBEAT_SECONDS": "1",
    "TALLYWIRE_DATABASE_PATIENCE_SECONDS": "3",
    "TALLYWIRE_LEDGER_SEAL_SECONDS": "0.5",
    "TALLYWIRE_CUT_SECONDS": "4",
    "TALLYWIRE_END_SPREAD_SECONDS": "0.5",
    "TALLYWIRE_LOG_LEVEL": "INFO",
}
SMALL_DISK = "size=600m,mode=0755"


def stormy_election(crews: int) -> Election:
    """The small election with three stations a crew, of 60 to 600 voters; all count the mayor alone."""
    small = small_election(ELECTION, bounds=BOUNDS, is_test=True)
    made = tuple(
        Station(f"{district}-{number}", district, number, Text(f"หน่วย {district}{number}"))
        for district, count in (("a", (crews + 1) // 2), ("b", crews // 2))
        for number in range(1, count * STATIONS_A_CREW + 1)
    )
    registers = tuple(
        Register(station.code, "mayor", REGISTERED[0] * (1 + place % 10)) for place, station in enumerate(made)
    )
    return replace(small, stations=made, registers=(*registers, Register(made[0].code, "council", 100)), official=())


@dataclass
class Node:
    """One server, and its lines: `front` to its readers, `back` to PostgreSQL, `bell` to Redis.

    `clock`: the file that its clock's offset is read from; None where there is no libfaketime.
    """

    name: str
    server: ServerProcess
    front: TcpProxy
    back: TcpProxy | None
    bell: TcpProxy | None
    clock: Path | None
    log: Path
    workers: int = 1

    def worker(self, place: int) -> psutil.Process | None:
        """One of its workers; None while it has none."""
        assert self.server.process is not None
        with contextlib.suppress(psutil.Error):
            found = [
                child
                for child in psutil.Process(self.server.process.pid).children()
                if "tallywire.worker" in child.cmdline()
            ]
            return found[place % len(found)] if found else None
        return None


@dataclass
class House:
    """`url`: the database as whoever looks reaches it, past every proxy. `operator`: a token."""

    folder: Path
    url: str
    election: Election
    nodes: list[Node]
    postgres: PostgresServer | None = None
    redis: RedisServer | None = None
    disk: Path | None = None
    operator: str = ""
    _mounted: list[Path] = field(default_factory=list)

    @property
    def fronts(self) -> list[str]:
        """All ways in: straight, and through each node's proxy."""
        straight = [node.server.url for node in self.nodes]
        return [*straight, *(f"http://127.0.0.1:{node.front.port}" for node in self.nodes)]

    def close(self) -> None:
        for node in self.nodes:
            for proxy in (node.front, node.back, node.bell):
                if proxy is not None:
                    proxy.close()
            with contextlib.suppress(Exception):
                node.server.stop()
            os.close(node.server.errors)
        if self.postgres is not None:
            self.postgres.close()
        if self.redis is not None:
            self.redis.kill()
        for path in self._mounted:
            subprocess.run(("umount", "-l", str(path)), check=False)


async def external_house(folder: Path, crews: int, *, clocks: bool = True) -> House:
    """Two servers, the second of two workers, over a PostgreSQL on a small disk and a Redis. Raises NoRedisError.

    `clocks`: theirs can be moved, where there is a libfaketime.
    """
    redis = RedisServer().start()
    disk = _small_disk(folder)
    root = disk or folder / "postgres"
    root.mkdir(exist_ok=True)
    _let_through(root)
    postgres = PostgresServer(root).create().start()
    house = House(folder, postgres.url(ELECTION), stormy_election(crews), [], postgres, redis, disk)
    house._mounted = [disk] if disk else []
    try:
        await create_database(postgres.url(), ELECTION)
        await migrate(house.url)
        connection = await asyncpg.connect(house.url)
        await _load(connection, house)
        await connection.close()
        for number, workers in enumerate((1, 2)):
            back, bell = TcpProxy(postgres.port), TcpProxy(redis.port)
            where = ("--database-url", postgres.url(ELECTION, back.port))
            environment = {"TALLYWIRE_BROADCAST_URL": f"redis://127.0.0.1:{bell.port}"}
            clock = folder / f"clock-{number}" if clocks and library() is not None else None
            house.nodes.append(_node(folder, number, workers, where, environment, back, bell, clock))
    except BaseException:
        house.close()
        raise
    return house


async def embedded_house(folder: Path, crews: int) -> House:
    """One server of two workers over the PostgreSQL that it brings."""
    data = folder / "embedded"
    data.mkdir()
    postgres = EmbeddedPostgres.start(data / "postgres")
    house = House(folder, postgres.url("tallywire"), stormy_election(crews), [])
    try:
        await create_database(postgres.url("postgres"), "tallywire")
        await migrate(house.url)
        connection = await asyncpg.connect(house.url)
        await _load(connection, house)
        await connection.close()
        house.nodes.append(_node(folder, 2, 2, ("--data-dir", str(data)), {}, None, None))
    except BaseException:
        house.close()
        raise
    finally:
        postgres.stop()
    return house


def postmaster(house: House) -> int | None:
    """The embedded PostgreSQL's process id; None while it does not run."""
    try:
        pid = int((house.folder / "embedded" / "postgres" / "postmaster.pid").read_text().split()[0])
        return pid if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE else None
    except (OSError, ValueError, IndexError, psutil.Error):
        return None


def _node(
    folder: Path,
    number: int,
    workers: int,
    where: tuple[str, ...],
    environment: dict[str, str],
    back: TcpProxy | None,
    bell: TcpProxy | None,
    # The embedded PostgreSQL would have that clock too.
    clock: Path | None = None,
) -> Node:
    name = "ABC"[number]
    moved = faked("+0", clock) if clock is not None else {}
    log = folder / f"node-{name}.log"
    arguments = (*where, *(("--workers", str(workers)) if workers > 1 else ()))
    if "--data-dir" not in where:
        arguments = (*arguments, "--data-dir", str(folder / "data"))
    server = ServerProcess(*arguments, environment={**PACE, **environment, **moved})
    server.errors = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    server.start()
    return Node(name, server, TcpProxy(server.port), back, bell, clock, log, workers)


async def _load(connection: Connection, house: House) -> None:
    await use_json(connection)
    await load_election(connection, house.election, "storm")
    for phase in (ElectionPhase.VOTING, ElectionPhase.COUNTING):
        await set_phase(connection, ELECTION, phase)
    _, house.operator = await add_person(connection, Role.OPERATOR, None, "The operator")


def _small_disk(folder: Path) -> Path | None:
    """A disk of its own for PostgreSQL, that can be filled; None where nobody may mount one."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", SMALL_DISK, "tallywire-soak", str(disk))
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        return None
    return disk


def _let_through(path: Path) -> None:
    """PostgreSQL runs as another user where we are root, who must get there."""
    if os.geteuid() != 0:
        return
    for parent in path.parents:
        if parent.stat().st_uid == 0 and parent != Path("/") and parent != Path(tempfile.gettempdir()):
            parent.chmod(parent.stat().st_mode | 0o011)


__all__ = ["House", "Node", "embedded_house", "external_house", "postmaster", "wait_until"]
