"""A follower's copy of one log: it grows by entries that a signed head covers, each in keeping with those before it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from db.database import Database
from ledger.checkpoint import Head
from ledger.entry import entry_in
from ledger.leaf import BadLeafError, parsed
from ledger.merkle import EMPTY_ROOT, HASH_BYTES, leaf_hash, subtree
from ledger.sheets import Sheets
from ledger.store import leaves_of, read_rows, read_tiles
from ledger.terms import Terms
from ledger.tiles import (
    WIDTH,
    BadBundleError,
    TileKey,
    edge,
    entries_of,
    grow,
    nodes_from,
    tile_of,
    tiles_for,
    tree_root,
)
from tallywire.follow.refusal import RefusedError
from tallywire.follow.tallies import Leaf

PAGE = 1_000


@dataclass(slots=True)
class LogCopy:
    """`size` entries are stored; `sheets`: what they leave on every sheet, None where it has to be read anew."""

    database: Database
    terms: Terms
    size: int
    sheets: Sheets | None = None

    @property
    def election(self) -> str:
        return self.terms.election

    async def root(self, size: int) -> bytes:
        """Of the first so many entries of this copy; not more than there are."""
        if not size:
            return EMPTY_ROOT
        tiles = await read_tiles(self.database.pool, self.election, tiles_for([(0, size)]))
        return subtree(nodes_from(tiles), (0, size))

    async def hashes(self, bundle: int) -> list[bytes]:
        """The leaves' hashes of a bundle, as far as this copy reaches."""
        tiles = await read_tiles(self.database.pool, self.election, [(0, bundle)])
        return split(tiles.get((0, bundle), b""))

    async def grown(self, hashes: Sequence[bytes], head: Head) -> dict[TileKey, bytes]:
        """The tiles that change when these leaf hashes follow, which lead to the head's root. Raises RefusedError."""
        before = await read_tiles(self.database.pool, self.election, edge(self.size))
        tiles = await asyncio.to_thread(grow, before, self.size, hashes)
        size = self.size + len(hashes)
        missing = [key for key in edge(size) if key not in tiles and key not in before]
        known = {**before, **await read_tiles(self.database.pool, self.election, missing), **tiles}
        if tree_root(known, size) != head.root:
            raise RefusedError(f"the tree's tiles do not lead to the root that was signed for {size} entries")
        return tiles

    async def remember(self) -> Sheets:
        """What stands on the sheets, out of the stored entries; they are held against the stored tree on the way.

        Raises RefusedError.
        """
        if self.sheets is not None:
            return self.sheets
        sheets = Sheets(self.terms)
        for after in range(0, self.size, PAGE):
            upto = min(after + PAGE, self.size)
            rows = await read_rows(self.database.pool, self.election, after, upto)
            tiles = await read_tiles(
                self.database.pool, self.election, {tile_of((0, index)) for index in range(after, upto)}
            )
            signed = [split(tiles[0, index // WIDTH])[index % WIDTH] for index in range(after, upto)]
            await asyncio.to_thread(self._recall, sheets, leaves_of(rows, self.terms.sha256), signed, after)
        self.sheets = sheets
        return sheets

    def _recall(self, sheets: Sheets, leaves: list[tuple[bytes, bytes]], signed: list[bytes], after: int) -> None:
        for place, was in enumerate(signed):
            if place >= len(leaves) or leaves[place][1] != was:
                raise RefusedError(
                    f"this node's own copy was changed: entry {after + place + 1} is not what was signed"
                )
            # What it says was checked when it was taken.
            list(sheets.add(parsed(leaves[place][0]), after + place + 1))

    def check(self, sheets: Sheets, leaves: Sequence[bytes]) -> list[tuple[bytes, Leaf]]:
        """The next entries; raises RefusedError on the first that cannot follow. `sheets` is then worth nothing."""
        return [(leaf, self._checked(sheets, leaf, self.size + place)) for place, leaf in enumerate(leaves, start=1)]

    def _checked(self, sheets: Sheets, leaf: bytes, sequence: int) -> Leaf:
        try:
            entry = entry_in(leaf)
            faults = list(sheets.add(entry, sequence))
            if entry["definition"] != self.terms.sha256:
                faults.append("it was written under another definition.json")
        except (BadLeafError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise RefusedError(f"entry {sequence} cannot be read: {error!r}") from error
        if faults:
            raise RefusedError(f"entry {sequence}, {self.terms.place(entry['station'])}: {faults[0]}")
        return entry

    def same(self, bundle: int, content: bytes | None, signed: Sequence[bytes]) -> list[bytes]:
        """The entries of a bundle, each the one that was signed. Raises RefusedError with the first that is not."""
        try:
            entries = entries_of(content or b"", len(signed))
        except BadBundleError as error:
            raise RefusedError(f"bundle {bundle} of the entries cannot be read: {error}") from error
        for place, (entry, was) in enumerate(zip(entries, signed, strict=True)):
            if leaf_hash(entry) != was:
                sequence = bundle * WIDTH + place + 1
                raise RefusedError(f"entry {sequence}, {self._place(entry)}: it is not the one that was signed")
        return entries

    def _place(self, leaf: bytes) -> str:
        try:
            return self.terms.place(str(parsed(leaf)["station"]))
        except (BadLeafError, KeyError):
            return "a station that cannot be told"


def split(joined: bytes) -> list[bytes]:
    """Hashes that stand one behind the other."""
    return [joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)]
