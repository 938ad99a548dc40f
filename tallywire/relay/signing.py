"""Signatures after the Standard Webhooks specification: HMAC-SHA256 over id, time and body, under a shared secret."""

import base64
import binascii
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
# The specification's bounds, in bytes.
SECRET_BYTES, SECRET_BYTES_MIN, SECRET_BYTES_MAX = 32, 24, 64


class BadSecretError(ValueError):
    """What was given is no secret; the text says why, and never shows it."""


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def read_secrets(text: str) -> tuple[bytes, ...]:
    """Keys of the secrets, apart by white space: while one replaces another, both sign. Raises BadSecretError."""
    keys = tuple(_key(word) for word in text.split())
    if not keys:
        raise BadSecretError("there is no secret")
    return keys


def _key(word: str) -> bytes:
    try:
        key = base64.b64decode(word.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise BadSecretError(f"a secret is {PREFIX} and base64: tallywire relay --new-secret makes one") from None
    if not SECRET_BYTES_MIN <= len(key) <= SECRET_BYTES_MAX:
        raise BadSecretError(f"a secret holds {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} bytes, this one {len(key)}")
    return key


def signed_headers(keys: tuple[bytes, ...], message_id: str, seconds: int, body: bytes) -> dict[str, str]:
    """webhook-id, webhook-timestamp and webhook-signature. `seconds`: of the attempt, since 1970."""
    signed = b"%b.%d.%b" % (message_id.encode(), seconds, body)
    signatures = (base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
