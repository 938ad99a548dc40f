"""The private key that signs heads: out of a setting, or out of a file that only its owner may read."""

import base64
import binascii
import contextlib
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

OWNER_ONLY = 0o600


class BadPrivateKeyError(Exception):
    """No Ed25519 private key stands there, or it cannot be read or written; the message says where and why."""


def read_key(path: Path) -> Ed25519PrivateKey | None:
    """None where there is no such file. Raises BadPrivateKeyError."""
    try:
        return parse_private_key(path.read_text("ascii"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, BadPrivateKeyError) as error:
        raise BadPrivateKeyError(f"{path}: {error}") from error


def create_key(path: Path) -> Ed25519PrivateKey:
    """The key in the file; a new one where there is none. Two that start at once end with the same."""
    key = Ed25519PrivateKey.generate()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        _write(draft, key)
        try:
            # A link is there whole or not at all, and never takes the place of another.
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink()
    except OSError as error:
        raise BadPrivateKeyError(f"{path}: {error.strerror}") from error
    found = read_key(path)
    assert found is not None
    return found


def replace_key(path: Path, key: Ed25519PrivateKey) -> None:
    """Raises BadPrivateKeyError; then the old key is still there."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        _write(draft, key)
        draft.replace(path)
    except OSError as error:
        raise BadPrivateKeyError(f"{path}: {error.strerror}") from error


def _write(path: Path, key: Ed25519PrivateKey) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w") as file:
        file.write(private_pem(key))
        file.flush()
        os.fsync(file.fileno())


def private_pem(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def parse_private_key(text: str) -> Ed25519PrivateKey:
    """PEM (PKCS 8), or the base64 of the 32 bytes; raises BadPrivateKeyError."""
    try:
        if "-----BEGIN" in text:
            key = load_pem_private_key(text.replace("\\n", "\n").encode(), None)
        else:
            key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(text.strip(), validate=True))
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadPrivateKeyError("no private key in PEM, and not the base64 of 32 bytes") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadPrivateKeyError("not an Ed25519 key")
    return key


def public_text(key: Ed25519PrivateKey) -> str:
    """The public key's 32 bytes in base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()
