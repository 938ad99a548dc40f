"""Loading a folder of official results into an election that stands in the database."""

from pathlib import Path

import asyncpg

from db.database import Database
from db.definitions import ElectionDefinition, read_definition
from db.official import OfficialChange, import_official
from tallywire.official.reading import OfficialReading, read_official_folder


class NoSuchElectionError(Exception):
    """Which election the figures belong to cannot be told; the message says why, and what to name."""


async def import_folder(
    database: Database, folder: Path, election_id: str | None
) -> tuple[str, OfficialReading, OfficialChange]:
    """The election's id, what was read, and what it changed. Raises NoSuchElectionError, PackageFaults."""
    connection = await database.connect()
    try:
        definition = await _definition(connection, election_id)
        reading = read_official_folder(folder, definition)
        change = await import_official(connection, definition.id, reading.figures)
        assert change is not None  # there are figures
        return definition.id, reading, change
    finally:
        await connection.close()


async def _definition(connection: asyncpg.Connection, election_id: str | None) -> ElectionDefinition:
    """The named election, or the only one."""
    loaded = [row["id"] for row in await connection.fetch("SELECT id FROM election ORDER BY id")]
    wanted = loaded[0] if election_id is None and len(loaded) == 1 else election_id
    if wanted is None:
        there = f"there are {', '.join(loaded)}" if loaded else "none is loaded yet"
        raise NoSuchElectionError(f"name the election with --election: {there}")
    definition = await read_definition(connection, wanted) if wanted in loaded else None
    if definition is None:
        there = f"; there is {', '.join(loaded)}" if loaded else ""
        raise NoSuchElectionError(f"no election {wanted} is loaded{there}")
    return definition
