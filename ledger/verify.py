"""Checks a copy of a log from its first entry to its last, and trusts nothing in it but the keys it is given.

1. the head is signed by a known key;
2. the entries are those of the signed tree, and the tiles are its tiles;
3. the tree begins with the one whose head was seen before;
4. every entry follows from the one before it on its sheet, and passes the rules that can be checked in public;
5. every result adds up from the entries to what is served.

Nothing here reads a network, a database or a clock: `tallywire verify` brings the copy.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.checkpoint import Head, checked_head
from ledger.entry import entry_in
from ledger.leaf import BadLeafError, parsed
from ledger.merkle import HASH_BYTES, leaf_hash, root_of
from ledger.note import VerifierKey
from ledger.sheets import Sheets
from ledger.sums import Difference, Totals, add_up
from ledger.terms import Terms, read_terms
from ledger.tiles import TilePath, all_tiles, tile_paths


class BadResultsError(Exception):
    """What was given out as results has not their shape."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`place`: the station, or what else it is about; `entry`: its sequence, where it is one entry's."""

    place: str
    what: str
    entry: int | None = None

    def __str__(self) -> str:
        return (f"entry {self.entry}, " if self.entry else "") + f"{self.place}: {self.what}"


@dataclass(frozen=True, slots=True)
class Seen:
    """A head that was verified before, and the hashes of its leaves."""

    head: Head
    hashes: list[bytes]


@dataclass(frozen=True, slots=True)
class Copy:
    """What was fetched. `entries`: the leaves in order, empty where one was missing.

    `sealed(index)`: a leaf as it was when it was sealed, for those that are not what was signed; None: not to be had.
    """

    checkpoint: bytes
    definition: bytes
    entries: Sequence[bytes]
    tiles: dict[TilePath, bytes]
    sealed: Callable[[int], bytes | None] = lambda _index: None


@dataclass(slots=True)
class Verified:
    """What the copy says, and everything that is wrong with it."""

    head: Head
    terms: Terms
    hashes: list[bytes] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    photographs: dict[str, str] = field(default_factory=dict)
    sheets: Sheets = field(init=False)
    totals: Totals = field(init=False)


def verify(copy: Copy, keys: Sequence[VerifierKey], seen: Seen | None = None) -> Verified:
    """Raises BadNoteError where no known key signed the head, BadDefinitionError where there is nothing to check by."""
    head, _ = checked_head(copy.checkpoint, keys)
    found = Verified(head, read_terms(copy.definition))
    leaves = list(copy.entries)
    found.hashes = [leaf_hash(leaf) for leaf in leaves]
    if len(leaves) != head.size or root_of(found.hashes) != head.root:
        leaves = _signed_leaves(copy, found, leaves)
    found.faults += _tile_faults(copy, found)
    if seen is not None:
        found.faults += _history_faults(found, seen, leaves)
    found.sheets = Sheets(found.terms)
    found.faults += _entry_faults(found, leaves)
    found.totals = add_up(found.sheets)
    return found


def _signed_leaves(copy: Copy, found: Verified, leaves: list[bytes]) -> list[bytes]:
    """The entries are not those that were signed: says which, and gives those that were, as far as they can be had."""
    size = found.head.size
    leaves = [*leaves, *[b""] * size][:size]
    hashes = [leaf_hash(leaf) for leaf in leaves]
    tiles = sorted((path for path in copy.tiles if path.level == 0), key=lambda path: path.number)
    joined = b"".join(copy.tiles[path] for path in tiles)
    signed = [joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)]
    kept = [copy.sealed(index) for index in range(size)] if root_of(signed) != found.head.root else []
    if kept:
        signed = [leaf_hash(leaf or b"") for leaf in kept]
    if len(signed) != size or root_of(signed) != found.head.root:
        found.faults.append(Fault("tree", f"the entries do not lead to the root that was signed for {size} of them"))
        found.hashes = hashes
        return leaves
    for index in [index for index in range(size) if hashes[index] != signed[index]]:
        was = copy.sealed(index)
        original = was if was is not None and leaf_hash(was) == signed[index] else None
        found.faults.append(_changed(found.terms, index, original, leaves[index]))
        leaves[index] = original or leaves[index]
    found.hashes = signed
    return leaves


