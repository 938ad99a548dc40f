"""Brings a database to the newest tables; run by every start, once, whoever starts first."""

from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from db.database import plain_url

# Any fixed number: two nodes that start together take turns.
MIGRATION_LOCK = 7_461_726_952
NEWEST = "head"


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def head_revision() -> str:
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    assert head is not None
    return head


async def migrate(url: str, revision: str = NEWEST) -> None:
    """Creates or upgrades the tables under an advisory lock; newer tables than of `revision` stay as they are."""
    engine = create_async_engine(make_url(plain_url(url)).set(drivername="postgresql+asyncpg"))
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"SELECT pg_advisory_lock({MIGRATION_LOCK})"))
            await connection.commit()
            await connection.run_sync(_upgrade, revision)
            await connection.commit()
            await connection.execute(text(f"SELECT pg_advisory_unlock({MIGRATION_LOCK})"))
            await connection.commit()
    finally:
        await engine.dispose()


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
