"""The doorbell between processes: heard, lost, heard again, whatever stands behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from broadcaster import Broadcast

from feed import bell as doorbell
from feed.bell import Bell, BellUrlError
from tests.conftest import Databases, _fill_small
from tests.redis_server import RedisServer, redis_or_skip

LISTENERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> $1"


class Postgres:
    def __init__(self, url: str) -> None:
        self.url = url

    async def cut(self) -> None:
        connection = await asyncpg.connect(self.url)
        await connection.execute(LISTENERS.replace("$1", "pg_backend_pid()"))
        await connection.close()

    async def mend(self) -> None:
        """PostgreSQL itself never went away."""


class Redis:
    def __init__(self, server: RedisServer) -> None:
        self._server = server
        self.url = server.url

    async def cut(self) -> None:
        await asyncio.to_thread(self._server.kill)

    async def mend(self) -> None:
        await asyncio.to_thread(self._server.start)


@pytest.fixture(params=["postgres", "redis"])
def wire(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Postgres | Redis]:
    if request.param == "postgres":
        yield Postgres(databases.fresh("template_small", _fill_small))
        return
    server = redis_or_skip().start()
    yield Redis(server)
    server.kill()


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbell, "TEST_SECONDS", 0.1)
    monkeypatch.setattr(doorbell, "RECONNECT_SECONDS", 0.1)


class Hearing:
    """Keeps what it hears, until somebody has waited for it."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def hears(self, what: str, ring: Callable[[], None]) -> None:
        """Rings again and again until it is heard: nobody promises a ring while the bell is away."""
        async with asyncio.timeout(60):
            while what not in self.heard:
                ring()
                await asyncio.sleep(0.05)


@asynccontextmanager
async def hung(url: str, heard: Callable[[str], None]) -> AsyncIterator[Bell]:
    bell = Bell(url, heard)
    await bell.start()
    try:
        yield bell
    finally:
        await bell.close()


async def test_a_ring_is_heard_at_once_at_home_and_by_the_others(wire: Postgres | Redis) -> None:
    here, there = Hearing(), Hearing()
    async with hung(wire.url, here.heard.append) as bell, hung(wire.url, there.heard.append):
        bell.ring("first")
        assert here.heard == ["first"]
        await there.hears("warm", lambda: bell.ring("warm"))
        for number in range(50):
            bell.ring(f"ring-{number}")
        await there.hears("last", lambda: bell.ring("last"))
        # All of those that were rung together, one after another, and none of its own twice.
        assert [what for what in there.heard if what.startswith("ring-")] == [f"ring-{n}" for n in range(50)]
        assert here.heard.count("first") == 1


async def test_a_bell_that_was_cut_is_heard_again(wire: Postgres | Redis) -> None:
    here, there = Hearing(), Hearing()
    async with hung(wire.url, here.heard.append) as one, hung(wire.url, there.heard.append) as other:
        await there.hears("before", lambda: one.ring("before"))
        await wire.cut()
        one.ring("into the void")
        await wire.mend()
        await there.hears("after", lambda: one.ring("after"))
        await here.hears("back", lambda: other.ring("back"))
    assert {task.get_name() for task in asyncio.all_tasks()} == {asyncio.current_task().get_name()}  # type: ignore[union-attr]


async def test_a_listener_that_dies_in_silence_is_noticed(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, made = await asyncio.to_thread(databases.fresh, "template_small", _fill_small), []

    class Deaf(Broadcast):
        async def _listener(self) -> None:
            return

    def broadcast(url: str) -> Any:
        made.append(url)
        return Deaf(url) if len(made) == 1 else Broadcast(url)

    monkeypatch.setattr(doorbell, "Broadcast", broadcast)
    monkeypatch.setattr(doorbell, "PATIENCE_SECONDS", 0.5)
    deaf, other = Hearing(), Hearing()
    async with hung(url, deaf.heard.append):
        monkeypatch.setattr(doorbell, "PATIENCE_SECONDS", 30)
        async with hung(url, other.heard.append) as ringing:
            await deaf.hears("again", lambda: ringing.ring("again"))
    assert len(made) >= 3


async def test_rings_while_the_bell_is_away_are_few_and_equal_ones_are_one() -> None:
    heard = Hearing()
    async with hung("redis://127.0.0.1:1", heard.heard.append) as bell:
        for number in range(3 * doorbell.WAITING_MAX):
            bell.ring(f"ring-{number % (2 * doorbell.WAITING_MAX)}")
        assert len(bell._waiting) == doorbell.WAITING_MAX
    assert len(heard.heard) == 3 * doorbell.WAITING_MAX


@pytest.mark.parametrize("url", ["", "kafka://localhost", "localhost:6379", "postgres:/x"])
def test_what_is_no_doorbell_is_refused(url: str) -> None:
    with pytest.raises(BellUrlError, match="must begin with one of memory://"):
        Bell(url, lambda _: None)


def test_a_url_that_cannot_be_read_is_refused_before_anything_is_served() -> None:
    with pytest.raises(BellUrlError, match="cannot be read"):
        Bell("redis://localhost:port", lambda _: None)
