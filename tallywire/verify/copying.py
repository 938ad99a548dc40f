"""Fetches everything that a check needs, many files at once, after the head has said how many there are."""

import asyncio
import json
from base64 import b64decode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ledger.checkpoint import Head, checked_head
from ledger.note import BadKeyError, VerifierKey, parse_key
from ledger.succession import Succession, trusted
from ledger.tiles import WIDTH, BadBundleError, TilePath, bundle_paths, entries_of, tile_paths
from ledger.verify import Copy
from tallywire.verify.source import Source, SourceError

AT_ONCE = 8
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
        document: dict[str, Any] = json.loads(content) if content is not None else {"keys": [], "successions": []}
        offered = [parse_key(one["key"]) for one in document["keys"]]
        successions = [
            Succession(bytes.fromhex(one["old"]), bytes.fromhex(one["new"]), b64decode(one["signature"], validate=True))
            for one in document["successions"]
        ]
    except (ValueError, KeyError, TypeError, BadKeyError) as error:
        raise SourceError(f"{source.name}: the list of keys cannot be read: {error}") from error
    if not known and not offered:
        raise SourceError(f"{source.name} has no list of keys: name the log's key with --key")
    return Keys(trusted(known, successions), first_met=False) if known else Keys(offered, first_met=True)


async def read_copy(
    source: Source, checkpoint: bytes, keys: list[VerifierKey], progress: Progress
) -> tuple[Head, Copy]:
    """All that this head covers. Raises SourceError, and BadNoteError where no trusted key signed the head."""
    head, _ = checked_head(checkpoint, keys)
    definition = await needed(source, DEFINITION)
    tiles, bundles = tile_paths(head.size), bundle_paths(head.size)
    fetched = await _in_parallel([*bundles, *tiles], lambda path: source.get(f"tile/{path}"), progress)
    entries: list[bytes] = []
    for path in bundles:
        entries += _entries(fetched[path], path.width)
    given = {path: content for path in tiles if (content := fetched[path]) is not None}
    return head, Copy(checkpoint, definition, entries, given)


async def read_sealed(source: Source, size: int) -> dict[int, bytes]:
    """The leaves as they were sealed, by their index. Raises SourceError."""
    paths = bundle_paths(size)
    fetched = await _in_parallel(paths, lambda path: source.get(f"sealed/{path}"), lambda _done, _of: None)
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
    items: list[TilePath], fetch: Callable[[TilePath], Awaitable[bytes | None]], progress: Progress
) -> dict[TilePath, bytes | None]:
    fetched: dict[TilePath, bytes | None] = {}
    waiting = iter(items)

    async def worker() -> None:
        for item in waiting:
            fetched[item] = await fetch(item)
            progress(len(fetched), len(items))

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(worker())
    return fetched
