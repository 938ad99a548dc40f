"""C2SP tlog-tiles: the tree as tiles of 256 hashes, the entries as bundles of 256, and the paths of both.

Tiles only grow at their right end, so the partial tile of any earlier size is the beginning of what is stored.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledger.merkle import HASH_BYTES, Node, Nodes, Range, complete_nodes, complete_root, subtree

WIDTH = 256
HEIGHT = 8
LEVEL_MAX = 63
ENTRY_BYTES_MAX = 65_535
# No election has more entries; whoever fetches a log goes by what its head says.
SIZE_MAX = 16_777_216
ENTRIES = "entries"

TileKey = tuple[int, int]
_PATH = re.compile(r"(?P<level>entries|0|[1-9][0-9]?)/(?P<n>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<w>[1-9][0-9]{0,2}))?")


class BadPathError(Exception):
    """No tile has such a path."""


class BadBundleError(Exception):
    """The bytes are no bundle of so many entries."""


@dataclass(frozen=True, slots=True)
class TilePath:
    """`level` None: a bundle of entries. `width` 256: full, else partial."""

    level: int | None
    number: int
    width: int = WIDTH

    def __str__(self) -> str:
        digits = str(self.number)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[place : place + 3] for place in range(0, len(digits), 3)]
        name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"{ENTRIES if self.level is None else self.level}/{name}{partial}"


def parse_path(text: str) -> TilePath:
    """The part after `tile/`; raises BadPathError on all but the one way to write a path."""
    found = _PATH.fullmatch(text)
    if found is None or len(text) > 40:
        raise BadPathError(text)
    level = None if found["level"] == ENTRIES else int(found["level"])
    path = TilePath(level, int(re.sub(r"[x/]", "", found["n"])), int(found["w"] or WIDTH))
    if str(path) != text or (level is not None and level > LEVEL_MAX):
        raise BadPathError(text)
    return path


def width_of(level: int, number: int, size: int) -> int:
    """How many hashes the tile has in a tree of `size` leaves; 0 where it is not there."""
    return max(0, min(WIDTH, (size >> (HEIGHT * level)) - number * WIDTH))


def tile_paths(size: int) -> list[TilePath]:
    """Every tile of a tree of `size` leaves, the lowest level first."""
    paths = []
    level = 0
    while count := size >> (HEIGHT * level):
        paths += [TilePath(level, n, width_of(level, n, size)) for n in range(-(-count // WIDTH))]
        level += 1
    return paths


def bundle_paths(size: int) -> list[TilePath]:
    return [TilePath(None, n, width_of(0, n, size)) for n in range(-(-size // WIDTH))]


def tile_of(node: Node) -> TileKey:
    """The tile that a node is computed from."""
    height, index = node
    level = height // HEIGHT
    return level, (index << (height - HEIGHT * level)) // WIDTH


def tiles_for(spans: Iterable[Range]) -> set[TileKey]:
    """The tiles that hold everything these subtrees are folded from."""
    return {tile_of(node) for span in spans for node in complete_nodes(span)}


def nodes_from(tiles: Mapping[TileKey, bytes]) -> Nodes:
    """Nodes of the tree out of its tiles; KeyError where a tile is not among them."""

    def node(height: int, index: int) -> bytes:
        level, number = tile_of((height, index))
        within = height - HEIGHT * level
        first = (index << within) - number * WIDTH
        hashes = tiles[level, number][first * HASH_BYTES : (first + (1 << within)) * HASH_BYTES]
        return complete_root([hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)])

    return node


def edge(size: int) -> set[TileKey]:
    """The tiles at the right edge, which the next leaf goes into and the root is folded from."""
    return tiles_for([(0, size)]) | {(level, count // WIDTH) for level, count in _counts(size) if count % WIDTH}


def _counts(size: int) -> list[tuple[int, int]]:
    counts = []
    level = 0
    while count := size >> (HEIGHT * level):
        counts.append((level, count))
        level += 1
    return counts


def grow(tiles: Mapping[TileKey, bytes], size: int, leaves: Sequence[bytes]) -> dict[TileKey, bytes]:
    """The tiles that change when these leaf hashes follow the `size` there are; `tiles` has the edge."""
    changed: dict[TileKey, bytes] = {}
    level, count, hashes = 0, size, list(leaves)
    while hashes:
        above: list[bytes] = []
        while hashes:
            number, width = divmod(count, WIDTH)
            taken, hashes = hashes[: WIDTH - width], hashes[WIDTH - width :]
            tile = (tiles[level, number] if width else b"") + b"".join(taken)
            changed[level, number] = tile
            count += len(taken)
            if count % WIDTH == 0:
                above.append(complete_root([tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]))
        level, count, hashes = level + 1, size >> (HEIGHT * (level + 1)), above
    return changed


def tree_root(tiles: Mapping[TileKey, bytes], size: int) -> bytes:
    """The root of the tree of `size` leaves; `tiles` has its edge."""
    return subtree(nodes_from(tiles), (0, size))


def all_tiles(leaves: Sequence[bytes]) -> dict[TileKey, bytes]:
    """Every tile over these leaf hashes, made at once."""
    return grow({}, 0, leaves)


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries one behind the other, each behind its length in two bytes."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def first_entries(data: bytes, width: int) -> bytes:
    """The bundle of the first `width` entries of a wider one; raises BadBundleError where there are fewer."""
    at = 0
    for number in range(width):
        at += 2 + int.from_bytes(data[at : at + 2], "big")
        if at > len(data):
            raise BadBundleError(f"entry {number} of the bundle is cut off")
    return data[:at]


def entries_of(data: bytes, width: int) -> list[bytes]:
    """The entries of a bundle; raises BadBundleError unless there are exactly `width`."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise BadBundleError(f"entry {len(entries)} of the bundle is cut off")
        entries.append(data[at + 2 : end])
        at = end
    if len(entries) != width:
        raise BadBundleError(f"the bundle has {len(entries)} entries instead of {width}")
    return entries
