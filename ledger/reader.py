"""What the ledger shows: heads, tiles, entries, proofs, receipts; read from the database, so all nodes answer alike."""

import base64
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from db.database import Database
from db.sheet import public_from
from ledger.keys import LedgerKey, read_keys, successions
from ledger.leaf import leaf_of
from ledger.merkle import consistency_proof, consistency_spans, inclusion_proof, inclusion_spans
from ledger.receipt import receipt_text
from ledger.store import (
    COLUMNS,
    StoredHead,
    read_definition_document,
    read_head,
    read_live_entries,
    read_sealed,
    read_sealed_entries,
    read_tiles,
    read_witnessed,
)
from ledger.tiles import TilePath, bundle, nodes_from, tiles_for, width_of

# The entry that shows a tally's numbers; while it is held, the one that commits to them.
READ_BROUGHT = f"""
    SELECT DISTINCT ON (l.tally_id) {", ".join(f"l.{name.strip()}" for name in COLUMNS.split(","))}
    FROM unnest($2::text[], $3::text[], $4::text[]) AS k (station_id, contest_id, tally_id)
    JOIN log_entry l ON l.station_id = k.station_id AND l.contest_id = k.contest_id AND l.tally_id = k.tally_id
    WHERE l.election_id = $1 AND l.sequence <= $5 ORDER BY l.tally_id, l.tally IS NULL, l.sequence
"""
READ_HELD = "SELECT * FROM tally WHERE id = ANY($1::text[]) AND salt IS NOT NULL"


class BeyondTheTreeError(Exception):
    """What was asked lies beyond the newest head."""


class NoHeadError(Exception):
    """The log has no signed head yet, or no such election is loaded."""


@dataclass(frozen=True, slots=True)
class TallyKey:
    """A tally, and where its entries are found."""

    tally_id: str
    station_id: str
    contest_id: str


@dataclass(frozen=True, slots=True)
class Proof:
    """`leaf`: the leaf's hash, in proofs of inclusion."""

    hashes: list[bytes]
    leaf: bytes | None = None


