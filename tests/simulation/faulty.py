"""A connection that fails at a chosen statement: before it, after it, or with its backend cut away."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from enum import StrEnum
from typing import Any

import asyncpg

from db.database import CLOSE_SECONDS, Database
from tests.conftest import Night
from tests.db.desk import Desk, desk


class Fault(StrEnum):
    """RAISE: our own code fails before the statement. LOSE: it is done, and its answer is lost with the line.

    CUT: PostgreSQL ends the backend before the statement. KILL: this very process is gone (see `die`).
    """

    RAISE = "RAISE"
    LOSE = "LOSE"
    CUT = "CUT"
    KILL = "KILL"


class PlannedError(Exception):
    """Our own code failed, as planned."""


class Plan:
    """What is to happen, once; statements are counted from 1 on, over all connections of the pool."""

    def __init__(self) -> None:
        self.at = 0
        self.fault: Fault | None = None
        self.seen: list[str] = []
        self.die: Any = None

    def arm(self, at: int, fault: Fault) -> None:
        self.at, self.fault, self.seen = at, fault, []

    def disarm(self) -> bool:
        """Whether it has happened."""
        happened, self.fault = self.fault is None, None
        return happened

    def hits(self, what: str) -> Fault | None:
        """The fault of this statement, if it is the one."""
        self.seen.append(what)
        if self.fault is None or len(self.seen) != self.at:
            return None
        fault, self.fault = self.fault, None
        return fault


def faulty_pool(url: str, plan: Plan, size: int = 4) -> "asyncpg.pool.Pool":
    """Opened by awaiting it."""
    from db.database import _as_it_is, use_json

    class Faulty(asyncpg.Connection):
        async def _with_fault(self, what: str, work: Any) -> Any:
            fault = plan.hits(what)
            if fault is Fault.RAISE:
                raise PlannedError(what)
            if fault is Fault.KILL:
                plan.die()
            if fault is Fault.CUT:
                other = await asyncpg.connect(url)
                await other.fetchval("SELECT pg_terminate_backend($1::int)", self.get_server_pid())
                await other.close()
            done = await work()
            if fault is Fault.LOSE:
                self.terminate()
                raise asyncpg.ConnectionDoesNotExistError("the answer was lost")
            return done

        async def execute(self, query: str, *args: Any, timeout: float | None = None) -> Any:  # noqa: ASYNC109
            work = super().execute
            return await self._with_fault(query, lambda: work(query, *args, timeout=timeout))

        async def executemany(self, command: str, args: Any, *, timeout: float | None = None) -> Any:  # noqa: ASYNC109
            work = super().executemany
            return await self._with_fault(command, lambda: work(command, args, timeout=timeout))

        async def fetch(self, query: str, *args: Any, **named: Any) -> Any:
            work = super().fetch
            return await self._with_fault(query, lambda: work(query, *args, **named))

        async def fetchrow(self, query: str, *args: Any, **named: Any) -> Any:
            work = super().fetchrow
            return await self._with_fault(query, lambda: work(query, *args, **named))

        async def fetchval(self, query: str, *args: Any, **named: Any) -> Any:
            work = super().fetchval
            return await self._with_fault(query, lambda: work(query, *args, **named))

        async def copy_records_to_table(self, table_name: str, **named: Any) -> Any:
            work = super().copy_records_to_table
            return await self._with_fault(f"COPY {table_name}", lambda: work(table_name, **named))

    return asyncpg.create_pool(
        url, min_size=1, max_size=size, init=use_json, reset=_as_it_is, connection_class=Faulty, command_timeout=30
    )


@contextmanager
def standing_desk(night: Night) -> Iterator[tuple[asyncio.Runner, Desk]]:
    """One open database for all faults of a test, and its loop, which stands still while a process is forked."""
    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        try:
            yield runner, runner.run(stack.enter_async_context(desk(night)))
        finally:
            runner.run(stack.aclose())


@asynccontextmanager
async def failing(at: Desk, plan: Plan) -> AsyncIterator[Database]:
    """The same database over connections that fail as planned."""
    pool = await faulty_pool(at.database.url, plan)
    try:
        yield Database(at.database.url, pool, at.database.engine)
    finally:
        await asyncio.wait_for(pool.close(), CLOSE_SECONDS)
