"""Many submissions, one transaction: lock the sheets, judge each on what stands then, step the head once, write.

The order inside is what the guarantees rest on: rows are locked before anything is judged; the log's numbers are
taken last, so that commit order is sequence order; nothing is answered before the commit.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from db.answers import Answer, Request
from db.database import Connection
from db.definitions import ElectionDefinition
from db.plan import Plan
from db.sheet import lock_sheets, other_finals
from db.verdicts import Bench, Draft, Facts

# FOR SHARE: no phase can change while this batch is on its way. The advisory lock is the queue before it: batches that
# overlap would share the row for ever, and whoever wants to close the count would never have it alone.
READ_ELECTION = """
    SELECT e.epoch, e.phase, e.closed_at, e.ruleset, e.is_test
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


class DefinitionOutdatedError(Exception):
    """The election was loaded anew since its definition was read: read it again and repeat."""


async def write_batch(
    connection: Connection, definition: ElectionDefinition, requests: Sequence[Request]
) -> list[Answer | Exception]:
    """One answer a request, in order; what one of them raises is its own answer, and the others stand.

    Raises DefinitionOutdatedError and whatever the database raises; then nothing of the batch was written.
    """
    async with connection.transaction():
        facts = await _read_facts(connection, definition, requests)
        now = datetime.now(UTC)
        plan = Plan(definition.id, facts.election["ruleset"], facts.election["is_test"])
        bench = Bench(definition, facts, plan, now)
        drafts = [_judge(bench, place, request) for place, request in enumerate(requests)]
        first = await plan.write(connection, [sheet for sheet in facts.sheets.values() if sheet.changed], now)
    return [draft if isinstance(draft, Exception) else draft.after(first) for draft in drafts]


def _judge(bench: Bench, place: int, request: Request) -> Draft | Exception:
    try:
        return bench.judge(place, request)
    except Exception as error:
        return error


async def _read_facts(connection: Connection, definition: ElectionDefinition, requests: Sequence[Request]) -> Facts:
    sent = [request.submission for request in requests]
    reporters = [one.reporter for one in sent]
    stations = [one.station_id for one in sent]
    election = await connection.fetchrow(READ_ELECTION, definition.id)
    if election is None or election["epoch"] != definition.epoch:
        raise DefinitionOutdatedError
    sheets = await lock_sheets(connection, sorted({(one.station_id, one.contest_id) for one in sent}))
    seen = await connection.fetch(SEE_REPORTERS, sorted(set(reporters)), datetime.now(UTC))
    earlier = await connection.fetch(READ_EARLIER, reporters, [one.client_tally_id for one in sent])
    assigned: dict[str, list[str]] = {}
    for row in await connection.fetch(READ_ASSIGNMENTS, sorted(set(reporters))):
        assigned.setdefault(row["reporter_id"], []).append(row["station_id"])
    replaces = [one.replaces for one in sent if one.replaces is not None]
    replaced = await connection.fetch(READ_REPLACED, replaces) if replaces else []
    return Facts(
        election=election,
        earlier={(row["reporter_id"], row["client_tally_id"]): row for row in earlier},
        sheets=sheets,
        assigned=assigned,
        replaced={row["id"]: row for row in replaced},
        finals=await other_finals(connection, sorted(set(stations))),
        revoked=frozenset(row["id"] for row in seen if row["revoked_at"] is not None),
    )
