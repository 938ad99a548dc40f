"""Holds the stored ledger against the log: definition, sealed entries, tiles, heads, keys, cosignatures.

Every one is made again from the entries as they stand in the log now, and compared with what is stored.
"""

import base64
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import asyncpg

from db.database import Connection
from ledger.checkpoint import cosigned_at, parse_head
from ledger.cut_line import CutLine, cut_line_of
from ledger.keys import LedgerKey, read_keys, successions
from ledger.merkle import EMPTY_ROOT
from ledger.note import BadKeyError, BadNoteError, parse_key, parse_note
from ledger.store import (
    SealedLog,
    leaves_of,
    read_definition_document,
    read_rows,
    read_sealed,
)
from ledger.succession import succession_text
from ledger.tiles import WIDTH, BadBundleError, TileKey, all_tiles, entries_of, tree_root, width_of
from tallywire.follow.storing import FOLLOWED
from tallywire.fsck_fault import Fault

READ_TILES = "SELECT level, number, hashes FROM ledger_tile WHERE election_id = $1 ORDER BY level, number"
READ_BUNDLE = "SELECT width, entries FROM ledger_bundle WHERE election_id = $1 AND number = $2"
READ_BUNDLES_BEYOND = "SELECT number FROM ledger_bundle WHERE election_id = $1 AND number >= $2"
READ_HEADS = "SELECT number, size, root, public_key, note FROM ledger_head WHERE election_id = $1 ORDER BY number"
READ_COSIGNATURES = """
    SELECT c.number, c.witness, c.line, h.note FROM ledger_cosignature c JOIN ledger_head h USING (election_id, number)
    WHERE c.election_id = $1 ORDER BY c.number, c.witness
"""
READ_FOLLOWED = "SELECT starts_with(package_sha256, $2) FROM election WHERE id = $1"
READ_CUTS = "SELECT number, sequence, results_sha256 FROM cut WHERE election_id = $1 AND epoch = $2"


@dataclass(slots=True)
class LedgerInspection:
    """`hashes`: of the leaves as the log has them now, as far as they are sealed. `heads`: how many are stored.

    `followed`: a verified copy of another service's.
    """

    sealed: SealedLog | None = None
    followed: bool = False
    heads: int = 0
    hashes: list[bytes] = field(default_factory=list)
    tiles: dict[TileKey, bytes] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def say(self, what: str) -> None:
        self.faults.append(Fault("ledger", what))

    def root(self, size: int) -> bytes:
        """Over the first so many entries; not more than there are."""
        return tree_root(self.tiles, size) if size else EMPTY_ROOT


async def inspect_ledger(connection: Connection, election_id: str) -> LedgerInspection:
    """Inside one snapshot. A log that nobody has sealed yet has nothing to be compared."""
    followed = bool(await connection.fetchval(READ_FOLLOWED, election_id, FOLLOWED))
    found = LedgerInspection(await read_sealed(connection, election_id), followed)
    rows = await connection.fetch(READ_HEADS, election_id)
    found.heads = len(rows)
    if found.sealed is None:
        if rows:
            found.say(f"there are {len(rows)} heads, and no tree")
        return found
    document = await read_definition_document(connection, election_id)
    if document is None or hashlib.sha256(document[0]).hexdigest() != found.sealed.definition_sha256:
        found.say("definition.json has another digest than the entries name")
    await _compare_entries(connection, election_id, found, found.sealed)
    found.tiles = all_tiles(found.hashes)
    await _compare_tiles(connection, election_id, found)
    keys = await read_keys(connection)
    for what in _key_faults(keys):
        found.say(what)
    cuts = {row["number"]: CutLine(**row) for row in await connection.fetch(READ_CUTS, election_id, found.sealed.epoch)}
    for what in _head_faults(rows, found, found.sealed, {key.public_key: key for key in keys}, cuts):
        found.say(what)
    for row in await connection.fetch(READ_COSIGNATURES, election_id):
        if (wrong := _cosignature_fault(row)) is not None:
            found.say(f"the cosignature of {row['witness'].split('+')[0]} under head {row['number']} {wrong}")
    return found