class Ledger:
    """`begin`: seals what has no head yet; called where one is asked for before the sealer has come round."""

    def __init__(self, database: Database, begin: Callable[[], Awaitable[None]]) -> None:
        self._database = database
        self._begin = begin

    async def head(self, election_id: str) -> StoredHead:
        """The newest one. Raises NoHeadError."""
        found = await read_head(self._database.pool, election_id)
        if found is None:
            await self._begin()
            found = await read_head(self._database.pool, election_id)
        if found is None:
            raise NoHeadError(election_id)
        return found

    async def witnessed(self, election_id: str, witnesses: int) -> StoredHead:
        """The newest head that so many witnesses cosigned. Raises NoHeadError."""
        found = await read_witnessed(self._database.pool, election_id, witnesses)
        if found is None:
            raise NoHeadError(election_id)
        return found

    async def keys(self) -> list[LedgerKey]:
        return await read_keys(self._database.pool)

    async def keys_document(self, election_id: str) -> dict[str, Any]:
        """The verifier keys of one log, and by which signature each follows the one before. Raises NoHeadError."""
        origin, keys = (await self.head(election_id)).origin, await self.keys()
        return {
            "origin": origin,
            "keys": [
                {
                    "key": str(key.under(origin)),
                    "since": key.since.isoformat(),
                    "retiredAt": key.retired_at.isoformat() if key.retired_at else None,
                }
                for key in keys
            ],
            "successions": [
                {"old": one.old.hex(), "new": one.new.hex(), "signature": base64.b64encode(one.signature).decode()}
                for one in successions(keys)
            ],
        }

    async def definition(self, election_id: str) -> tuple[bytes, str]:
        """The document and its sha256 (hex). Raises NoHeadError."""
        await self.head(election_id)
        found = await read_definition_document(self._database.pool, election_id)
        assert found is not None
        return found

    async def tile(self, election_id: str, path: TilePath) -> bytes:
        """Hashes of the tree. Raises NoHeadError, BeyondTheTreeError."""
        await self._check_width(election_id, path)
        assert path.level is not None
        tiles = await read_tiles(self._database.pool, election_id, [(path.level, path.number)])
        return tiles[path.level, path.number][: path.width * 32]

    async def bundle(self, election_id: str, path: TilePath) -> bytes:
        """The entries as the log has them at this moment, so that whatever was changed after it was sealed shows.

        Raises NoHeadError, BeyondTheTreeError.
        """
        await self._check_width(election_id, path)
        pool = self._database.pool
        sealed = await read_sealed(pool, election_id)
        assert sealed is not None
        return bundle(await read_live_entries(pool, election_id, sealed.definition_sha256, path.number, path.width))

    async def sealed_bundle(self, election_id: str, path: TilePath) -> bytes:
        """The entries as they were sealed. Raises NoHeadError, BeyondTheTreeError."""
        await self._check_width(election_id, path)
        entries = await read_sealed_entries(self._database.pool, election_id, path.number)
        return bundle(entries[: path.width])

    async def _check_width(self, election_id: str, path: TilePath) -> None:
        head = await self.head(election_id)
        if not 0 < path.width <= width_of(path.level or 0, path.number, head.size):
            raise BeyondTheTreeError

    async def inclusion(self, election_id: str, index: int, size: int) -> Proof:
        """That leaf `index` is in the tree of `size`. Raises NoHeadError, BeyondTheTreeError."""
        await self._check_size(election_id, size)
        if not 0 <= index < size:
            raise BeyondTheTreeError
        return (await self._inclusions(election_id, [index], size))[0]

    async def consistency(self, election_id: str, old: int, new: int) -> Proof:
        """That the tree of `new` begins with that of `old`. Raises NoHeadError, BeyondTheTreeError."""
        await self._check_size(election_id, new)
        if not 0 <= old <= new:
            raise BeyondTheTreeError
        tiles = await read_tiles(self._database.pool, election_id, tiles_for(consistency_spans(old, new)))
        return Proof(consistency_proof(nodes_from(tiles), old, new))

    async def _check_size(self, election_id: str, size: int) -> None:
        if size > (await self.head(election_id)).size:
            raise BeyondTheTreeError

    async def _inclusions(self, election_id: str, indices: Sequence[int], size: int) -> list[Proof]:
        """One read for all of them."""
        spans = [span for index in indices for span in [(index, index + 1), *inclusion_spans(index, size)]]
        nodes = nodes_from(await read_tiles(self._database.pool, election_id, tiles_for(spans)))
        return [Proof(inclusion_proof(nodes, index, size), nodes(0, index)) for index in indices]

    async def receipts(self, election_id: str, tallies: Iterable[TallyKey]) -> dict[str, str]:
        """The receipt of each tally that the newest head covers, by the tally's id. Four statements for all.

        Shows a held tally's numbers: ask for those only that the reader may see. Raises NoHeadError.
        """
        keys, pool = list(tallies), self._database.pool
        head, sealed = await self.head(election_id), await read_sealed(pool, election_id)
        assert sealed is not None
        stations, contests = [key.station_id for key in keys], [key.contest_id for key in keys]
        ids = [key.tally_id for key in keys]
        rows = await pool.fetch(READ_BROUGHT, election_id, stations, contests, ids, head.size)
        hidden = [row["tally_id"] for row in rows if row["tally"] is None]
        held = {row["id"]: row for row in (await pool.fetch(READ_HELD, hidden) if hidden else [])}
        proofs = await self._inclusions(election_id, [row["sequence"] - 1 for row in rows], head.size)
        receipts = {}
        for row, proof in zip(rows, proofs, strict=True):
            tally = held.get(row["tally_id"])
            opened = (tally["salt"], public_from(tally)) if tally else None
            leaf = leaf_of(row, sealed.definition_sha256)
            receipts[row["tally_id"]] = receipt_text(
                leaf, row["sequence"] - 1, proof.hashes, head.cosigned_note, opened
            )
        return receipts
