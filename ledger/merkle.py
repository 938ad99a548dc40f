"""RFC 6962 Merkle trees: hashes, roots, inclusion and consistency proofs, and their verification.

A tree over leaves 0 … size-1. `node(height, index)` is the hash over leaves index·2^height … (index+1)·2^height - 1;
every proof is a list of such complete nodes, folded where a subtree at the right edge is not complete.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

Node = tuple[int, int]
Nodes = Callable[[int, int], bytes]
Range = tuple[int, int]


class BadProofError(Exception):
    """A proof does not lead to the root that it was given for; the message says which."""


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of hashes of one height."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[place], row[place + 1]) for place in range(0, len(row), 2)]
    return row[0]


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over all of these leaves (RFC 6962, 2.1); of none, the hash of nothing."""
    row = list(leaf_hashes)
    if not row:
        return EMPTY_ROOT
    while len(row) > 1:
        paired = [node_hash(row[place], row[place + 1]) for place in range(0, len(row) - 1, 2)]
        row = [*paired, row[-1]] if len(row) % 2 else paired
    return row[0]


def split(size: int) -> int:
    """The largest power of two smaller than `size`, which is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def complete_nodes(span: Range) -> Iterator[Node]:
    """The complete nodes that a subtree start … end-1 of a tree is folded from, left to right."""
    start, end = span
    while start < end:
        height = (end - start).bit_length() - 1
        if start:
            height = min(height, (start & -start).bit_length() - 1)
        yield height, start >> height
        start += 1 << height


def subtree(nodes: Nodes, span: Range) -> bytes:
    """The hash over leaves start … end-1 of a tree; of none, the hash of nothing."""
    hashes = [nodes(height, index) for height, index in complete_nodes(span)]
    if not hashes:
        return EMPTY_ROOT
    folded = hashes.pop()
    while hashes:
        folded = node_hash(hashes.pop(), folded)
    return folded


def inclusion_spans(index: int, size: int) -> list[Range]:
    """The subtrees whose hashes prove leaf `index` in a tree of `size`, leaf first. 0 <= index < size."""
    spans: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Range]:
    """The subtrees whose hashes prove that a tree of `new` leaves begins with one of `old`. 0 <= old <= new."""
    if old in (0, new):
        return []
    spans: list[Range] = []
    start, end = 0, new
    while old != end:
        middle = start + split(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return [*([(start, end)] if start else []), *spans[::-1]]


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    return [subtree(nodes, span) for span in inclusion_spans(index, size)]


def consistency_proof(nodes: Nodes, old: int, new: int) -> list[bytes]:
    return [subtree(nodes, span) for span in consistency_spans(old, new)]


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """`leaf` is a leaf's hash; raises BadProofError. After RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        raise BadProofError(f"there is no leaf {index} in a tree of {size}")
    place, last, folded = index, size - 1, leaf
    for sibling in _used(proof):
        if last == 0:
            raise BadProofError("the inclusion proof is too long")
        if place & 1 or place == last:
            folded = node_hash(sibling, folded)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            folded = node_hash(folded, sibling)
        place, last = place >> 1, last >> 1
    if last or folded != root:
        raise BadProofError(f"leaf {index} is not in the tree of {size} that was signed")


def check_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Raises BadProofError where the tree of `new` does not begin with that of `old`. After RFC 9162, 2.1.4.2."""
    if not 0 <= old <= new:
        raise BadProofError(f"a tree of {new} cannot begin with one of {old}")
    if old in (0, new):
        if proof or (old == new and old_root != new_root) or (not old and old_root != EMPTY_ROOT):
            raise BadProofError(f"the trees of {old} and {new} are not one")
        return
    path = list(_used(proof))
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise BadProofError("the consistency proof is empty")
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise BadProofError("the consistency proof is too long")
        if place & 1 or place == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        place, last = place >> 1, last >> 1
    if last or first != old_root or second != new_root:
        raise BadProofError(f"the tree of {new} does not begin with that of {old}")


def _used(proof: Iterable[bytes]) -> Iterator[bytes]:
    for sibling in proof:
        if len(sibling) != HASH_BYTES:
            raise BadProofError("a hash of the proof is not 32 bytes long")
        yield sibling
