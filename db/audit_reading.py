"""Reading the audit: newest first by pages, in order as a whole; and forgetting addresses."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from counting.vocabulary import Role
from db.audit import COMMAND_LINE, Actor, AuditAction, record
from db.database import Connection

FITTING = """
    FROM audit_record r LEFT JOIN audit_address a ON a.audit_id = r.id
    WHERE ($1::text IS NULL OR r.election_id = $1) AND ($2::text IS NULL OR r.action = $2)
        AND ($3::text IS NULL OR r.subject = $3) AND ($4::text IS NULL OR r.actor = $4)
"""
COLUMNS = "SELECT r.*, r.details::text AS details_text, a.address"
PAGE = f"{COLUMNS} {FITTING} AND ($5::bigint IS NULL OR r.id < $5) ORDER BY r.id DESC LIMIT $6"
COUNT = f"SELECT count(*) {FITTING}"
WHOLE = f"{COLUMNS} {FITTING} ORDER BY r.id"
FORGET = """
    DELETE FROM audit_address a USING audit_record r WHERE r.id = a.audit_id AND r.recorded_at < $1
"""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One change. `details_json` is a JSON object; `address` None: never known, or forgotten by now."""

    id: int
    election_id: str | None
    actor: str
    actor_role: Role | None
    action: str
    subject: str | None
    details_json: str
    recorded_at: datetime
    address: str | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """None: whatever it be."""

    election_id: str | None = None
    action: AuditAction | None = None
    subject: str | None = None
    actor: str | None = None

    @property
    def values(self) -> tuple[str | None, ...]:
        return self.election_id, self.action and self.action.value, self.subject, self.actor


async def audit_page(
    connection: asyncpg.Pool | Connection, wanted: AuditFilter, before: int | None, limit: int
) -> list[AuditRecord]:
    """The newest first; those older than record `before`."""
    return [_record_from(row) for row in await connection.fetch(PAGE, *wanted.values, before, limit)]


async def count_audit(connection: asyncpg.Pool | Connection, wanted: AuditFilter) -> int:
    return int(await connection.fetchval(COUNT, *wanted.values))


async def whole_audit(connection: Connection, wanted: AuditFilter) -> AsyncIterator[AuditRecord]:
    """All records in order, as they stood at one moment."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        async for row in connection.cursor(WHOLE, *wanted.values):
            yield _record_from(row)


async def forget_addresses(connection: Connection, before: datetime, by: Actor = COMMAND_LINE) -> int:
    """Deletes the addresses of records older than `before`; how many. That it was done is a record too."""
    async with connection.transaction():
        count = int((await connection.execute(FORGET, before)).split()[-1])
        details = {"before": before.isoformat(), "addresses": count}
        await record(connection, by, AuditAction.ADDRESSES_FORGOTTEN, details=details)
    return count


def _record_from(row: Any) -> AuditRecord:
    return AuditRecord(
        id=row["id"],
        election_id=row["election_id"],
        actor=row["actor"],
        actor_role=Role(row["actor_role"]) if row["actor_role"] else None,
        action=row["action"],
        subject=row["subject"],
        details_json=row["details_text"],
        recorded_at=row["recorded_at"],
        address=row["address"],
    )
