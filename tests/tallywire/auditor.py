"""An auditor of its own: signed notes, cosignatures and proofs checked from the specifications, with no code of ours.

C2SP signed-note, tlog-cosignature; RFC 6962, 2.1.1 and 2.1.2, by their recursive definitions.
"""

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def vkey(text: str) -> tuple[str, bytes, int, bytes]:
    """Name, id, type and public key of a verifier key."""
    name, key_id, encoded = text.split("+", 2)
    data = base64.b64decode(encoded)
    assert hashlib.sha256(name.encode() + b"\n" + data).digest()[:4].hex() == key_id
    return name, bytes.fromhex(key_id), data[0], data[1:]


def signature_of(note: str, key: str) -> tuple[str, bytes]:
    """The note's text, and what this key put under it; not checked yet."""
    name, key_id, _, _ = vkey(key)
    text, _, lines = note.rpartition("\n\n")
    for line in lines.splitlines():
        dash, signer, encoded = line.split(" ")
        data = base64.b64decode(encoded)
        assert dash == "—"
        if signer == name and data[:4] == key_id:
            return text + "\n", data[4:]
    raise AssertionError(f"{name} did not sign:\n{note}")


def signed(note: str, key: str) -> tuple[int, bytes]:
    """Size and root of a head that this log's key signed. Raises InvalidSignature."""
    text, signature = signature_of(note, key)
    _, _, kind, public = vkey(key)
    assert kind == 1
    Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    _, size, root = text.split("\n")[:3]
    return int(size), base64.b64decode(root)


def cosigned(note: str, witness: str) -> int:
    """When, in seconds since 1970. Raises InvalidSignature."""
    text, signature = signature_of(note, witness)
    _, _, kind, public = vkey(witness)
    assert kind == 4 and len(signature) == 72
    seconds = int.from_bytes(signature[:8], "big")
    message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
    Ed25519PublicKey.from_public_bytes(public).verify(signature[8:], message)
    return seconds


def leaf(entry: str) -> bytes:
    return hashlib.sha256(b"\x00" + entry.encode()).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def root_by_path(hash_: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 6962, 2.1.1: the root that an audit path leads to."""
    if size == 1:
        assert not path
        return hash_
    k = _split(size)
    if index < k:
        return node(root_by_path(hash_, index, k, path[:-1]), path[-1])
    return node(path[-1], root_by_path(hash_, index - k, size - k, path[:-1]))


def roots_by_proof(old: int, new: int, proof: list[bytes], old_root: bytes, whole: bool = True) -> tuple[bytes, bytes]:
    """RFC 6962, 2.1.2: the roots of both trees that a consistency proof leads to."""
    if old == new:
        if whole:
            assert not proof
            return old_root, old_root
        (only,) = proof
        return only, only
    k = _split(new)
    if old <= k:
        first, second = roots_by_proof(old, k, proof[:-1], old_root, whole)
        return first, node(second, proof[-1])
    first, second = roots_by_proof(old - k, new - k, proof[:-1], old_root, False)
    return node(proof[-1], first), node(proof[-1], second)
