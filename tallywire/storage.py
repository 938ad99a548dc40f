"""The database that this process works on: embedded or by URL, with its tables at their newest."""

import contextlib
from collections.abc import AsyncIterator

from db.database import Database, DatabaseUnavailableError
from db.embedded import EmbeddedPostgres
from db.migrate import create_database, migrate
from tallywire.settings import Settings


@contextlib.asynccontextmanager
async def open_storage(settings: Settings, *, anew: bool = False) -> AsyncIterator[Database]:
    """Yields the database; stops the embedded PostgreSQL at the end where nobody else uses it.

    `anew`: begins with an empty one, embedded only. Raises DatabaseUnavailableError, EmbeddedPostgresError.
    """
    embedded = None
    url = settings.database_url
    if url is None:
        embedded = EmbeddedPostgres.start(settings.data_dir / "postgres")
    try:
        if embedded is not None:
            await create_database(embedded.url("postgres"), settings.database_name, anew=anew)
            url = embedded.url(settings.database_name)
        assert url is not None
        database = await _open(url)
        try:
            yield database
        finally:
            await database.close()
    finally:
        if embedded is not None:
            embedded.stop()


async def _open(url: str) -> Database:
    database = await Database.open(url)
    try:
        await migrate(url)
    except BaseException:
        await database.close()
        raise
    return database


__all__ = ["DatabaseUnavailableError", "open_storage"]
