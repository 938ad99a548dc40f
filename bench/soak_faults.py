"""What goes wrong on a stormy night: each fault strikes, lasts for a while, and is mended again.

What is killed is killed by kill -9. A fault that this machine cannot bring about (no root for a small disk, no
libfaketime) is not in the list of its house.
"""

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg

from bench.soak_crews import ELECTION
from bench.soak_house import House, Node, postmaster
from tests.tcp_proxy import TcpProxy

Strike = Callable[[], Awaitable[None]]
START_SECONDS = 90
FILL_BYTES = 65_536
DELAY_SECONDS = (0.02, 0.2)
CLOCKS = ("-2h", "-90s", "+45s", "+3h", "+0")
# Seconds that libfaketime takes to look at its file.
CLOCK_SECONDS = 1.2
CANCELLED = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"


class Faults:
    """Those of one house, by name; `strike(name)` returns once it is mended. `share`: of the time that each lasts."""

    def __init__(self, house: House, rng: random.Random, share: float = 1.0) -> None:
        self._share = share
        self._house = house
        self._rng = rng
        self._table: dict[str, Strike] = {}
        for node in house.nodes:
            self._of_node(node)
        if house.postgres is not None:
            self._of_postgres()
        else:
            self._table["kill -9 of the embedded PostgreSQL"] = self._kill_embedded
        if house.redis is not None:
            self._table["kill -9 of Redis"] = self._kill_redis
        self._table["a lock held by somebody"] = self._hold_lock
        self._table["all sessions of the database ended"] = self._end_sessions

    @property
    def names(self) -> list[str]:
        return sorted(self._table)

    async def strike(self, name: str) -> None:
        await self._table[name]()

    def _of_node(self, node: Node) -> None:
        table, of = self._table, f"of {node.name}"
        table[f"kill -9 {of}"] = lambda: self._kill_node(node)
        table[f"an end in order {of}"] = lambda: self._end_node(node)
        table[f"a standstill {of}"] = lambda: self._stop_node(node)
        if node.workers > 1:
            table[f"kill -9 of a worker {of}"] = lambda: self._kill_worker(node)
            table[f"fresh workers {of}"] = lambda: self._roll(node)
        lines: dict[str, TcpProxy | None] = {"readers": node.front, "PostgreSQL": node.back, "Redis": node.bell}
        for end, line in lines.items():
            if line is not None:
                name = f"between {node.name} and {end}"
                table[f"a line cut {name}"] = lambda line=line: self._cut(line)  # type: ignore[misc]
                table[f"a line stopped {name}"] = lambda line=line: self._stop(line)  # type: ignore[misc]
                table[f"a line slow {name}"] = lambda line=line: self._slow(line)  # type: ignore[misc]
        if node.clock is not None:
            table[f"a clock moved {of}"] = lambda clock=node.clock: self._move_clock(clock)  # type: ignore[misc]

    def _of_postgres(self) -> None:
        self._table["kill -9 of PostgreSQL"] = self._kill_postgres
        self._table["a PostgreSQL that only reads"] = self._read_only
        self._table["a PostgreSQL that stands still"] = self._still_postgres
        if self._house.disk is not None:
            self._table["a disk that is full"] = self._fill_disk

    async def _last(self, least: float = 0.2, most: float = 2.0) -> None:
        await asyncio.sleep(self._share * self._rng.uniform(least, most))

    async def _kill_node(self, node: Node) -> None:
        await asyncio.to_thread(node.server.kill)
        await self._last()
        await started(node)

    async def _end_node(self, node: Node) -> None:
        await asyncio.to_thread(node.server.stop)
        await started(node)

    async def _stop_node(self, node: Node) -> None:
        """All its processes stand still, as where a machine swaps or is frozen."""
        process = node.server.process
        assert process is not None
        found = [process.pid] if node.workers == 1 else []
        found += [worker.pid for place in range(node.workers) if (worker := node.worker(place)) is not None]
        for pid in found:
            _signal(pid, signal.SIGSTOP)
        try:
            await self._last(0.5, 3.0)
        finally:
            for pid in found:
                _signal(pid, signal.SIGCONT)

    async def _kill_worker(self, node: Node) -> None:
        worker = node.worker(self._rng.randrange(node.workers))
        if worker is not None:
            _signal(worker.pid, signal.SIGKILL)
        await self._last(0.1, 1.0)

    async def _roll(self, node: Node) -> None:
        assert node.server.process is not None
        _signal(node.server.process.pid, signal.SIGHUP)
        await self._last(1.0, 3.0)

    async def _cut(self, line: TcpProxy) -> None:
        line.cut()
        await self._last()
        line.mend()

    async def _stop(self, line: TcpProxy) -> None:
        line.stop()
        await self._last(0.5, 4.0)
        line.go()

    async def _slow(self, line: TcpProxy) -> None:
        line.delay_seconds = self._rng.uniform(*DELAY_SECONDS)
        await self._last(1.0, 4.0)
        line.delay_seconds = 0.0

    async def _move_clock(self, clock: Path) -> None:
        for _ in range(2):
            await asyncio.to_thread(clock.write_text, self._rng.choice(CLOCKS))
            await asyncio.sleep(CLOCK_SECONDS)
            await self._last(0.2, 1.0)

    async def _kill_postgres(self) -> None:
        assert self._house.postgres is not None
        await asyncio.to_thread(self._house.postgres.kill)
        await self._last(0.1, 2.5)
        await self._start_postgres()

    async def _start_postgres(self) -> None:
        """Children of one that was killed hold its memory for a moment."""
        assert self._house.postgres is not None
        deadline = asyncio.get_running_loop().time() + START_SECONDS
        while True:
            try:
                await asyncio.to_thread(self._house.postgres.start)
                return
            except AssertionError:
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(0.2)

    async def _still_postgres(self) -> None:
        """Every process of it, as where its disk does not answer."""
        import psutil

        assert self._house.postgres is not None and self._house.postgres.process is not None
        main = psutil.Process(self._house.postgres.process.pid)
        found = [main.pid, *(child.pid for child in main.children())]
        for pid in found:
            _signal(pid, signal.SIGSTOP)
        try:
            await self._last(0.5, 5.0)
        finally:
            for pid in found:
                _signal(pid, signal.SIGCONT)

    async def _read_only(self) -> None:
        for state in ("on", "off"):
            connection = await self._connect("postgres")
            await connection.execute(f"ALTER DATABASE {ELECTION} SET default_transaction_read_only = {state}")
            await connection.fetch(CANCELLED, ELECTION)
            await connection.close()
            if state == "on":
                await self._last(0.5, 3.0)

    async def _end_sessions(self) -> None:
        connection = await self._connect()
        name = await connection.fetchval("SELECT current_database()")
        await connection.fetch(CANCELLED, name)
        await connection.close()

    async def _hold_lock(self) -> None:
        connection = await self._connect()
        with contextlib.suppress(asyncpg.PostgresError, OSError):
            async with connection.transaction():
                await connection.execute("SELECT 1 FROM election FOR UPDATE")
                await self._last(0.5, 4.0)
        await connection.close()

    async def _fill_disk(self) -> None:
        """To the last byte; PostgreSQL ends where its own log finds no room, and is started again once there is."""
        house = self._house
        assert house.disk is not None and house.postgres is not None and house.postgres.process is not None
        filler = house.disk / "filler"
        await asyncio.to_thread(_fill, filler)
        await self._last(1.0, 4.0)
        await asyncio.to_thread(_fill, house.disk / "filler-2")
        await self._last(0.2, 1.0)
        for path in (filler, house.disk / "filler-2"):
            path.unlink(missing_ok=True)
        if house.postgres.process.poll() is not None:
            await self._start_postgres()

    async def _kill_embedded(self) -> None:
        """Whoever uses it notices, and starts it again."""
        pid = postmaster(self._house)
        if pid is not None:
            _signal(pid, signal.SIGKILL)
        await self._last(0.1, 1.0)

    async def _kill_redis(self) -> None:
        assert self._house.redis is not None
        await asyncio.to_thread(self._house.redis.kill)
        await self._last()
        await asyncio.to_thread(self._house.redis.start)

    async def _connect(self, database: str | None = None) -> asyncpg.Connection:
        """Past all proxies, as soon as PostgreSQL is there: two faults may strike at once."""
        url = self._house.url
        if database is not None and self._house.postgres is not None:
            url = self._house.postgres.url(database)
        return await reached(url)


async def reached(url: str, seconds: float = START_SECONDS) -> asyncpg.Connection:
    """A connection, as soon as there is one to be had."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            return await asyncpg.connect(url, timeout=10)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.1)


async def started(node: Node) -> None:
    """It answers again, on its port: started as often as that takes, as systemd does."""
    deadline = asyncio.get_running_loop().time() + START_SECONDS
    while True:
        try:
            await asyncio.to_thread(node.server.start)
            return
        except AssertionError:
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.2)


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _fill(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * FILL_BYTES)


__all__ = ["Faults", "reached", "started"]
