"""Taking a person's token back: the row says so at once, and every process asks for those revoked lately."""

from collections.abc import Callable

import asyncpg

from db.audit import Actor, AuditAction, record
from db.database import Connection, Database
from db.people import Person
from db.review_holds import hold_unconfirmed

READ_PERSON = "SELECT id, role, election_id, revoked_at FROM reporter WHERE id = $1 FOR UPDATE"
# By the database's own clock, which all processes share; a transaction that was long on its way is within the margin.
REVOKED_LATELY = "SELECT id FROM reporter WHERE revoked_at > now() - make_interval(secs => $1)"


class UnknownReporterError(Exception):
    """Nobody has this pseudonym, or not where the one who asks may act."""


async def revoke(
    connection: Connection, reporter_id: str, by: Actor, *, reason: str | None = None, within: Person | None = None
) -> bool:
    """True where the token worked until now; False where it was revoked before, which changes nothing.

    `within`: whose election the reporter must be of. From the commit on, no tally of theirs is taken: the writers look
    at this row under its lock. Raises UnknownReporterError.
    """
    async with connection.transaction():
        row = await connection.fetchrow(READ_PERSON, reporter_id)
        if row is None or (within is not None and not _may_revoke(within, row["election_id"])):
            raise UnknownReporterError(reporter_id)
        if row["revoked_at"] is not None:
            return False
        await connection.execute("UPDATE reporter SET revoked_at = clock_timestamp() WHERE id = $1", reporter_id)
        await record(
            connection,
            by,
            AuditAction.REPORTER_REVOKED,
            election_id=row["election_id"],
            subject=reporter_id,
            details={"role": row["role"], "reason": reason},
        )
    return True


def _may_revoke(person: Person, election_id: str | None) -> bool:
    """Who acts in one election takes no right away that reaches further."""
    return person.election_id is None or person.election_id == election_id


async def hold_tallies_of(
    database: Database, reporter_id: str, by: Actor, *, reason: str, committed: Callable[[str], None]
) -> int:
    """Puts what nobody else confirmed of a revoked reporter's back before an editor; how many.

    `committed(election_id)` is called for each step on disk. Raises BadReasonError.
    """
    count = await hold_unconfirmed(database.pool, reporter_id, reason, by=by.id, committed=committed)
    election_id = await database.pool.fetchval("SELECT election_id FROM reporter WHERE id = $1", reporter_id)
    async with database.pool.acquire() as connection:
        await record(
            connection,
            by,
            AuditAction.TALLIES_HELD_AGAIN,
            election_id=election_id,
            subject=reporter_id,
            details={"tallies": count, "reason": reason},
        )
    return count


async def revoked_lately(connection: asyncpg.Pool | Connection, seconds: float) -> list[str]:
    """Pseudonyms of those whose token was revoked in the last so many seconds."""
    return [row["id"] for row in await connection.fetch(REVOKED_LATELY, seconds)]
