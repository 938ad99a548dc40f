"""Releasing tallies that waited for nothing but their photographs, once these are stored."""

from datetime import UTC, datetime, timedelta

import asyncpg

from counting.numbers import same_numbers
from counting.vocabulary import ElectionPhase, TallyCoverage, TallyState
from db.database import Connection
from db.decision import Decision
from db.review import KnownTally, accept_held, read_known
from db.review_case import lock_election
from db.sheet import Sheet

REASON = "รูปถ่ายมาถึงแล้ว · The photograph arrived"
AT_ONCE = 50
# Whoever an editor has put back, or revoked, waits for an editor: such tallies have no salt left, or no valid token.
WAITING = """
    SELECT t.id, t.election_id, t.station_id, t.contest_id, t.recorded_at
    FROM tally t JOIN reporter r ON r.id = t.reporter_id JOIN election x ON x.id = t.election_id
    CROSS JOIN LATERAL (
        SELECT max((f->'numbers'->>'need')::int) FILTER (WHERE f->>'rule' = 'EVIDENCE_MISSING') AS need,
            bool_and(f->>'rule' = 'EVIDENCE_MISSING') AS alone
        FROM jsonb_array_elements(t.findings) AS f WHERE f->>'verdict' = 'HOLD') AS hold
    WHERE t.state = 'HELD' AND t.salt IS NOT NULL AND r.revoked_at IS NULL AND x.phase = 'COUNTING' AND hold.alone
        AND hold.need <= (SELECT count(*) FROM evidence e WHERE e.sha256 = ANY(t.evidence))
        AND ($1::text IS NULL OR t.evidence @> ARRAY[$1])
        AND (t.election_id, t.recorded_at, t.id) > ($2, $3, $4)
    ORDER BY t.election_id, t.recorded_at, t.id LIMIT $5
"""


async def release_photographed(pool: asyncpg.Pool, sha256: str | None = None) -> set[str]:
    """Lets count what may; the elections in which something was released.

    `sha256`: looks only at tallies that name this photograph. A tally that something newer stands in the way of stays
    held, for an editor; however many of those there are, the others behind them are looked at as well.
    """
    released: set[str] = set()
    last: tuple[str, datetime, str] = ("", datetime.fromtimestamp(0, UTC), "")
    while rows := await pool.fetch(WAITING, sha256, *last, AT_ONCE):
        last = (rows[-1]["election_id"], rows[-1]["recorded_at"], rows[-1]["id"])
        for election_id in sorted({row["election_id"] for row in rows}):
            async with pool.acquire() as connection, connection.transaction():
                if await _release(connection, election_id, [row for row in rows if row["election_id"] == election_id]):
                    released.add(election_id)
    return released


async def _release(connection: Connection, election_id: str, rows: list[asyncpg.Record]) -> int:
    """How many; those that are still held once their sheets are locked."""
    keys = sorted({(row["station_id"], row["contest_id"]) for row in rows})
    phase, plan, sheets = await lock_election(connection, election_id, keys)
    if phase is not ElectionPhase.COUNTING:
        return 0
    now = datetime.now(UTC)
    known = await read_known(connection, [row["id"] for row in rows])
    for place, row in enumerate(rows):
        tally, sheet = known[row["id"]], sheets[row["station_id"], row["contest_id"]]
        if tally.state is TallyState.HELD and not _overtaken(tally, sheet):
            accept_held(plan, sheet, tally, Decision(None, REASON, now + timedelta(microseconds=place)))
    if plan.entries:
        await plan.write(connection, [sheet for sheet in sheets.values() if sheet.changed], now)
    return len(plan.entries)


def _overtaken(tally: KnownTally, sheet: Sheet) -> bool:
    """What the rules did not see when they judged it stands by now: something newer, or others' other final numbers."""
    standing = sheet.standing
    if standing is None:
        return False
    disagrees = (
        standing.coverage is TallyCoverage.FINAL
        and standing.reporter != tally.reporter
        and not same_numbers(standing.numbers, tally.numbers)
    )
    return standing.revision > tally.revision or disagrees