async def _compare_entries(
    connection: Connection, election_id: str, found: LedgerInspection, sealed: SealedLog
) -> None:
    """The log's entries, and those that were kept as they were sealed, bundle by bundle."""
    for number in range(-(-sealed.size // WIDTH)):
        first, width = number * WIDTH, width_of(0, number, sealed.size)
        rows = await read_rows(connection, election_id, first, first + width)
        leaves = {
            row["sequence"]: leaf for row, leaf in zip(rows, leaves_of(rows, sealed.definition_sha256), strict=True)
        }
        kept, fault = _unpacked(await connection.fetchrow(READ_BUNDLE, election_id, number), width)
        if fault:
            found.say(f"bundle {number} of the sealed entries {fault}")
        for place, sequence in enumerate(range(first + 1, first + width + 1)):
            leaf, hashed = leaves.get(sequence, (b"", b""))
            found.hashes.append(hashed or bytes(32))
            if not leaf:
                found.say(f"entry {sequence} was sealed, and does not stand in the log")
            elif kept and kept[place] != leaf:
                found.say(f"entry {sequence} ({_station(rows, sequence)}) is not what was sealed")
    beyond = await connection.fetch(READ_BUNDLES_BEYOND, election_id, -(-sealed.size // WIDTH))
    for row in beyond:
        found.say(f"bundle {row['number']} of the sealed entries lies beyond the tree of {sealed.size}")


def _station(rows: list[asyncpg.Record], sequence: int) -> str:
    return next(str(row["station_id"]) for row in rows if row["sequence"] == sequence)


def _unpacked(row: asyncpg.Record | None, width: int) -> tuple[list[bytes], str | None]:
    """The entries; none, and what is wrong, where they cannot be read."""
    if row is None:
        return [], "is not there"
    try:
        entries = entries_of(gzip.decompress(row["entries"]), width)
    except (OSError, EOFError, zlib.error, BadBundleError) as error:
        return [], f"cannot be read: {error}"
    return entries, None if row["width"] == width else f"is said to have {row['width']} entries instead of {width}"


async def _compare_tiles(connection: Connection, election_id: str, found: LedgerInspection) -> None:
    stored = {(row["level"], row["number"]): row["hashes"] for row in await connection.fetch(READ_TILES, election_id)}
    for key in sorted(found.tiles.keys() | stored.keys()):
        level, number = key
        if key not in stored:
            found.say(f"tile {level}/{number} is not there")
        elif key not in found.tiles:
            found.say(f"tile {level}/{number} lies beyond the tree")
        elif stored[key] != found.tiles[key]:
            found.say(f"tile {level}/{number} is not the one over the log's entries")


def _key_faults(keys: list[LedgerKey]) -> Iterator[str]:
    if sum(key.retired_at is None for key in keys) > 1:
        yield "more than one key signs now"
    for one in successions(keys):
        old = next(key for key in keys if base64.b64decode(key.public_key) == one.old)
        if not old.under("").verifies(succession_text(one.old, one.new), one.signature):
            yield f"the key before it did not name {base64.b64encode(one.new).decode()}"


def _head_faults(
    rows: list[asyncpg.Record],
    found: LedgerInspection,
    sealed: SealedLog,
    keys: dict[str, LedgerKey],
    cuts: dict[int, CutLine],
) -> Iterator[str]:
    """Each is signed by its key, says what its row says, and is the head of the log's first entries."""
    size_before = 0
    for place, row in enumerate(rows, start=1):
        which, size = f"head {row['number']}", row["size"]
        if row["number"] != place:
            yield f"{which} is the {place}th that is there"
        if size < size_before:
            yield f"{which} has {size} entries, the one before it {size_before}"
        size_before = max(size, size_before)
        yield from (f"{which} {what}" for what in _note_faults(row, sealed, keys, cuts))
        if size > sealed.size:
            yield f"{which} has {size} entries, and {sealed.size} are sealed"
        elif row["root"] != found.root(size):
            yield f"{which} was signed over {size} entries with another root than the log's have"
    # A follower takes entries first, and their head once it has them all.
    if rows and (rows[-1]["size"] > sealed.size or (rows[-1]["size"] < sealed.size and not found.followed)):
        yield f"{sealed.size} entries are sealed, and the newest head has {rows[-1]['size']}"


def _note_faults(
    row: asyncpg.Record, sealed: SealedLog, keys: dict[str, LedgerKey], cuts: dict[int, CutLine]
) -> Iterator[str]:
    try:
        note = parse_note(row["note"])
        head = parse_head(note)
        key = keys.get(row["public_key"])
        note.signed_by([key.under(head.origin)] if key else [])
    except BadNoteError as error:
        yield f"is not signed by the key it names: {error}"
        return
    if (head.size, head.root) != (row["size"], row["root"]):
        yield "says something else than its row"
    # Without entries it may be of an earlier load of the package, under another name and other cuts.
    if not head.size:
        return
    if head.origin != sealed.origin:
        yield f"is of {head.origin}, and the log is {sealed.origin}"
    line = cut_line_of(head.extensions)
    if line is not None and cuts.get(line.number) != line:
        yield f"names cut {line.number}, which is not the one that is stored"


def _cosignature_fault(row: asyncpg.Record) -> str | None:
    try:
        at = cosigned_at(parse_note(row["note"] + row["line"]), parse_key(row["witness"]))
    except (BadNoteError, BadKeyError) as error:
        return f"is none: {error}"
    return None if at is not None else "is somebody else's"
