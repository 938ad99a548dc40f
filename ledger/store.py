"""The ledger's tables: heads, tiles, and the entries as they stand in the log now and as they were sealed."""

import base64
import gzip
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from db.database import Connection
from ledger.leaf import leaf_of
from ledger.merkle import leaf_hash
from ledger.tiles import WIDTH, TileKey, bundle, entries_of

COLUMNS = (
    "election_id, sequence, kind, station_id, contest_id, tally_id, tally, previous_id, previous, standing_id, held,"
    " held_before, disputed, disputed_before, commitment, salt, reason, decided_by, ruleset, is_test, recorded_at"
)
READ_ENTRIES = f"""
    SELECT {COLUMNS} FROM log_entry WHERE election_id = $1 AND sequence > $2 AND sequence <= $3 ORDER BY sequence
"""
READ_LEDGER = "SELECT epoch, origin, definition_sha256, size, phase FROM ledger WHERE election_id = $1"
READ_DEFINITION = "SELECT definition, definition_sha256 FROM ledger WHERE election_id = $1"
# A head of the present definition alone: one of an earlier load of the package may be of another origin.
HEADS = """
    SELECT h.number, l.origin, h.size, h.root, h.public_key, h.note, h.issued_at, ARRAY(
        SELECT c.line FROM ledger_cosignature c
        WHERE c.election_id = h.election_id AND c.number = h.number ORDER BY c.witness
    ) AS cosignatures
    FROM ledger_head h JOIN ledger l ON l.election_id = h.election_id WHERE h.election_id = $1
"""
READ_HEAD = f"{HEADS} ORDER BY h.number DESC LIMIT 1"
READ_WITNESSED = f"""{HEADS} AND h.number = (
    SELECT number FROM ledger_cosignature WHERE election_id = $1
    GROUP BY number HAVING count(*) >= $2 ORDER BY number DESC LIMIT 1)
"""
READ_TILES = """
    SELECT t.level, t.number, t.hashes FROM ledger_tile t
    JOIN unnest($2::int[], $3::int[]) AS k (level, number) ON t.level = k.level AND t.number = k.number
    WHERE t.election_id = $1
"""
WRITE_TILES = """
    INSERT INTO ledger_tile (election_id, level, number, hashes)
    SELECT $1::text, * FROM unnest($2::smallint[], $3::int[], $4::bytea[])
    ON CONFLICT (election_id, level, number) DO UPDATE SET hashes = excluded.hashes
"""
GROW_BUNDLES = """
    INSERT INTO ledger_bundle (election_id, number, width, entries)
    SELECT $1::text, * FROM unnest($2::int[], $3::int[], $4::bytea[])
    ON CONFLICT (election_id, number) DO UPDATE
    SET width = ledger_bundle.width + excluded.width, entries = ledger_bundle.entries || excluded.entries
"""
READ_BUNDLE = "SELECT width, entries FROM ledger_bundle WHERE election_id = $1 AND number = $2"
PACKING = 1


@dataclass(frozen=True, slots=True)
class SealedLog:
    """One election's tree as it stands: `size` leaves of the definition that is named."""

    epoch: str
    origin: str
    definition_sha256: str
    size: int
    phase: str


@dataclass(frozen=True, slots=True)
class StoredHead:
    """A head as it was signed; `cosignatures`: witnesses' lines, each with its newline."""

    number: int
    origin: str
    size: int
    root: bytes
    public_key: str
    note: str
    issued_at: datetime
    cosignatures: tuple[str, ...] = ()

    @property
    def cosigned_note(self) -> str:
        """As it is given out: the signature, and every witness's behind it."""
        return self.note + "".join(self.cosignatures)

    @property
    def root_text(self) -> str:
        return base64.b64encode(self.root).decode()


async def read_sealed(connection: asyncpg.Pool | Connection, election_id: str) -> SealedLog | None:
    """None before the log's first head."""
    row = await connection.fetchrow(READ_LEDGER, election_id)
    return SealedLog(**row) if row else None


