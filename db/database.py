"""One database: an asyncpg pool for the hot paths, and SQLModel sessions over the same driver for the rest."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
import sqlalchemy.exc
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import URL, QueuePool, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

# What the pool lends out is a proxy with the same methods.
Connection = asyncpg.Connection | PoolConnectionProxy
POOL_SIZE = 10
COMMAND_TIMEOUT_SECONDS = 60.0
CLOSE_SECONDS = 5.0


# What is raised while PostgreSQL cannot be reached, or cannot do its work: it stops, has no room left on its disk, only
# reads, its disk fails, it is too slow. DataError is an InterfaceError too, and means something else.
_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.LockNotAvailableError,
    asyncpg.PostgresSystemError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    sqlalchemy.exc.InterfaceError,
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.TimeoutError,
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a request waits for PostgreSQL, in seconds. A statement is given up by PostgreSQL itself, and a moment
    later by us where not even that comes back; of that time, a lock of somebody else's may take half.
    """

    seconds: float

    @property
    def server_settings(self) -> dict[str, str]:
        """Each in milliseconds."""
        shares = {"statement_timeout": 1.0, "lock_timeout": 0.5, "idle_in_transaction_session_timeout": 2.0}
        return {name: str(max(1, round(self.seconds * share * 1_000))) for name, share in shares.items()}

    @property
    def connecting(self) -> dict[str, Any]:
        """As asyncpg's `connect` takes it."""
        return {
            "command_timeout": self.seconds * 1.25,
            "timeout": self.seconds,
            "server_settings": self.server_settings,
        }


def is_away(error: BaseException) -> bool:
    """The database cannot be reached or cannot work just now; what was asked may be possible a moment later."""
    if isinstance(error, sqlalchemy.exc.DBAPIError) and error.orig is not None and error.orig.__cause__ is not None:
        # SQLAlchemy has no class of its own for most of what PostgreSQL says.
        return is_away(error.orig.__cause__) or isinstance(error, _AWAY)
    return isinstance(error, _AWAY) and not isinstance(error, asyncpg.DataError)


class DatabaseUnavailableError(Exception):
    """The database cannot be reached; the message says so in one line, without credentials."""


class Database:
    """Opened by `Database.open(url)`; `url` as libpq writes it (postgresql://…)."""

    def __init__(self, url: str, pool: asyncpg.Pool, engine: AsyncEngine) -> None:
        self.url = url
        self.pool = pool
        self.engine = engine

    @classmethod
    async def open(cls, url: str, pool_size: int = POOL_SIZE, patience: Patience | None = None) -> "Database":
        """Thrice `pool_size` connections at most. `patience`: of who serves; who works by hand waits longer.

        Raises DatabaseUnavailableError.
        """
        address = plain_url(url)
        connecting = patience.connecting if patience else {"command_timeout": COMMAND_TIMEOUT_SECONDS}
        try:
            pool = await asyncpg.create_pool(
                address, min_size=1, max_size=pool_size, init=use_json, reset=_as_it_is, **connecting
            )
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError, ValueError) as error:
            raise DatabaseUnavailableError(f"cannot open {shown_url(url)}: {error}") from error
        engine = create_async_engine(
            make_url(address).set(drivername="postgresql+asyncpg"),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            pool_timeout=patience.seconds if patience else COMMAND_TIMEOUT_SECONDS,
            connect_args=connecting,
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
        )
        return cls(address, pool, engine)

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A session that writes nothing unless told to commit; its rows stay readable after it."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            yield session

    async def connect(self) -> asyncpg.Connection:
        """A connection of the caller's own, for those who hold one for long."""
        connection: asyncpg.Connection = await asyncpg.connect(self.url, command_timeout=COMMAND_TIMEOUT_SECONDS)
        await use_json(connection)
        return connection

    def connections(self) -> tuple[int, int, int]:
        """Those in use, those idle, and how many there may be."""
        engine: QueuePool = self.engine.pool  # type: ignore[assignment]
        used = self.pool.get_size() - self.pool.get_idle_size() + engine.checkedout()
        return used, self.pool.get_idle_size() + engine.checkedin(), self.pool.get_max_size() + 2 * engine.size()

    async def close(self) -> None:
        """What is still lent out after a moment is cut off: an end must not wait for a database that is away."""
        await self.engine.dispose()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.pool.close()
        except TimeoutError:
            self.pool.terminate()


async def _as_it_is(_connection: Connection) -> None:
    """By then asyncpg has ended an open transaction and all listening.

    Its own reset undoes settings and locks of the session too, by one more statement for each loan; on what the pool
    lends nobody makes any.
    """


async def use_json(connection: Any) -> None:
    """jsonb goes in and out as Python values."""
    await connection.set_type_codec(
        "jsonb",
        encoder=lambda value: b"\x01" + orjson.dumps(value),
        decoder=lambda data: orjson.loads(data[1:]),
        schema="pg_catalog",
        format="binary",
    )


def plain_url(url: str) -> str:
    """The url without a SQLAlchemy driver; raises DatabaseUnavailableError on what is no PostgreSQL url."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.split("+")[0] not in {"postgresql", "postgres"}:
        raise DatabaseUnavailableError("the database url must begin with postgresql://")
    return f"postgresql://{rest}"


def shown_url(url: str) -> str:
    """The url as it may be printed: without its password."""
    try:
        parsed: URL = make_url(plain_url(url))
    except Exception:
        return "the database"
    return parsed.render_as_string(hide_password=True)
