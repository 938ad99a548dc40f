"""A recorded night in one file: NDJSON, public fields only.

Line 1 names the format, the election and the bounds that it was judged by. Line 2 is the election's definition as the
ledger has it. Each line after these is one log entry, byte by byte the leaf of the ledger's tree (docs/ledger.md), so
whoever has the file can hash its lines.
"""

import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from counting.bounds import Bounds
from db.database import Connection
from db.definitions import bounds_from_json
from db.sheet import public_from
from ledger.definition import make_document
from ledger.leaf import BadLeafError, leaf_of, parsed
from ledger.store import read_definition_document

FORMAT = "tallywire-night/1"
HEAD_LINES = 2
PAGE = 2_000
READ_ELECTION = """
    SELECT e.bounds, h.sequence FROM election e JOIN log_head h ON h.election_id = e.id WHERE e.id = $1
"""
READ_LOG = "SELECT * FROM log_entry WHERE election_id = $1 ORDER BY sequence"
READ_HELD = "SELECT * FROM tally WHERE election_id = $1 AND state = 'HELD'"

# How many entries were written or read, and how many there are.
Progress = Callable[[int, int], None]


class NightLogError(Exception):
    """A file is no recorded night; the message names the line and what is wrong there."""


@dataclass(frozen=True, slots=True)
class NightLog:
    """`entries` by the names that the ledger's leaves have. `held`: numbers that no entry tells, by tally."""

    election_id: str
    bounds: Bounds
    definition: dict[str, Any]
    entries: list[dict[str, Any]]
    held: dict[str, dict[str, Any]] = field(default_factory=dict)


def silent(_done: int, _total: int) -> None:
    """No progress wanted."""


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write a night to; where that fails no half of it is left. Raises OSError, also where one is there."""
    with path.open("xb") as file:
        try:
            yield file
        except BaseException:
            path.unlink()
            raise


async def save_night(connection: Connection, election_id: str, file: BinaryIO, progress: Progress = silent) -> int:
    """Writes the night of a loaded election; how many entries."""
    lines = 0
    async for line in night_lines(connection, election_id, progress):
        file.write(line + b"\n")
        lines += 1
    return lines - HEAD_LINES


async def load_night(connection: Connection, election_id: str, progress: Progress = silent) -> NightLog:
    """The night of an election that is loaded here, with the numbers of what is held at this moment."""
    lines = [line async for line in night_lines(connection, election_id, progress)]
    night = parse_night(lines, election_id)
    for row in await connection.fetch(READ_HELD, election_id):
        night.held[row["id"]] = public_from(row)
    return night


def read_night(path: Path) -> NightLog:
    """Raises NightLogError, and OSError where the file cannot be read."""
    with path.open("rb") as file:
        return parse_night((line.rstrip(b"\n") for line in file), str(path))


async def night_lines(connection: Connection, election_id: str, progress: Progress = silent) -> AsyncIterator[bytes]:
    """The lines of the file, without their ends; the election must be loaded. One snapshot."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        election = await connection.fetchrow(READ_ELECTION, election_id)
        assert election is not None
        stored = await read_definition_document(connection, election_id)
        document = await make_document(connection, election_id)
        content, sha256 = stored or (document.content, document.sha256)
        yield json.dumps(
            {"format": FORMAT, "election": election_id, "bounds": election["bounds"]}, ensure_ascii=False
        ).encode()
        yield bytes(content)
        total, done = election["sequence"], 0
        async for row in connection.cursor(READ_LOG, election_id, prefetch=PAGE):
            yield leaf_of(row, sha256)
            done += 1
            progress(done, total)


def parse_night(lines: Iterable[bytes], name: str) -> NightLog:
    """`name` stands before the line's number in the message of a NightLogError."""
    numbered = enumerate(lines, start=1)
    head = _object(next(numbered, (1, b"")), name)
    if head.get("format") != FORMAT:
        raise NightLogError(f"{name}:1: no recorded night: its first line does not say {FORMAT}")
    try:
        election_id, bounds = str(head["election"]), bounds_from_json(head["bounds"])
    except (KeyError, TypeError, ValueError) as error:
        raise NightLogError(f"{name}:1: election or bounds cannot be read: {error}") from error
    place, content = next(numbered, (2, b""))
    definition = _object((place, content), name)
    sha256 = hashlib.sha256(content).hexdigest()
    entries = [_entry(line, name, sha256) for line in numbered]
    return NightLog(election_id, bounds, definition, entries)


def _object(line: tuple[int, bytes], name: str) -> dict[str, Any]:
    try:
        value = json.loads(line[1])
    except (ValueError, RecursionError) as error:
        raise NightLogError(f"{name}:{line[0]}: not readable as JSON: {error}") from error
    if not isinstance(value, dict):
        raise NightLogError(f"{name}:{line[0]}: no JSON object")
    return value


def _entry(line: tuple[int, bytes], name: str, definition_sha256: str) -> dict[str, Any]:
    """One entry, checked: it follows the one before it, and refers to the definition above it."""
    place, content = line
    try:
        entry = parsed(content)
    except BadLeafError as error:
        raise NightLogError(f"{name}:{place}: no log entry: {error}") from error
    if entry.get("sequence") != place - HEAD_LINES:
        raise NightLogError(f"{name}:{place}: entry {place - HEAD_LINES} is wanted here, not {entry.get('sequence')}")
    if entry.get("definition") != definition_sha256:
        raise NightLogError(f"{name}:{place}: the entry refers to another definition than line 2")
    return entry
