"""C2SP signed notes: a text and the lines that sign it, by Ed25519; keys as they are told to verifiers."""

import base64
import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
SIGNATURES_MAX = 64
NOTE_BYTES_MAX = 100_000


class BadNoteError(Exception):
    """The text is no signed note, or nobody known signed it."""


class BadKeyError(Exception):
    """The text is no verifier key of a kind that is understood."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under a name; `algorithm` is the signature type's byte. `public`: 32 bytes."""

    name: str
    public: bytes
    algorithm: bytes = ED25519

    @property
    def id(self) -> bytes:
        """Four bytes that tell the keys of one name apart."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.algorithm + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.algorithm + self.public).decode()}"

    def verifies(self, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """`text` ends in a newline; it is worth nothing before `signed_by` has found a known key's signature."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(str(signature) for signature in self.signatures)

    def signed_by(self, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
        """The known keys that signed it, at least one; raises BadNoteError where one of theirs does not verify."""
        known = {(key.name, key.id): key for key in keys if key.algorithm == ED25519}
        found = []
        for signature in self.signatures:
            key = known.get((signature.name, signature.key_id))
            if key is not None:
                if not key.verifies(self.text.encode(), signature.signature):
                    raise BadNoteError(f"the signature of {key.name} does not verify")
                found.append(key)
        if not found:
            names = ", ".join(sorted({f"{one.name}+{one.key_id.hex()}" for one in self.signatures}))
            raise BadNoteError(f"no known key signed it; {names} did")
        return found


def sign(text: str, name: str, key: Ed25519PrivateKey) -> SignedNote:
    verifier = VerifierKey(name, key.public_key().public_bytes_raw())
    return SignedNote(text, (Signature(name, verifier.id, key.sign(text.encode())),))


def parse_note(data: str | bytes) -> SignedNote:
    """Raises BadNoteError."""
    try:
        text = data.decode() if isinstance(data, bytes) else data
    except UnicodeDecodeError as error:
        raise BadNoteError("not UTF-8") from error
    if len(text) > NOTE_BYTES_MAX or any(character < " " and character != "\n" for character in text):
        raise BadNoteError("too long, or with control characters")
    body, separator, lines = text.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise BadNoteError("no blank line before the signatures, or no newline at the end")
    return SignedNote(body + "\n", parse_signatures(lines))


def parse_signatures(lines: str) -> tuple[Signature, ...]:
    """Signature lines, each with its newline. Raises BadNoteError."""
    signatures = tuple(_signature(line) for line in lines.removesuffix("\n").split("\n"))
    if len(signatures) > SIGNATURES_MAX:
        raise BadNoteError("too many signatures")
    return signatures


def _signature(line: str) -> Signature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—" or not good_name(parts[1]):
        raise BadNoteError(f"no signature line: {line!r}")
    try:
        data = base64.b64decode(parts[2], validate=True)
    except ValueError as error:
        raise BadNoteError(f"no signature line: {line!r}") from error
    if len(data) < 5:
        raise BadNoteError(f"no signature line: {line!r}")
    return Signature(parts[1], data[:4], data[4:])


def parse_key(text: str) -> VerifierKey:
    """NAME+ID+BASE64 as `str(VerifierKey)` writes it; raises BadKeyError."""
    parts = text.strip().split("+", 2)
    try:
        data = base64.b64decode(parts[2], validate=True)
        key = VerifierKey(parts[0], data[1:], data[:1])
    except (IndexError, ValueError) as error:
        raise BadKeyError(f"no verifier key: {text!r}") from error
    if not good_name(key.name) or len(key.public) != 32 or key.id.hex() != parts[1]:
        raise BadKeyError(f"no verifier key: {text!r}")
    return key


def good_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(unicodedata.category(c)[0] in "ZC" for c in name)
