"""Reading a whole export into an empty database: all of it, checked against itself, or nothing."""

import hashlib
from collections.abc import Callable, Iterator
from itertools import islice

import asyncpg
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from db.database import Connection, Database
from db.migrate import configuration
from db.whole import AS_WRITTEN, PAGE, TOGETHER, count_up, first_filled, read_revision, tables, write_lines
from tallywire.evidence.store import Store
from tallywire.export.archive import Archive, ArchiveError, Manifest, lines_of
from tallywire.export.checking import faults_of
from tallywire.export.writing import member_of

PHOTOGRAPHS = "evidence/"
Progress = Callable[[str, int, int], None]


class NotEmptyError(Exception):
    """The database holds something already; the message names the table."""


class NotSoundError(Exception):
    """What was read contradicts itself: nothing of it was kept. `faults`: one a line."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def check_revision(manifest: Manifest) -> None:
    """Raises ArchiveError where the export's tables are newer than this program."""
    try:
        ScriptDirectory.from_config(configuration()).get_revision(manifest.revision)
    except CommandError as error:
        raise ArchiveError(f"it was made by a newer tallywire ({manifest.version}): import it with that") from error


async def read_whole(
    database: Database, archive: Archive, manifest: Manifest, store: Store, progress: Progress
) -> None:
    """Photographs first, then every table in one transaction that ends only when all is found sound.

    Raises NotEmptyError, NotSoundError, ArchiveError, StoreUnavailableError, OSError.
    """
    connection = await database.connect()
    try:
        async with connection.transaction(isolation="repeatable_read"):
            await _check_empty(connection, manifest)
            await connection.execute(AS_WRITTEN)
            await _read_photographs(archive, manifest, store, progress)
            for name in tables():
                await _read_table(connection, archive, manifest, name, progress)
            await count_up(connection)
            if faults := [fault async for fault in faults_of(connection, manifest, progress)]:
                raise NotSoundError(faults)
    except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
        raise ArchiveError(f"it does not fit the tables: {error}") from error
    finally:
        await connection.close()


async def _check_empty(connection: Connection, manifest: Manifest) -> None:
    """Nobody else begins in it meanwhile: they wait for the lock."""
    await connection.execute("LOCK TABLE election, reporter, audit_record IN SHARE ROW EXCLUSIVE MODE")
    filled = await first_filled(connection)
    if filled is not None:
        raise NotEmptyError(f"this database is not empty (there are rows in {filled}): import into a new one")
    revision = await read_revision(connection)
    if revision != manifest.revision:
        raise NotEmptyError(
            f"the tables of this database are at {revision} already, the export's at {manifest.revision}:"
            " import into one that nothing has opened yet"
        )


async def _read_table(
    connection: Connection, archive: Archive, manifest: Manifest, name: str, progress: Progress
) -> None:
    member = manifest.members.get(member_of(name))
    if member is None:
        raise ArchiveError(f"{member_of(name)} is not named in the manifest")
    done, rows = 0, int(member.get("rows", 0))
    lines = lines_of(archive, member_of(name), member["sha256"])
    for page in [list(lines)] if name in TOGETHER else _pages(lines):
        await write_lines(connection, name, page)
        done += len(page)
        progress(name, done, rows)
    if done != rows:
        raise ArchiveError(f"{member_of(name)} has {done} rows instead of {rows}")


async def _read_photographs(archive: Archive, manifest: Manifest, store: Store, progress: Progress) -> None:
    """Writing one twice changes nothing: an import that failed is simply repeated."""
    names = [name for name in manifest.members if name.startswith(PHOTOGRAPHS)]
    for done, member in enumerate(names, start=1):
        with archive.read(member) as file:
            content = file.read()
        name, sha256 = member.rpartition("/")[2], hashlib.sha256(content).hexdigest()
        # One made narrower is named after the one that it was made of.
        if sha256 != manifest.members[member]["sha256"] or ("." not in name and sha256 != name):
            raise ArchiveError(f"{member} is not the photograph of that name")
        await store.put(name, content)
        progress("photographs", done, len(names))


def _pages(lines: Iterator[str]) -> Iterator[list[str]]:
    while page := list(islice(lines, PAGE)):
        yield page
