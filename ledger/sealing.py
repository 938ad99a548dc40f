"""One step of the ledger: what the log has beyond the tree is hashed into it, and the new head is signed.

All in one transaction under a lock, so that any node may do it and one at a time does: a head never stands without
its tiles, and no two heads of one size say different things.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db.cuts import newest_cut
from db.database import Connection
from ledger.checkpoint import Head
from ledger.cut_line import CutLine
from ledger.definition import make_document
from ledger.key_file import public_text
from ledger.keys import active_key
from ledger.store import (
    SealedLog,
    grow_bundles,
    leaves_of,
    packed_bundles,
    read_head,
    read_rows,
    read_sealed,
    read_tiles,
    write_tiles,
)
from ledger.tiles import ENTRY_BYTES_MAX, TileKey, edge, grow, tree_root

# Sixteen bundles: one step stays below a tenth of a second of hashing.
PAGE = 4_096
TAKE_TURN = "SELECT pg_try_advisory_xact_lock(hashtext('ledger ' || $1::text))"
WAIT_FOR_TURN = "SELECT pg_advisory_xact_lock(hashtext('ledger ' || $1::text))"
READ_STATE = """
    SELECT e.epoch, e.phase, h.sequence FROM election e JOIN log_head h ON h.election_id = e.id WHERE e.id = $1
"""
BEGIN = """
    INSERT INTO ledger (election_id, epoch, origin, definition_sha256, definition, size, phase)
    VALUES ($1, $2, $3, $4, $5, 0, $6)
    ON CONFLICT (election_id) DO UPDATE SET epoch = $2, origin = $3, definition_sha256 = $4, definition = $5, phase = $6
    WHERE ledger.size = 0
"""
ADVANCE = "UPDATE ledger SET size = $2, phase = $3 WHERE election_id = $1"
ADD_HEAD = """
    INSERT INTO ledger_head (election_id, number, size, root, public_key, note, issued_at)
    SELECT $1::text, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6 FROM ledger_head WHERE election_id = $1::text
"""


class BrokenLogError(Exception):
    """The log is not what a log can be, or not what was sealed: nothing is signed. The message says where."""


class NotOurKeyError(Exception):
    """The ledger is signed by another key than the one at hand."""


def origin_of(name: str, election_id: str) -> str:
    """What names a log to its verifiers: the address under which it is served."""
    return f"{name}/log/{election_id}"


@dataclass(frozen=True, slots=True)
class Signer:
    """The key at hand; `name` begins the origin of every log of this service."""

    key: Ed25519PrivateKey
    name: str

    def origin(self, election_id: str) -> str:
        return origin_of(self.name, election_id)


async def seal(connection: Connection, signer: Signer, election_id: str, now: datetime, *, wait: bool = False) -> bool:
    """One step, `PAGE` entries at most; True where there is more to do.

    Where another node is at it: does nothing, or with `wait` looks after it. Raises BrokenLogError, NotOurKeyError.
    """
    async with connection.transaction():
        if wait:
            await connection.execute(WAIT_FOR_TURN, election_id)
        elif not await connection.fetchval(TAKE_TURN, election_id):
            return False
        # After the lock: what another node has sealed meanwhile is seen.
        state = await connection.fetchrow(READ_STATE, election_id)
        if state is None:
            return False
        if await active_key(connection) != public_text(signer.key):
            raise NotOurKeyError
        sealed = await _begun(connection, signer, election_id, state)
        size = await _grow(connection, election_id, sealed, state["sequence"])
        await connection.execute(ADVANCE, election_id, size, state["phase"])
        await _sign(connection, signer, election_id, sealed, size, now)
        return size < int(state["sequence"])


async def _begun(connection: Connection, signer: Signer, election_id: str, state: asyncpg.Record) -> SealedLog:
    """The tree; begun anew where it is empty and the election is another or goes by another name."""
    sealed, origin = await read_sealed(connection, election_id), signer.origin(election_id)
    if sealed is not None and (sealed.size or (sealed.epoch, sealed.origin) == (state["epoch"], origin)):
        return sealed
    document = await make_document(connection, election_id)
    await connection.execute(
        BEGIN, election_id, state["epoch"], origin, document.sha256, document.content, state["phase"]
    )
    return SealedLog(state["epoch"], origin, document.sha256, 0, state["phase"])


async def _grow(connection: Connection, election_id: str, sealed: SealedLog, head: int) -> int:
    """The new size. The tiles at the right edge are all that is read of the tree."""
    if head < sealed.size:
        raise BrokenLogError(f"{election_id}: {sealed.size} entries are sealed, and the log ends at {head}")
    rows = await read_rows(connection, election_id, sealed.size, min(head, sealed.size + PAGE))
    expected = range(sealed.size + 1, min(head, sealed.size + PAGE) + 1)
    if [row["sequence"] for row in rows] != list(expected):
        raise BrokenLogError(f"{election_id}: the log has a gap behind entry {sealed.size}")
    if not rows:
        return sealed.size
    tiles = await read_tiles(connection, election_id, edge(sealed.size))
    made = await asyncio.to_thread(_hash, tiles, sealed, rows)
    await write_tiles(connection, election_id, made[0])
    await grow_bundles(connection, election_id, made[1])
    return sealed.size + len(rows)


def _hash(
    tiles: dict[TileKey, bytes], sealed: SealedLog, rows: list[asyncpg.Record]
) -> tuple[dict[TileKey, bytes], list[tuple[int, int, bytes]]]:
    leaves = leaves_of(rows, sealed.definition_sha256)
    too_long = next((row for row, leaf in zip(rows, leaves, strict=True) if len(leaf[0]) > ENTRY_BYTES_MAX), None)
    if too_long is not None:
        raise BrokenLogError(f"entry {too_long['sequence']} is longer than a bundle can hold")
    grown = grow(tiles, sealed.size, [leaf[1] for leaf in leaves])
    return grown, packed_bundles(sealed.size, [leaf[0] for leaf in leaves])


async def _sign(
    connection: Connection, signer: Signer, election_id: str, sealed: SealedLog, size: int, now: datetime
) -> None:
    """Adds the head of this size, with the newest cut's digest, unless just this one was signed last."""
    root = tree_root(await read_tiles(connection, election_id, edge(size)), size)
    last = await read_head(connection, election_id)
    if last is not None and last.size == size and last.root != root:
        raise BrokenLogError(f"{election_id}: the tree of {size} has another root than was signed")
    cut = await newest_cut(connection, election_id, sealed.epoch)
    lines = (str(CutLine(cut.number, cut.sequence, cut.results_sha256)),) if cut else ()
    note = str(Head(sealed.origin, size, root, lines).signed(signer.key))
    if last is None or last.note != note:
        await connection.execute(ADD_HEAD, election_id, size, root, public_text(signer.key), note, now)
