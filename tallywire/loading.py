"""Loading a package into the database: checked whole, then written whole."""

import hashlib
from pathlib import Path

from counting.election import Election
from db.database import Database
from db.load import Progress, load_election
from tallywire.package import read_station_counts
from tallywire.package.fault import Fault
from tallywire.package.reading import read_package
from tallywire.package.source import READ

# Files that play no part in what is counted may change without making another election of it.
IGNORED = frozenset({"pace.csv", "station_counts.csv"})
DEFINING = frozenset({".toml", *READ})


def package_digest(folder: Path) -> str:
    """sha256 (hex) over the files that define the election."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.suffix in DEFINING and path.is_file()):
        if path.name not in IGNORED:
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def checked_package(folder: Path, progress: Progress | None = None) -> tuple[Election, tuple[Fault, ...]]:
    """The election and what is worth a look; raises PackageFaults with everything that is wrong."""
    reading = read_package(folder, progress)
    read_station_counts(folder, reading.election)
    return reading.election, reading.warnings


async def load_package(database: Database, folder: Path, election: Election, progress: Progress | None = None) -> bool:
    """False where just this package stands already. Raises ElectionAlreadyCountedError."""
    connection = await database.connect()
    try:
        return await load_election(connection, election, package_digest(folder), progress)
    finally:
        await connection.close()
