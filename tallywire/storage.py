"""The database that this process works on: embedded or by URL, with its tables at their newest."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from db.database import Database, DatabaseUnavailableError, Patience
from db.embedded import EmbeddedPostgres, EmbeddedPostgresError
from db.migrate import NEWEST, create_database, migrate
from db.schema_version import SchemaMismatchError, read_schema
from tallywire.settings import Settings

WATCH_SECONDS = 1.0
log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def open_storage(
    settings: Settings, *, anew: bool = False, serves: bool = False, revision: str | None = NEWEST
) -> AsyncIterator[Database]:
    """Yields the database; stops the embedded PostgreSQL at the end where nobody else uses it.

    `anew`: begins with an empty one, embedded only. `serves`: requests wait no longer than the settings say.
    `revision`: of the tables; None: as they are. Raises DatabaseUnavailableError, EmbeddedPostgresError,
    SchemaMismatchError.
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
        patience = Patience(settings.database_patience_seconds) if serves else None
        database = await _open(url, patience, revision if settings.migrate or not serves else None)
        try:
            async with _kept_alive(embedded):
                yield database
        finally:
            await database.close()
    finally:
        if embedded is not None:
            embedded.stop()


@contextlib.asynccontextmanager
async def _kept_alive(embedded: EmbeddedPostgres | None) -> AsyncIterator[None]:
    """Nobody else would start the embedded PostgreSQL again after somebody killed it."""
    if embedded is None:
        yield
        return
    watch = asyncio.create_task(_watch(embedded), name="PostgreSQL watch")
    try:
        yield
    finally:
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch


async def _watch(embedded: EmbeddedPostgres) -> None:
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        try:
            if await asyncio.to_thread(embedded.revive):
                log.warning("PostgreSQL had ended, and runs again")
        except EmbeddedPostgresError as error:
            log.error("%s", error)


async def _open(url: str, patience: Patience | None, revision: str | None) -> Database:
    database = await Database.open(url, patience=patience)
    try:
        if revision is not None:
            await migrate(url, revision)
        elif patience is not None:
            await fit_schema(database, migrates=False)
    except BaseException:
        await database.close()
        raise
    return database


async def fit_schema(database: Database, *, migrates: bool) -> None:
    """Older tables are brought up to date, or refused. Raises SchemaMismatchError."""
    state = await read_schema(database.pool)
    if state.older and migrates:
        await migrate(database.url)
    elif state.problem is not None:
        raise SchemaMismatchError(state.problem + ("; run tallywire migrate" if state.older else ""))


__all__ = ["DatabaseUnavailableError", "fit_schema", "open_storage"]
