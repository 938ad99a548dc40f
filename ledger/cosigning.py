"""Cosignatures beside the heads that they are of: a witness's own, and those that a log was given by its witnesses."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db.database import Connection
from ledger.checkpoint import COSIGNATURE, cosign
from ledger.note import VerifierKey, parse_note
from ledger.store import StoredHead, read_head

# Whoever adds a head or a cosignature at a witness: so that what it cosigned last never goes back.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('witness ' || $1::text))"
ADD = """
    INSERT INTO ledger_cosignature (election_id, number, witness, line, cosigned_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (election_id, number, witness) DO UPDATE SET line = $4, cosigned_at = $5
"""
READ_OWN = "SELECT line FROM ledger_cosignature WHERE election_id = $1 AND number = $2 AND witness = $3"
READ_LAST_SIZE = """
    SELECT h.size FROM ledger_cosignature c JOIN ledger_head h USING (election_id, number)
    WHERE c.election_id = $1 AND c.witness = $2 ORDER BY c.number DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Witness:
    """Who cosigns: a name, as a host without its scheme, and a key that signs nothing else."""

    name: str
    key: Ed25519PrivateKey

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.key.public_key().public_bytes_raw(), COSIGNATURE)


async def hold(connection: Connection, election_id: str) -> None:
    """Until the end of the transaction nobody else adds a head or a cosignature of this election."""
    await connection.execute(LOCK, election_id)


async def cosign_newest(
    connection: Connection, witness: Witness, election_id: str, now: datetime, *, again: bool = False
) -> str | None:
    """Cosigns the newest head, which was verified here; `again`: with this time where it was cosigned before.

    The line; None where there is no head. Inside a transaction that holds the election's heads.
    """
    head = await read_head(connection, election_id)
    if head is None:
        return None
    key = str(witness.verifier)
    if not again and (own := await connection.fetchval(READ_OWN, election_id, head.number, key)):
        return str(own)
    line = str(cosign(parse_note(head.note), witness.name, witness.key, int(now.timestamp())))
    await add_cosignature(connection, head, election_id, key, line, now)
    return line


async def add_cosignature(
    connection: asyncpg.Pool | Connection, head: StoredHead, election_id: str, witness: str, line: str, at: datetime
) -> None:
    """`line` was checked; `witness`: the verifier key."""
    await connection.execute(ADD, election_id, head.number, witness, line, at)


async def last_size(connection: asyncpg.Pool | Connection, election_id: str, witness: str) -> int:
    """Of the newest head that this witness cosigned; 0 where it cosigned none."""
    return int(await connection.fetchval(READ_LAST_SIZE, election_id, witness) or 0)
