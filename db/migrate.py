"""Brings a database to the newest tables; run by every start, once, whoever starts first.

Nodes of the release before serve on meanwhile: a migration that cannot have its lock at once gives way, so that nobody
queues behind it, and tries again.
"""

import asyncio
import logging

import asyncpg
from alembic import command
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from db.database import plain_url
from db.schema_version import SchemaMismatchError, configuration, head_revision, read_schema

__all__ = ["NEWEST", "configuration", "create_database", "head_revision", "migrate"]

# Any fixed number: two nodes that start together take turns.
MIGRATION_LOCK = 7_461_726_952
NEWEST = "head"
LOCK_MS = 2_000
ATTEMPTS = 30
PAUSE_SECONDS = 0.5
LOCK_NOT_AVAILABLE = "55P03"
log = logging.getLogger(__name__)


async def migrate(url: str, revision: str = NEWEST) -> None:
    """Creates or upgrades the tables under an advisory lock; newer tables than of `revision` stay as they are.

    Raises SchemaMismatchError where they are too new for this code.
    """
    engine = create_async_engine(make_url(plain_url(url)).set(drivername="postgresql+asyncpg"))
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"SELECT pg_advisory_lock({MIGRATION_LOCK})"))
            await connection.commit()
            if await _is_needed(url, revision):
                await connection.execute(text(f"SET lock_timeout = {LOCK_MS}"))
                await connection.commit()
                await _upgrade_patiently(connection, revision)
            await connection.execute(text(f"SELECT pg_advisory_unlock({MIGRATION_LOCK})"))
            await connection.commit()
    finally:
        await engine.dispose()


async def _is_needed(url: str, revision: str) -> bool:
    """Says what it finds. Raises SchemaMismatchError."""
    connection = await asyncpg.connect(plain_url(url))
    try:
        state = await read_schema(connection)
    finally:
        await connection.close()
    if state.newer:
        if not state.works:
            raise SchemaMismatchError(state.problem)
        log.warning(
            "the database's tables are at %s, newer than this tallywire, which knows %s: they fit, and stay so",
            *(state.found, state.known),
        )
        return False
    if state.older and state.found is not None and revision == NEWEST:
        log.info("the database's tables go from %s to %s", state.found, state.known)
    return state.older


async def _upgrade_patiently(connection: AsyncConnection, revision: str) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            await connection.run_sync(_upgrade, revision)
            await connection.commit()
            return
        except DBAPIError as error:
            await connection.rollback()
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE or attempt == ATTEMPTS:
                raise
            log.warning("a migration waits for a table that is in use, and tries again (%d)", attempt)
            await asyncio.sleep(PAUSE_SECONDS)


def _upgrade(connection: Connection, revision: str) -> None:
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def create_database(server_url: str, name: str, *, anew: bool = False) -> None:
    """Makes sure that the database exists; `anew`: empties it first."""
    connection = await asyncpg.connect(plain_url(server_url))
    try:
        exists = await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name)
        quoted = '"' + name.replace('"', '""') + '"'
        if exists and anew:
            await connection.execute(f"DROP DATABASE {quoted} WITH (FORCE)")
        if anew or not exists:
            await connection.execute(f"CREATE DATABASE {quoted}")
    finally:
        await connection.close()
