"""Roots and proofs: the vectors of RFC 6962's reference code, and every size against another implementation."""

import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InclusionProof, InmemoryTree, verify_consistency, verify_inclusion

from ledger.merkle import (
    EMPTY_ROOT,
    BadProofError,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    subtree,
)

# The eight leaves and their roots that certificate-transparency's tests have used from the beginning.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
CONSISTENCY = {
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
EVERY_SIZE_TO = 300
LARGE = 70_000


class Tree:
    """A tree in memory, with every complete node once computed."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.leaves = [leaf_hash(leaf) for leaf in leaves]
        self.node = cache(self._node)

    def _node(self, height: int, index: int) -> bytes:
        if not height:
            return self.leaves[index]
        return node_hash(self.node(height - 1, 2 * index), self.node(height - 1, 2 * index + 1))

    def root(self, size: int) -> bytes:
        return subtree(self.node, (0, size))


@pytest.fixture(scope="module")
def large() -> Tree:
    return Tree([number.to_bytes(4, "big") for number in range(LARGE)])


@pytest.fixture(scope="module")
def other() -> InmemoryTree:
    """Somebody else's tree over the first of the same leaves."""
    tree = InmemoryTree(algorithm="sha256")
    for number in range(EVERY_SIZE_TO):
        tree.append_entry(number.to_bytes(4, "big"))
    return tree


def test_roots_are_those_of_the_reference() -> None:
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    assert [root_of(hashes[:size]).hex() for size in range(9)] == ROOTS
    assert [Tree(LEAVES).root(size).hex() for size in range(9)] == ROOTS


def test_proofs_are_those_of_the_reference() -> None:
    tree = Tree(LEAVES)
    for (index, size), path in INCLUSION.items():
        assert [one.hex() for one in inclusion_proof(tree.node, index, size)] == path
    for (old, new), path in CONSISTENCY.items():
        assert [one.hex() for one in consistency_proof(tree.node, old, new)] == path


def test_at_every_size_another_implementation_has_the_same_root_and_verifies_our_proofs(
    large: Tree, other: InmemoryTree
) -> None:
    for size in range(1, EVERY_SIZE_TO + 1):
        root = other.get_root(size)
        assert large.root(size) == root
        for index in {0, size // 2, size // 3, size - 1}:
            theirs = other.prove_inclusion(index + 1, size)
            ours = inclusion_proof(large.node, index, size)
            proof = InclusionProof(
                theirs.algorithm, theirs.security, size, theirs.index, theirs.rule, [large.leaves[index], *ours]
            )
            verify_inclusion(large.leaves[index], root, proof, index=index + 1, size=size)
            check_inclusion(large.leaves[index], index, size, [*theirs.path[1:]], root)


def rfc_subproof(old: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b) letter by letter as RFC 6962 writes it (2.1.2), over another implementation's roots."""
    size = len(leaves)
    if old == size:
        return [] if whole else [other_root(leaves)]
    half = max(1 << bit for bit in range(size.bit_length()) if 1 << bit < size)
    if old <= half:
        return [*rfc_subproof(old, leaves[:half], whole=whole), other_root(leaves[half:])]
    return [*rfc_subproof(old - half, leaves[half:], whole=False), other_root(leaves[:half])]


def other_root(leaves: list[bytes]) -> bytes:
    tree = InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        tree.append_entry(leaf)
    return bytes(tree.get_root())


def test_a_proof_of_consistency_is_letter_by_letter_the_one_of_the_rfc(large: Tree) -> None:
    leaves = [number.to_bytes(4, "big") for number in range(40)]
    for new in range(1, 41):
        for old in range(1, new + 1):
            assert consistency_proof(large.node, old, new) == rfc_subproof(old, leaves[:new], whole=True)


def test_at_every_size_our_proofs_of_consistency_lead_to_the_roots_of_another_implementation(
    large: Tree, other: InmemoryTree
) -> None:
    for new in range(2, EVERY_SIZE_TO + 1):
        for old in {1, new // 2, new // 3 or 1, new - 1}:
            before, after = other.get_root(old), other.get_root(new)
            verify_consistency(before, after, other.prove_consistency(old, new), prior_size=old, later_size=new)
            check_consistency(old, new, consistency_proof(large.node, old, new), before, after)


def test_every_proof_between_all_small_sizes_is_verified(large: Tree) -> None:
    for new in range(65):
        for old in range(new + 1):
            check_consistency(old, new, consistency_proof(large.node, old, new), large.root(old), large.root(new))
        for index in range(new):
            check_inclusion(large.leaves[index], index, new, inclusion_proof(large.node, index, new), large.root(new))


def test_proofs_at_random_large_sizes_are_verified(large: Tree) -> None:
    dice = random.Random(6962)
    for _ in range(100):
        new = dice.randint(300, LARGE)
        old, index = dice.randint(1, new), dice.randrange(new)
        check_inclusion(large.leaves[index], index, new, inclusion_proof(large.node, index, new), large.root(new))
        check_consistency(old, new, consistency_proof(large.node, old, new), large.root(old), large.root(new))


@settings(max_examples=200)
@given(st.data())
def test_a_proof_with_one_thing_changed_proves_nothing(large: Tree, data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 600))
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(large.node, index, size), large.root(size)
    place = data.draw(st.integers(0, len(proof) - 1))
    flipped = [*proof[:place], bytes([proof[place][0] ^ 1, *proof[place][1:]]), *proof[place + 1 :]]
    wrong = {
        "another leaf": (large.leaves[index + 1], index, size, proof, root),
        "another place": (large.leaves[index], (index + 1) % size, size, proof, root),
        "another root": (large.leaves[index], index, size, proof, large.root(size - 1)),
        "a bit of the path": (large.leaves[index], index, size, flipped, root),
        "a step too few": (large.leaves[index], index, size, proof[:-1], root),
        "a step too many": (large.leaves[index], index, size, [*proof, root], root),
        "a short hash": (large.leaves[index], index, size, [proof[0][:31], *proof[1:]], root),
        "beyond the tree": (large.leaves[index], size, size, proof, root),
    }
    with pytest.raises(BadProofError):
        check_inclusion(*wrong[data.draw(st.sampled_from(sorted(wrong)))])


@settings(max_examples=200)
@given(st.data())
def test_a_proof_of_consistency_with_one_thing_changed_proves_nothing(large: Tree, data: st.DataObject) -> None:
    new = data.draw(st.integers(3, 600))
    old = data.draw(st.integers(2, new - 1))
    proof, before, after = consistency_proof(large.node, old, new), large.root(old), large.root(new)
    wrong = {
        "another old root": (old, new, proof, large.root(old - 1), after),
        "another new root": (old, new, proof, before, large.root(new + 1)),
        "a step too few": (old, new, proof[:-1], before, after),
        "a step too many": (old, new, [*proof, after], before, after),
        "the other way round": (new, old, proof, after, before),
        "the first hash of another": (old, new, [after, *proof[1:]], before, after),
    }
    with pytest.raises(BadProofError):
        check_consistency(*wrong[data.draw(st.sampled_from(sorted(wrong)))])


def test_an_empty_tree_is_the_beginning_of_every_other(large: Tree) -> None:
    check_consistency(0, 5, [], EMPTY_ROOT, large.root(5))
    check_consistency(5, 5, [], large.root(5), large.root(5))
    for old, new, first, second in ((0, 5, large.root(1), large.root(5)), (5, 5, large.root(5), large.root(4))):
        with pytest.raises(BadProofError):
            check_consistency(old, new, [], first, second)


def test_a_leaf_and_a_node_of_the_same_bytes_have_different_hashes() -> None:
    left, right = leaf_hash(b"left"), leaf_hash(b"right")
    assert leaf_hash(left + right) != node_hash(left, right)
