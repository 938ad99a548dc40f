"""Putting a reporter's tallies back before an editor: all that counts of theirs and that nobody else confirmed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import asyncpg

from counting.vocabulary import TallyState
from db.database import Connection
from db.decision import Decision, clean_reason
from db.review import hold_again, read_known
from db.review_case import lock_election

# A reporter may have sent hundreds of sheets: in steps, so that other writers of these sheets never wait for long.
HELD_AT_ONCE = 50
UNCONFIRMED = """
    SELECT id, election_id, station_id, contest_id FROM tally
    WHERE reporter_id = $1 AND state = 'ACCEPTED' AND confirmations = 0
        AND election_id = (
            SELECT min(election_id) FROM tally WHERE reporter_id = $1 AND state = 'ACCEPTED' AND confirmations = 0)
    ORDER BY station_id, contest_id LIMIT $2
"""


async def hold_unconfirmed(
    pool: asyncpg.Pool, reporter_id: str, reason: str, *, by: str, committed: Callable[[str], None]
) -> int:
    """How many went back; call it after the token was revoked, as whoever still reports would never be done with.

    `by`: the pseudonym of who decides. `committed(election_id)` is called after each step that is on disk. Repeating
    it does what is left. Raises BadReasonError.
    """
    reason, total = clean_reason(reason), 0
    while rows := await pool.fetch(UNCONFIRMED, reporter_id, HELD_AT_ONCE):
        async with pool.acquire() as connection, connection.transaction():
            total += await _hold(connection, rows, by, reason)
        committed(rows[0]["election_id"])
    return total


async def _hold(connection: Connection, rows: list[asyncpg.Record], by: str, reason: str) -> int:
    """Those of these tallies that still count and are unconfirmed once their sheets are locked."""
    keys = [(row["station_id"], row["contest_id"]) for row in rows]
    _, plan, sheets = await lock_election(connection, rows[0]["election_id"], keys)
    now = datetime.now(UTC)
    found = await read_known(connection, [row["id"] for row in rows])
    held = [one for one in found.values() if one.state is TallyState.ACCEPTED and not one.confirmations]
    for place, tally in enumerate(held):
        sheet = sheets[tally.station_id, tally.contest_id]
        hold_again(plan, sheet, tally, Decision(by, reason, now + timedelta(microseconds=place)))
    await plan.write(connection, [sheet for sheet in sheets.values() if sheet.changed], now)
    return len(held)
