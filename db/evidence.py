"""The register of photographs: which are stored, what is served of them, and who may see which."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from counting.vocabulary import Role
from db.database import Connection
from db.people import Person

SEES_ALL = frozenset({Role.EDITOR, Role.OPERATOR})
COLUMNS = "e.sha256, e.media_type, e.bytes, e.public_sha256, e.public_media_type, e.public_bytes, e.width, e.height"
STORED = "SELECT sha256 FROM evidence WHERE sha256 = ANY($1::text[])"
FIND = f"SELECT {COLUMNS} FROM evidence e WHERE e.sha256 = ANY($1::text[])"
ADD = """
    INSERT INTO evidence (sha256, media_type, bytes, public_sha256, public_media_type, public_bytes, width, height,
        uploaded_by, uploaded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING sha256
"""
# Public with a tally that counts or once did, as soon as its election is counted.
IS_PUBLIC = """
    SELECT EXISTS (
        SELECT FROM tally t JOIN election x ON x.id = t.election_id
        WHERE t.evidence @> ARRAY[$1] AND t.state IN ('ACCEPTED', 'SUPERSEDED', 'WITHDRAWN')
            AND x.phase IN ('COUNTING', 'CLOSED'))
"""
IS_OWN = """
    SELECT EXISTS (SELECT FROM evidence WHERE sha256 = $1 AND uploaded_by = $2)
        OR EXISTS (SELECT FROM tally WHERE evidence @> ARRAY[$1] AND reporter_id = $2)
"""
# An editor of one election sees its tallies' photographs, and what its people uploaded.
IS_OF_ELECTION = """
    SELECT EXISTS (SELECT FROM tally WHERE evidence @> ARRAY[$1] AND election_id = $2)
        OR EXISTS (SELECT FROM evidence e JOIN reporter r ON r.id = e.uploaded_by
            WHERE e.sha256 = $1 AND r.election_id = $2)
"""
# A report that confirmed another's tally made none of its own; what it named is evidence all the same.
UNNAMED = """
    SELECT e.sha256 FROM evidence e
    WHERE e.uploaded_at < $1 AND NOT EXISTS (SELECT FROM tally t WHERE t.evidence @> ARRAY[e.sha256])
        AND e.sha256 NOT IN (
            SELECT jsonb_array_elements_text(u.received->'evidence') FROM submission u
            WHERE u.outcome <> 'REJECTED' AND jsonb_typeof(u.received->'evidence') = 'array')
    ORDER BY e.uploaded_at, e.sha256
"""
IN_USE = """
    SELECT DISTINCT d.digest FROM unnest($1::text[]) AS d (digest)
    JOIN evidence e ON e.sha256 = d.digest OR e.public_sha256 = d.digest
"""
FORGET = """
    DELETE FROM evidence e WHERE e.sha256 = $1
        AND NOT EXISTS (SELECT FROM tally t WHERE t.evidence @> ARRAY[e.sha256]) RETURNING e.sha256
"""


@dataclass(frozen=True, slots=True)
class Photograph:
    """`sha256` and `bytes` of the original as sent, `public_…` of the copy that is served; pixels upright."""

    sha256: str
    media_type: str
    bytes: int
    public_sha256: str
    public_media_type: str
    public_bytes: int
    width: int
    height: int


async def stored(connection: asyncpg.Pool | Connection, digests: Iterable[str]) -> set[str]:
    """Those of the digests (hex) whose photographs are stored."""
    wanted = sorted(set(digests))
    return {row["sha256"] for row in await connection.fetch(STORED, wanted)} if wanted else set()


async def photographs(connection: asyncpg.Pool | Connection, digests: Sequence[str]) -> dict[str, Photograph]:
    """By digest, those that are stored."""
    return {row["sha256"]: Photograph(**row) for row in await connection.fetch(FIND, list(digests))}


async def add_photograph(
    connection: asyncpg.Pool | Connection, photograph: Photograph, uploaded_by: str, uploaded_at: datetime
) -> bool:
    """False where it is registered already, by anyone; nothing changes then."""
    one = photograph
    return None is not await connection.fetchval(
        ADD,
        one.sha256,
        one.media_type,
        one.bytes,
        one.public_sha256,
        one.public_media_type,
        one.public_bytes,
        one.width,
        one.height,
        uploaded_by,
        uploaded_at,
    )


async def is_public(connection: asyncpg.Pool | Connection, sha256: str) -> bool:
    """Whether everybody may see it: it belongs to a tally that counts or once did, in a count that has opened."""
    return bool(await connection.fetchval(IS_PUBLIC, sha256))


async def may_see(connection: asyncpg.Pool | Connection, sha256: str, person: Person) -> bool:
    """Whether this person may see it although the public may not."""
    if person.role in SEES_ALL:
        if person.election_id is None:
            return True
        return bool(await connection.fetchval(IS_OF_ELECTION, sha256, person.election_id))
    return bool(await connection.fetchval(IS_OWN, sha256, person.id))


async def unnamed_since(connection: asyncpg.Pool | Connection, before: datetime) -> list[str]:
    """Digests uploaded before that instant which no tally and no confirmation names, oldest first."""
    return [row["sha256"] for row in await connection.fetch(UNNAMED, before)]


async def names_in_use(connection: asyncpg.Pool | Connection, digests: Sequence[str]) -> set[str]:
    """Those of the digests that some photograph has, as its own or as its public copy's."""
    return {row["digest"] for row in await connection.fetch(IN_USE, list(digests))}


async def forget(connection: asyncpg.Pool | Connection, sha256: str) -> bool:
    """Takes it off the register; False where a tally names it by now, or it is gone."""
    return await connection.fetchval(FORGET, sha256) is not None
