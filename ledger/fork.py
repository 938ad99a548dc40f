"""Evidence that a log was signed twice: two signed heads of which not both can be true, and why, for anyone to check.

The tree under the larger head begins with another root than the smaller head says (a consistency proof shows which).
Where the entries are at hand, one place of the log holds two of them (an inclusion proof for each). See docs/ledger.md.
"""

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.checkpoint import Head, checked_head, parse_head
from ledger.entry import entry_in
from ledger.leaf import BadLeafError
from ledger.merkle import (
    BadProofError,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
)
from ledger.note import BadNoteError, VerifierKey, parse_note
from ledger.strict_json import strict
from ledger.tiles import all_tiles, nodes_from

FORMAT = "tallywire-fork/1"


class BadForkError(Exception):
    """The document is no such evidence, or it does not prove what it says; the message tells why."""


@dataclass(frozen=True, slots=True)
class Story:
    """One of the two stories: its signed head, and the leaves' hashes, as far as they are known."""

    note: str
    hashes: Sequence[bytes] | None = None

    @property
    def head(self) -> Head:
        return parse_head(parse_note(self.note))


@dataclass(frozen=True, slots=True)
class Fork:
    """What was proven. `place`: the sequence of the entry that differs; `leaves`: it, in each story, where shown."""

    smaller: Head
    larger: Head
    place: int | None
    leaves: tuple[dict[str, Any] | None, dict[str, Any] | None] = (None, None)


def first_difference(one: Sequence[bytes], other: Sequence[bytes]) -> int | None:
    """The index of the first leaf that is not the same in both; None where one begins with the other."""
    return next((place for place, (was, now) in enumerate(zip(one, other, strict=False)) if was != now), None)


def fork_document(
    one: Story, other: Story, keys: Iterable[VerifierKey], leaves: Sequence[bytes | None] = (None, None)
) -> bytes | None:
    """The evidence; None where what is known proves nothing. `leaves`: of `one` and of `other`, where they differ."""
    shown = list(zip((one, other), leaves, strict=True))
    smaller, larger = sorted(shown, key=lambda story: (story[0].head.size, story[0].hashes is not None))
    low, high = smaller[0].head, larger[0].head
    value: dict[str, Any] = {"format": FORMAT, "keys": [str(key) for key in keys if key.name == low.origin]}
    if low.size == high.size:
        root, proof = high.root, []
    elif larger[0].hashes is None:
        return None
    else:
        nodes = nodes_from(all_tiles(list(larger[0].hashes)))
        root, proof = root_of(larger[0].hashes[: low.size]), consistency_proof(nodes, low.size, high.size)
    if root == low.root:
        return None
    value |= {"smaller": smaller[0].note, "larger": larger[0].note, "root": _text(root), "proof": _texts(proof)}
    if smaller[0].hashes is not None and larger[0].hashes is not None:
        index = first_difference(smaller[0].hashes, larger[0].hashes)
        if index is not None:
            value["index"] = index
            value["entries"] = [_entry(story, index, leaf) for story, leaf in (smaller, larger)]
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def check_fork(document: bytes, keys: Iterable[VerifierKey]) -> Fork:
    """`keys`: of the log that this is against; what the document itself names is not believed. Raises BadForkError."""
    known = list(keys)
    try:
        value = strict(document)
        if value["format"] != FORMAT:
            raise BadForkError(f"not of the format {FORMAT}")
        low, _ = checked_head(value["smaller"], known)
        high, _ = checked_head(value["larger"], known, low.origin)
        root, proof = _bytes(value["root"]), [_bytes(one) for one in value["proof"]]
        if not 0 < low.size <= high.size or root == low.root:
            raise BadForkError("both of these heads can be true")
        check_consistency(low.size, high.size, proof, root, high.root)
        if "index" not in value:
            return Fork(low, high, None)
        index, (first, second) = int(value["index"]), value["entries"]
        if first["hash"] == second["hash"]:
            raise BadForkError("both show the same entry")
        return Fork(low, high, index + 1, (_checked(first, index, low), _checked(second, index, high)))
    except (BadNoteError, BadProofError, BadLeafError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadForkError(str(error)) from error


def heads_of(document: bytes) -> tuple[str, ...]:
    """The two signed heads that a document of this form shows; nothing of it is checked."""
    try:
        value = strict(document)
        return str(value["smaller"]), str(value["larger"])
    except (ValueError, KeyError, TypeError):
        return ("", "")


def is_fork(content: bytes) -> bool:
    """Whether it says that it is one."""
    return FORMAT.encode() in content[:64]


def _entry(story: Story, index: int, leaf: bytes | None) -> dict[str, Any]:
    hashes = story.hashes
    assert hashes is not None
    size = story.head.size
    proof = inclusion_proof(nodes_from(all_tiles(list(hashes[:size]))), index, size)
    sure = leaf is not None and leaf_hash(leaf) == hashes[index]
    return {"hash": _text(hashes[index]), "proof": _texts(proof), "leaf": leaf.decode() if leaf and sure else None}


def _checked(entry: dict[str, Any], index: int, head: Head) -> dict[str, Any] | None:
    leaf = entry["leaf"]
    check_inclusion(_bytes(entry["hash"]), index, head.size, [_bytes(one) for one in entry["proof"]], head.root)
    if leaf is None:
        return None
    if leaf_hash(leaf.encode()) != _bytes(entry["hash"]):
        raise BadForkError("an entry is not the one that its proof is of")
    return entry_in(leaf.encode())


def _text(one: bytes) -> str:
    return base64.b64encode(one).decode()


def _texts(hashes: Iterable[bytes]) -> list[str]:
    return [_text(one) for one in hashes]


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise BadForkError(f"not base64: {text[:40]!r}") from error
