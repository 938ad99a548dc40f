"""The public keys of this service: one signs at a time, and each names the one that follows it.

The database knows which; so of several nodes none signs with a key of its own making.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db.database import Connection
from ledger.key_file import public_text
from ledger.note import VerifierKey
from ledger.succession import Succession, succession_text

READ_KEYS = "SELECT * FROM ledger_key ORDER BY since, retired_at NULLS LAST"
READ_ACTIVE = "SELECT public_key FROM ledger_key WHERE retired_at IS NULL"
ADD = "INSERT INTO ledger_key (public_key, since, endorsement) VALUES ($1, $2, $3)"
RETIRE = "UPDATE ledger_key SET retired_at = $2 WHERE public_key = $1 AND retired_at IS NULL"
LOCK = "SELECT pg_advisory_xact_lock(hashtext('ledger key'))"


class KeyAlreadyUsedError(Exception):
    """This key signed here before, and was retired."""


class OtherKeySignsError(Exception):
    """The ledger is signed by another key than this one."""


@dataclass(frozen=True, slots=True)
class LedgerKey:
    """A public key (base64) and the period in which it signs."""

    public_key: str
    since: datetime
    retired_at: datetime | None
    endorsement: str | None

    def under(self, origin: str) -> VerifierKey:
        """As verifiers of one log are told it."""
        return VerifierKey(origin, base64.b64decode(self.public_key))


async def read_keys(connection: asyncpg.Pool | Connection) -> list[LedgerKey]:
    """Every key that ever signed here, the oldest first."""
    return [LedgerKey(**row) for row in await connection.fetch(READ_KEYS)]


def successions(keys: Sequence[LedgerKey]) -> list[Succession]:
    """Which key named which."""
    decode = base64.b64decode
    return [
        Succession(decode(old.public_key), decode(new.public_key), decode(new.endorsement))
        for old, new in pairwise(keys)
        if new.endorsement is not None
    ]


async def active_key(connection: asyncpg.Pool | Connection) -> str | None:
    """The public key that signs now; None before the first."""
    found: str | None = await connection.fetchval(READ_ACTIVE)
    return found


async def register_first(connection: Connection, key: Ed25519PrivateKey, now: datetime) -> str:
    """Makes it the signing key unless there is one already; the public key that signs from now on."""
    async with connection.transaction():
        await connection.execute(LOCK)
        active = await active_key(connection)
        if active is None:
            active = public_text(key)
            await connection.execute(ADD, active, now, None)
        return active


async def rotate(connection: Connection, old: Ed25519PrivateKey, new: Ed25519PrivateKey, now: datetime) -> None:
    """The old key names the new one, and signs no more. Raises OtherKeySignsError, KeyAlreadyUsedError."""
    text = succession_text(old.public_key().public_bytes_raw(), new.public_key().public_bytes_raw())
    endorsement = base64.b64encode(old.sign(text)).decode()
    try:
        async with connection.transaction():
            await connection.execute(LOCK)
            if await connection.execute(RETIRE, public_text(old), now) != "UPDATE 1":
                raise OtherKeySignsError
            await connection.execute(ADD, public_text(new), now, endorsement)
    except asyncpg.UniqueViolationError as error:
        raise KeyAlreadyUsedError from error
