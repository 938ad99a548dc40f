"""The elections that are loaded: their phases, and that every contest leads to stations, candidates and areas.

In 2023 Nigeria's feed failed on the one contest that led nowhere, and on no other; so each is walked, by the tables.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from counting.vocabulary import ElectionPhase
from db.database import Connection
from tallywire.doctor.finding import Finding, fail, ok, warn

SHOWN_MAX = 5
READ_ELECTIONS = """
    SELECT e.*, h.sequence, (SELECT count(*) FROM tally t WHERE t.election_id = e.id AND t.state = 'HELD') AS held
    FROM election e JOIN log_head h ON h.election_id = e.id ORDER BY e.id
"""
# Outwards from each area; one that comes back to itself, or to another election's, never reaches an end.
PATHS = """
    WITH RECURSIVE path (area_id, at, parent_id, election_id) AS (
        SELECT id, id, parent_id, election_id FROM area WHERE election_id = $1
        UNION
        SELECT p.area_id, a.id, a.parent_id, a.election_id FROM path p JOIN area a ON a.id = p.parent_id
    )
"""
BROKEN = {
    "areas without an end": PATHS
    + """
    SELECT DISTINCT area_id AS name FROM path GROUP BY area_id
    HAVING bool_and(parent_id IS NOT NULL) OR bool_or(election_id <> $1)
    """,
    "contests without candidates": """
    SELECT c.id AS name FROM contest c WHERE c.election_id = $1
        AND NOT EXISTS (SELECT FROM candidate k WHERE k.contest_id = c.id)
    """,
    "contests that no station counts": """
    SELECT c.id AS name FROM contest c WHERE c.election_id = $1
        AND NOT EXISTS (SELECT FROM station_contest s WHERE s.contest_id = c.id)
    """,
    "contests of an area that is not the election's": """
    SELECT c.id AS name FROM contest c LEFT JOIN area a ON a.id = c.area_id
    WHERE c.election_id = $1 AND a.election_id IS DISTINCT FROM $1
    """,
    "stations outside the area of a contest that they count": PATHS
    + """
    SELECT r.station_id || ' of ' || r.contest_id AS name
    FROM station_contest r JOIN contest c ON c.id = r.contest_id JOIN station s ON s.id = r.station_id
    WHERE c.election_id = $1 AND NOT EXISTS (
        SELECT FROM path p WHERE p.area_id = s.area_id AND p.at = c.area_id)
    """,
    "stations that count nothing": """
    SELECT s.id AS name FROM station s WHERE s.election_id = $1
        AND NOT EXISTS (SELECT FROM station_contest r WHERE r.station_id = s.id)
    """,
}
NOBODY_REGISTERED = """
    SELECT r.station_id || ' of ' || r.contest_id AS name FROM station_contest r
    JOIN contest c ON c.id = r.contest_id WHERE c.election_id = $1 AND r.registered_voters = 0
"""
COUNTS = """
    SELECT (SELECT count(*) FROM contest WHERE election_id = $1) AS contests,
        (SELECT count(*) FROM station WHERE election_id = $1) AS stations,
        (SELECT count(*) FROM candidate k JOIN contest c ON c.id = k.contest_id WHERE c.election_id = $1) AS candidates
"""


async def election_findings(connection: Connection) -> AsyncIterator[Finding]:
    rows = await connection.fetch(READ_ELECTIONS)
    if not rows:
        yield warn("elections", "none is loaded", "tallywire import FOLDER")
    for row in rows:
        yield _phase(dict(row), datetime.now(UTC))
        async for finding in _walk(connection, row["id"]):
            yield finding


def _phase(row: dict[str, Any], now: datetime) -> Finding:
    """Whether the phase fits the hour."""
    name, phase, closes = row["id"], ElectionPhase(row["phase"]), row["polls_close_at"]
    test = ", a rehearsal" if row["is_test"] else ""
    at = closes.astimezone(ZoneInfo(row["time_zone"])).isoformat(timespec="minutes")
    seen = f"{name}{test}: {phase.value}, polls close {at}, {row['sequence']:,} entries"
    if phase is ElectionPhase.COUNTING and now < closes:
        return warn("phase", seen, "every tally is refused until polls close (COUNTING_NOT_OPEN)")
    if phase in (ElectionPhase.SETUP, ElectionPhase.VOTING) and now > closes:
        return warn("phase", seen, f"polls have closed: tallywire phase {name} counting")
    if phase is ElectionPhase.SETUP and closes - now < timedelta(hours=12):
        return warn("phase", seen, f"polls close soon: tallywire phase {name} voting")
    if phase is ElectionPhase.CLOSED and row["held"]:
        return warn("phase", f"{seen}, {row['held']:,} held", "editors still decide on what is held: /desk")
    return ok("phase", seen)


async def _walk(connection: Connection, election_id: str) -> AsyncIterator[Finding]:
    sound = True
    for what, statement in BROKEN.items():
        names = [row["name"] for row in await connection.fetch(statement, election_id)]
        if names:
            sound = False
            yield fail("definition", f"{election_id}: {what}: {_some(names)}", "mend the package, and import it anew")
    empty = [row["name"] for row in await connection.fetch(NOBODY_REGISTERED, election_id)]
    if empty:
        yield warn("definition", f"{election_id}: nobody registered at {_some(empty)}", "every ballot there is held")
    if sound:
        row = await connection.fetchrow(COUNTS, election_id)
        assert row is not None
        seen = f"{row['contests']} contests, {row['candidates']:,} candidates, {row['stations']:,} stations"
        yield ok("definition", f"{election_id}: {seen}, each leads to its areas")


def _some(names: list[str]) -> str:
    more = len(names) - SHOWN_MAX
    return ", ".join(names[:SHOWN_MAX]) + (f" and {more:,} more" if more > 0 else "")
