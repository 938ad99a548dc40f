"""What a batch is judged on: everything read under the locks, for all of its submissions at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from counting.tally import Submission
from counting.vocabulary import TallyCoverage, TallyRule
from db.answers import Request
from db.database import Connection
from db.definitions import ElectionDefinition
from db.evidence import stored
from db.likeness import Likeness, is_asked, read_likeness
from db.review import KnownTally, read_known
from db.sheet import OtherFinal, Sheet, SheetKey, lock_sheets, other_finals
from db.spreads import SpreadBook

# FOR SHARE: no phase can change while this batch is on its way. The advisory lock is the queue before it: batches that
# overlap would share the row for ever, and whoever wants to close the count would never have it alone.
READ_ELECTION = """
    SELECT e.epoch, e.phase, e.closed_at, e.ruleset, e.is_test,
        (SELECT h.sequence FROM log_head h WHERE h.election_id = e.id) AS head
    FROM pg_advisory_xact_lock_shared(hashtext($1)) AS turn, election e WHERE e.id = $1 FOR SHARE OF e
"""
READ_EARLIER = """
    SELECT reporter_id, client_tally_id, content_sha256, outcome, tally_id, sequence, findings, received
    FROM submission WHERE (reporter_id, client_tally_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
"""
READ_ASSIGNMENTS = """
    SELECT reporter_id, station_id FROM assignment WHERE reporter_id = ANY($1::text[]) ORDER BY reporter_id, station_id
"""
READ_REPLACED = "SELECT id, revision, state, reporter_id, station_id, contest_id FROM tally WHERE id = ANY($1::text[])"
# In order of id, as every writer does, so that two batches never wait for each other both ways.
SEE_REPORTERS = """
    WITH seen AS (SELECT id FROM reporter WHERE id = ANY($1::text[]) ORDER BY id FOR NO KEY UPDATE)
    UPDATE reporter r SET last_seen_at = $2 FROM seen WHERE r.id = seen.id RETURNING r.id, r.revoked_at
"""
# The reporter and the client's own id of a submission.
Key = tuple[str, str]


class DefinitionOutdatedError(Exception):
    """The election was loaded anew since its definition was read: read it again and repeat."""


@dataclass(frozen=True, slots=True)
class Facts:
    """`assigned`: station ids by reporter. `replaced`: tallies by id. `finals`: by station, then contest.

    `rivals`: the held FINALs by id, where a third report decides about them. `photographs`: those named in the batch
    that are stored; None where the election asks for none.
    """

    election: asyncpg.Record
    earlier: dict[Key, asyncpg.Record]
    sheets: dict[SheetKey, Sheet]
    assigned: dict[str, list[str]]
    replaced: dict[str, asyncpg.Record]
    finals: dict[str, dict[str, OtherFinal]]
    revoked: frozenset[str]
    likeness: Likeness
    spreads: SpreadBook
    rivals: dict[str, KnownTally]
    photographs: frozenset[str] | None


async def read_facts(
    connection: Connection, definition: ElectionDefinition, requests: Sequence[Request], spreads: SpreadBook
) -> Facts:
    """Locks the sheets, then reads. Raises DefinitionOutdatedError."""
    sent = [request.submission for request in requests]
    reporters = [one.reporter for one in sent]
    election = await connection.fetchrow(READ_ELECTION, definition.id)
    if election is None or election["epoch"] != definition.epoch:
        raise DefinitionOutdatedError
    sheets = await lock_sheets(connection, sorted({(one.station_id, one.contest_id) for one in sent}))
    seen = await connection.fetch(SEE_REPORTERS, sorted(set(reporters)), datetime.now(UTC))
    earlier = await connection.fetch(READ_EARLIER, reporters, [one.client_tally_id for one in sent])
    await spreads.look(connection, definition, sent, election["head"])
    return Facts(
        election=election,
        earlier={(row["reporter_id"], row["client_tally_id"]): row for row in earlier},
        sheets=sheets,
        assigned=await _read_assignments(connection, sent),
        replaced=await _read_replaced(connection, sent),
        finals=await other_finals(connection, sorted({one.station_id for one in sent})),
        revoked=frozenset(row["id"] for row in seen if row["revoked_at"] is not None),
        likeness=await read_likeness(connection, definition, sent),
        spreads=spreads,
        rivals=await _read_rivals(connection, definition, sheets),
        photographs=await _read_photographs(connection, definition, sent),
    )


async def _read_assignments(connection: Connection, sent: Sequence[Submission]) -> dict[str, list[str]]:
    assigned: dict[str, list[str]] = {}
    for row in await connection.fetch(READ_ASSIGNMENTS, sorted({one.reporter for one in sent})):
        assigned.setdefault(row["reporter_id"], []).append(row["station_id"])
    return assigned


async def _read_replaced(connection: Connection, sent: Sequence[Submission]) -> dict[str, asyncpg.Record]:
    ids = [one.replaces for one in sent if one.replaces is not None]
    return {row["id"]: row for row in await connection.fetch(READ_REPLACED, ids)} if ids else {}


async def _read_rivals(
    connection: Connection, definition: ElectionDefinition, sheets: dict[SheetKey, Sheet]
) -> dict[str, KnownTally]:
    ids = [rival.id for sheet in sheets.values() for rival in sheet.rivals]
    return await read_known(connection, ids) if ids and definition.bounds.third_report_decides else {}


async def _read_photographs(
    connection: Connection, definition: ElectionDefinition, sent: Sequence[Submission]
) -> frozenset[str] | None:
    if not definition.bounds.evidence_min or not is_asked(TallyRule.EVIDENCE_MISSING, definition.bounds):
        return None
    named = {sha256 for one in sent if one.coverage is TallyCoverage.FINAL for sha256 in one.evidence}
    return frozenset(await stored(connection, named)) if named else frozenset()
