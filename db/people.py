"""Who asks: tokens, roles and assignments. Tokens are kept as sha256 only, and looked up by it."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from counting.vocabulary import Role
from db.database import Connection

TOKEN_BYTES = 24
PSEUDONYM_BYTES = 5


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a valid token. `election_id` None: of every election of this installation."""

    id: str
    role: Role
    election_id: str | None
    revoked_at: datetime | None = None

    def belongs_to(self, election_id: str) -> bool:
        return self.election_id is None or self.election_id == election_id


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def new_pseudonym(role: Role) -> str:
    """Random, so that it says nothing of who or when; the first letter says the role."""
    return f"{role.value[0].lower()}-{secrets.token_hex(PSEUDONYM_BYTES)}"


async def people_by_digests(connection: asyncpg.Pool | Connection, digests: Sequence[str]) -> dict[str, Person]:
    """By the digest of their token, without unknown and revoked ones: equal time for all wrong tokens."""
    rows = await connection.fetch(
        "SELECT token_sha256, id, role, election_id FROM reporter"
        " WHERE token_sha256 = ANY($1::text[]) AND revoked_at IS NULL",
        digests,
    )
    return {row["token_sha256"]: Person(row["id"], Role(row["role"]), row["election_id"]) for row in rows}


async def add_person(
    connection: Connection, role: Role, election_id: str | None, display_name: str | None
) -> tuple[Person, str]:
    """The person and the token, which is shown once and kept nowhere."""
    token = f"tw_{secrets.token_urlsafe(TOKEN_BYTES)}"
    person = Person(new_pseudonym(role), role, election_id)
    await connection.execute(
        "INSERT INTO reporter (id, election_id, role, display_name, token_sha256, enrolled_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        person.id,
        election_id,
        role.value,
        display_name,
        token_digest(token),
        datetime.now(UTC),
    )
    return person, token


async def renew_token(
    connection: Connection, person_id: str, display_name: str, since: datetime
) -> tuple[Person, str] | None:
    """Another token for somebody enrolled after `since` who has sent nothing yet; the one before works no more."""
    token = f"tw_{secrets.token_urlsafe(TOKEN_BYTES)}"
    row = await connection.fetchrow(
        "UPDATE reporter SET token_sha256 = $2, display_name = $3 WHERE id = $1 AND enrolled_at > $4"
        " AND last_seen_at IS NULL AND revoked_at IS NULL RETURNING role, election_id",
        person_id,
        token_digest(token),
        display_name,
        since,
    )
    return None if row is None else (Person(person_id, Role(row["role"]), row["election_id"]), token)


async def assign(connection: Connection, reporter_id: str, station_ids: Sequence[str]) -> None:
    await connection.execute(
        "INSERT INTO assignment (reporter_id, station_id) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING",
        reporter_id,
        list(station_ids),
    )


async def assigned_stations(connection: asyncpg.Pool | Connection, reporter_id: str) -> list[str]:
    rows = await connection.fetch(
        "SELECT station_id FROM assignment WHERE reporter_id = $1 ORDER BY station_id", reporter_id
    )
    return [row["station_id"] for row in rows]