def _changed(terms: Terms, index: int, was: bytes | None, now: bytes) -> Fault:
    """What became of one entry after it was signed."""
    before, after = _object(was), _object(now)
    station = str((before or after or {}).get("station", "a station that cannot be told"))
    if not now:
        shown = f": {_summary(before)}" if before else ""
        return Fault(terms.place(station), f"the entry was removed after it was signed{shown}", index + 1)
    if before is None or after is None:
        return Fault(terms.place(station), "the entry is not the one that was signed", index + 1)
    changes = "; ".join(_differences(before, after))
    return Fault(terms.place(station), f"the entry was changed after it was signed: {changes}", index + 1)


def _object(leaf: bytes | None) -> dict[str, Any] | None:
    try:
        return parsed(leaf) if leaf else None
    except BadLeafError:
        return None


def _summary(entry: dict[str, Any]) -> str:
    tally = entry.get("tally") or {}
    return f"{entry.get('kind')} for {entry.get('contest')}, tally {entry.get('tallyId')}, votes {tally.get('votes')}"


def _differences(before: dict[str, Any], after: dict[str, Any], path: str = "") -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if isinstance(was, dict) and isinstance(now, dict):
            yield from _differences(was, now, f"{path}{name}.")
        elif was != now:
            yield f"{path}{name} was {was}, is {now}"


def _tile_faults(copy: Copy, found: Verified) -> Iterator[Fault]:
    made = all_tiles(found.hashes)
    for path in tile_paths(len(found.hashes)):
        given = copy.tiles.get(path)
        if given is not None and given != made[path.level or 0, path.number]:
            yield Fault("tree", f"tile {path} is not a tile of the signed tree")


def _history_faults(found: Verified, seen: Seen, leaves: list[bytes]) -> Iterator[Fault]:
    """The tree begins with the one that was seen before; where it does not, the first entry that differs is named."""
    old, now = seen.head, found.head
    if old.origin != now.origin:
        yield Fault("head", f"this is the log {now.origin}; the one seen here before was {old.origin}")
    elif old.size > now.size:
        yield Fault("head", f"a head of {old.size} entries was signed before, and this one has {now.size}")
    elif root_of(found.hashes[: old.size]) != old.root:
        pairs = zip(seen.hashes, found.hashes, strict=False)
        index = next((place for place, (was, is_) in enumerate(pairs) if was != is_), 0)
        entry = _object(leaves[index]) or {}
        yield Fault(
            found.terms.place(str(entry.get("station"))),
            f"the log was rewritten from here on: a head of {old.size} entries that was signed before does not"
            f" begin the one of {now.size} that is signed now; it now says {_summary(entry)}",
            index + 1,
        )


def _entry_faults(found: Verified, leaves: list[bytes]) -> Iterator[Fault]:
    definitions = set()
    for sequence, leaf in enumerate(leaves, start=1):
        try:
            entry = entry_in(leaf)
            definitions.add(entry["definition"])
            place = found.terms.place(entry["station"])
            for what in found.sheets.add(entry, sequence):
                yield Fault(place, what, sequence)
            for sha256 in (entry["tally"] or {}).get("evidence", ()):
                found.photographs.setdefault(sha256, place)
        except BadLeafError as error:
            if leaf:
                yield Fault("log", f"no entry can be read there: {error}", sequence)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            yield Fault("log", f"the entry has something of another kind than it should: {error!r}", sequence)
    if definitions - {found.terms.sha256}:
        yield Fault("definition", "definition.json is not the one that the entries were written under")


def result_differences(found: Verified, results: Sequence[dict[str, Any]]) -> list[Difference]:
    """Where served results are not what the entries add up to; raises BadResultsError."""
    try:
        return list(found.totals.compare(results))
    except (KeyError, TypeError) as error:
        raise BadResultsError(f"what is served is no list of results: {error!r}") from error


def result_fault(found: Verified, one: Difference) -> Fault:
    name = found.terms.area_names.get(one.area, "no such area")
    what = f"{one.what} is served as {one.served}; the entries add up to {one.by_the_log}"
    return Fault(f"{one.contest} in {one.area} ({name})", what)
