"""The audit: one record for each change that somebody made, in the transaction that makes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import orjson

from counting.vocabulary import Role
from db.database import Connection
from db.people import Person

# As text: this must work on every connection, with or without the codec for jsonb.
INSERT_RECORD = """
    INSERT INTO audit_record (election_id, actor, actor_role, action, subject, details, recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7) RETURNING id
"""


class AuditAction(StrEnum):
    """What was done. A new word needs no migration."""

    PACKAGE_IMPORTED = "PACKAGE_IMPORTED"
    OFFICIAL_RESULTS_IMPORTED = "OFFICIAL_RESULTS_IMPORTED"
    PHASE_CHANGED = "PHASE_CHANGED"
    TOKEN_CREATED = "TOKEN_CREATED"
    CODES_CREATED = "CODES_CREATED"
    CODE_USED = "CODE_USED"
    REPORTER_REVOKED = "REPORTER_REVOKED"
    TALLY_ACCEPTED = "TALLY_ACCEPTED"
    TALLY_REJECTED = "TALLY_REJECTED"
    TALLY_WITHDRAWN = "TALLY_WITHDRAWN"
    TALLIES_HELD_AGAIN = "TALLIES_HELD_AGAIN"
    ADDRESSES_FORGOTTEN = "ADDRESSES_FORGOTTEN"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something, and from where as far as that is known."""

    id: str
    role: Role | None = None
    address: str | None = None

    @classmethod
    def of(cls, person: Person, address: str | None) -> "Actor":
        return cls(person.id, person.role, address)


# Whoever can reach the database itself; nobody else acts without a token.
COMMAND_LINE = Actor("command-line")


async def record(
    connection: Connection,
    actor: Actor,
    action: AuditAction,
    *,
    election_id: str | None = None,
    subject: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> int:
    """Writes a record inside the caller's transaction, so that neither stands without the other; its number.

    `subject` is the id of what was changed; `details` must hold no name, token or code.
    """
    number: int = await connection.fetchval(
        INSERT_RECORD,
        election_id,
        actor.id,
        actor.role and actor.role.value,
        action.value,
        subject,
        orjson.dumps(dict(details or {})).decode(),
        datetime.now(UTC),
    )
    if actor.address is not None:
        await connection.execute("INSERT INTO audit_address (audit_id, address) VALUES ($1, $2)", number, actor.address)
    return number
