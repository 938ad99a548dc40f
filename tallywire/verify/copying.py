"""Fetches everything that a check needs, many files at once, after the head has said how many there are."""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ledger.checkpoint import Head, checked_head, parse_head
from ledger.merkle import HASH_BYTES
from ledger.note import BadKeyError, BadNoteError, VerifierKey, parse_key, parse_note
from ledger.strict_json import strict
from ledger.succession import Succession, trusted
from ledger.tiles import (
    SIZE_MAX,
    WIDTH,
    BadBundleError,
    TilePath,
    bundle_paths,
    entries_of,
    first_entries,
    tile_paths,
    width_of,
)
from ledger.verify import Copy
from tallywire.verify.source import Source, SourceError, UnsoundError, side_by_side

AT_ONCE = 8
# A log that has lost more of its files than this is not fetched to its end.
MISSING_MAX = 64
CHECKPOINT, KEYS, DEFINITION = "checkpoint", "keys", "definition.json"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that are trusted, and whether nobody but the source itself vouches for them."""

    trusted: list[VerifierKey]
    first_met: bool


async def read_keys(source: Source, known: list[VerifierKey]) -> Keys:
    """`known`, and whatever they named since; where none is known, those of the source. Raises SourceError."""
    content = await source.get(KEYS)
    try:
        document: dict[str, Any] = strict(content) if content is not None else {"keys": [], "successions": []}
        offered = [parse_key(one["key"]) for one in document["keys"]]
        successions = [
            Succession(bytes.fromhex(one["old"]), bytes.fromhex(one["new"]), b64decode(one["signature"], validate=True))
            for one in document["successions"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError, BadKeyError) as error:
        raise UnsoundError(f"{source.name}: the list of keys cannot be read: {error}") from error
    if not known and not offered:
        raise SourceError(f"{source.name} has no list of keys: name the log's key with --key")
    return Keys(trusted(known, successions), first_met=False) if known else Keys(offered, first_met=True)


async def read_copy(
    source: Source, checkpoint: bytes, keys: list[VerifierKey], progress: Progress
) -> tuple[Head, Copy]:
    """All that this head covers. Raises SourceError, and BadNoteError where no trusted key signed the head."""
    head, _ = checked_head(checkpoint, keys)
    if head.size > SIZE_MAX:
        raise UnsoundError(f"{source.name}: a head of {head.size:,} entries is signed; no election has so many")
    definition = await needed(source, DEFINITION)
    tiles, bundles = tile_paths(head.size), bundle_paths(head.size)
    fetched = await _in_parallel(source, [*bundles, *tiles], "tile/", progress)
    entries: list[bytes] = []
    for path in bundles:
        entries += _entries(fetched[path], path.width)
    given = {path: content for path in tiles if (content := fetched[path]) is not None}
    return head, Copy(checkpoint, definition, entries, given)


async def read_sealed(source: Source, size: int) -> dict[int, bytes]:
    """The leaves as they were sealed, by their index. Raises SourceError."""
    paths = bundle_paths(size)
    fetched = await _in_parallel(source, paths, "sealed/", lambda _done, _of: None)
    sealed = {}
    for path in paths:
        for place, leaf in enumerate(_entries(fetched[path], path.width)):
            sealed[path.number * WIDTH + place] = leaf
    return sealed


async def needed(source: Source, path: str) -> bytes:
    content = await source.get(path)
    if content is None:
        raise SourceError(f"{source.name} has no {path}")
    return content


def _entries(content: bytes | None, width: int) -> list[bytes]:
    """A bundle that is not there, or not one, is so many entries that are missing."""
    try:
        return entries_of(content or b"", width)
    except BadBundleError:
        return [b""] * width


async def _in_parallel(
    source: Source, paths: list[TilePath], under: str, progress: Progress
) -> dict[TilePath, bytes | None]:
    """Raises SourceError, also where so many are missing that there is no log to speak of."""
    fetched: dict[TilePath, bytes | None] = {}
    waiting, missing = iter(paths), 0

    async def worker() -> None:
        nonlocal missing
        for path in waiting:
            fetched[path] = await tile_at(source, path, under)
            missing += fetched[path] is None
            if missing > MISSING_MAX:
                raise UnsoundError(f"{source.name} lacks more than {MISSING_MAX} of its files, such as {under}{path}")
            progress(len(fetched), len(paths))

    await side_by_side(worker, AT_ONCE)
    return fetched


async def tile_at(source: Source, path: TilePath, under: str = "tile/") -> bytes | None:
    """A tile, or a bundle of entries, as wide as the path says; None where it is not there. Raises SourceError.

    A log may drop a partial tile once a wider one is there (tlog-tiles): then the beginning of that one is what is
    wanted, of the full one or of the one at the newest head.
    """
    content = await source.get(f"{under}{path}")
    if content is not None or path.width == WIDTH:
        return content
    for wider in (TilePath(path.level, path.number), await _at_newest_head(source, path)):
        content = None if wider is None else await source.get(f"{under}{wider}")
        if wider is not None and content is not None:
            return _beginning(content, path)
    return None


async def _at_newest_head(source: Source, path: TilePath) -> TilePath | None:
    """Where the log has grown meanwhile. Nobody's word is taken for it: what lies there has to fit the signed tree."""
    try:
        head = parse_head(parse_note(await source.get(CHECKPOINT) or b""))
    except BadNoteError:
        return None
    width = width_of(path.level or 0, path.number, head.size)
    return TilePath(path.level, path.number, width) if path.width < width < WIDTH else None


def _beginning(content: bytes, path: TilePath) -> bytes:
    if path.level is not None:
        return content[: path.width * HASH_BYTES]
    try:
        return first_entries(content, path.width)
    except BadBundleError:
        return content