async def read_head(connection: asyncpg.Pool | Connection, election_id: str) -> StoredHead | None:
    """The newest head; None before the first."""
    return _head(await connection.fetchrow(READ_HEAD, election_id))


async def read_witnessed(connection: asyncpg.Pool | Connection, election_id: str, witnesses: int) -> StoredHead | None:
    """The newest head that so many witnesses cosigned; None where none is."""
    return _head(await connection.fetchrow(READ_WITNESSED, election_id, witnesses))


def _head(row: asyncpg.Record | None) -> StoredHead | None:
    return StoredHead(**{**row, "cosignatures": tuple(row["cosignatures"])}) if row else None


async def read_definition_document(connection: asyncpg.Pool | Connection, election_id: str) -> tuple[bytes, str] | None:
    """The document and its sha256 (hex); None before the log's first head."""
    row = await connection.fetchrow(READ_DEFINITION, election_id)
    return (row["definition"], row["definition_sha256"]) if row else None


async def read_tiles(
    connection: asyncpg.Pool | Connection, election_id: str, keys: Iterable[TileKey]
) -> dict[TileKey, bytes]:
    """Those tiles that are there, each as far as it has grown."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    levels, numbers = [key[0] for key in wanted], [key[1] for key in wanted]
    rows = await connection.fetch(READ_TILES, election_id, levels, numbers)
    return {(row["level"], row["number"]): row["hashes"] for row in rows}


async def write_tiles(connection: Connection, election_id: str, tiles: dict[TileKey, bytes]) -> None:
    levels, numbers = [key[0] for key in tiles], [key[1] for key in tiles]
    await connection.execute(WRITE_TILES, election_id, levels, numbers, list(tiles.values()))


async def read_rows(
    connection: asyncpg.Pool | Connection, election_id: str, after: int, upto: int
) -> list[asyncpg.Record]:
    """The log's rows as they stand now, in order; `after` < sequence <= `upto`."""
    rows: list[asyncpg.Record] = await connection.fetch(READ_ENTRIES, election_id, after, upto)
    return rows


def leaves_of(rows: Sequence[asyncpg.Record], definition_sha256: str) -> list[tuple[bytes, bytes]]:
    """Each row's leaf and its hash."""
    leaves = [leaf_of(row, definition_sha256) for row in rows]
    return [(leaf, leaf_hash(leaf)) for leaf in leaves]


def packed_bundles(size: int, leaves: Sequence[bytes]) -> list[tuple[int, int, bytes]]:
    """(number, width, packed) to be added behind `size` entries."""
    packed = []
    at = 0
    while at < len(leaves):
        number, width = divmod(size + at, WIDTH)
        added = leaves[at : at + WIDTH - width]
        packed.append((number, len(added), gzip.compress(bundle(added), PACKING)))
        at += len(added)
    return packed


async def grow_bundles(connection: Connection, election_id: str, packed: list[tuple[int, int, bytes]]) -> None:
    numbers, widths, entries = ([one[place] for one in packed] for place in range(3))
    await connection.execute(GROW_BUNDLES, election_id, numbers, widths, entries)


async def read_sealed_entries(connection: asyncpg.Pool | Connection, election_id: str, number: int) -> list[bytes]:
    """The leaves of a bundle as they were when they were sealed."""
    row = await connection.fetchrow(READ_BUNDLE, election_id, number)
    return entries_of(gzip.decompress(row["entries"]), row["width"]) if row else []


async def read_live_entries(
    connection: asyncpg.Pool | Connection, election_id: str, definition_sha256: str, number: int, width: int
) -> list[bytes]:
    """The leaves of a bundle as the log has them now; nothing where an entry is not there any more."""
    first = number * WIDTH
    rows = await read_rows(connection, election_id, first, first + width)
    return _in_place(rows, first, width, definition_sha256)


def _in_place(rows: Sequence[Any], first: int, width: int, definition_sha256: str) -> list[bytes]:
    entries = [b""] * width
    for row in rows:
        entries[row["sequence"] - first - 1] = leaf_of(row, definition_sha256)
    return entries
