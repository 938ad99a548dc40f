"""Tokens made without a code: from the command line, and for the demo."""

from collections.abc import Sequence

from counting.vocabulary import Role
from db.audit import COMMAND_LINE, Actor, AuditAction, record
from db.database import Connection
from db.people import Person, add_person, assign


async def issue_token(
    connection: Connection,
    role: Role,
    election_id: str | None,
    display_name: str | None,
    station_ids: Sequence[str] = (),
    by: Actor = COMMAND_LINE,
) -> tuple[Person, str]:
    """The person and the token, which is shown once and kept nowhere; the audit names the person."""
    async with connection.transaction():
        person, token = await add_person(connection, role, election_id, display_name)
        await assign(connection, person.id, station_ids)
        await record(
            connection,
            by,
            AuditAction.TOKEN_CREATED,
            election_id=election_id,
            subject=person.id,
            details={"role": role.value, "stations": list(station_ids)},
        )
    return person, token
