"""C2SP tlog-checkpoint: the signed head of a tree; and cosignatures, by which witnesses say that they checked it."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.merkle import HASH_BYTES
from ledger.note import BadNoteError, Signature, SignedNote, VerifierKey, parse_note, sign

COSIGNATURE = b"\x04"
TIMESTAMP_BYTES = 8


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint says. `extensions`: further lines, none of them empty; no verifier relies on them."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    def signed(self, key: Ed25519PrivateKey) -> SignedNote:
        """Signed under the origin's name, as the specification advises."""
        return sign(self.text, self.origin, key)


def parse_head(note: SignedNote) -> Head:
    """Raises BadNoteError."""
    lines = note.text.split("\n")[:-1]
    if len(lines) < 3 or not all(lines):
        raise BadNoteError("a checkpoint is an origin, a size and a root, a line each")
    origin, size, encoded = lines[:3]
    try:
        root = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise BadNoteError(f"no root hash: {encoded!r}") from error
    if not plain_number(size) or len(root) != HASH_BYTES:
        raise BadNoteError(f"no tree size, or no root hash: {size!r}, {encoded!r}")
    return Head(origin, int(size), root, tuple(lines[3:]))


def plain_number(text: str) -> bool:
    """Decimal digits without a leading zero, as sizes and indices are written."""
    return len(text) < 20 and text.isascii() and text.isdigit() and str(int(text)) == text


def checked_head(data: str | bytes, keys: Iterable[VerifierKey], origin: str | None = None) -> tuple[Head, SignedNote]:
    """A head that a known key of its origin signed; raises BadNoteError."""
    note = parse_note(data)
    head = parse_head(note)
    if origin is not None and head.origin != origin:
        raise BadNoteError(f"it is a head of {head.origin}, not of {origin}")
    note.signed_by(key for key in keys if key.name == head.origin)
    return head, note


def cosign(note: SignedNote, name: str, key: Ed25519PrivateKey, timestamp: int) -> Signature:
    """A witness's signature line (tlog-cosignature v1); `timestamp` in seconds since 1970."""
    verifier = VerifierKey(name, key.public_key().public_bytes_raw(), COSIGNATURE)
    signature = key.sign(_cosigned(note.text, timestamp))
    return Signature(name, verifier.id, timestamp.to_bytes(TIMESTAMP_BYTES, "big") + signature)


def cosigned_at(note: SignedNote, witness: VerifierKey) -> int | None:
    """When this witness cosigned, in seconds since 1970; None where it did not. Raises BadNoteError on a false one."""
    for line in note.signatures:
        if (line.name, line.key_id) == (witness.name, witness.id) and witness.algorithm == COSIGNATURE:
            timestamp = cosigned_seconds(line)
            if not witness.verifies(_cosigned(note.text, timestamp), line.signature[TIMESTAMP_BYTES:]):
                raise BadNoteError(f"the cosignature of {witness.name} does not verify")
            return timestamp
    return None


def cosigned_seconds(line: Signature) -> int:
    """The time in a cosignature, in seconds since 1970."""
    return int.from_bytes(line.signature[:TIMESTAMP_BYTES], "big")


def cosigners(note: SignedNote, witnesses: Iterable[VerifierKey]) -> dict[VerifierKey, int]:
    """Which of these witnesses cosigned, and when. Raises BadNoteError on a false one."""
    found = {witness: cosigned_at(note, witness) for witness in witnesses}
    return {witness: at for witness, at in found.items() if at is not None}


def _cosigned(text: str, timestamp: int) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()
