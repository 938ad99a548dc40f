"""The final sheets of one contest, station by station, for statistics: those that count, with every number legible."""

import asyncpg

from counting.observation import StationSheet
from db.database import Connection

FINAL_SHEETS = """
    SELECT t.station_id, t.votes, t.valid_ballots, t.invalid_ballots, t.no_vote_ballots, s.registered_voters
    FROM tally t JOIN station_contest s ON s.station_id = t.station_id AND s.contest_id = t.contest_id
    WHERE s.contest_id = $1 AND t.state = 'ACCEPTED' AND t.coverage = 'FINAL'
        AND array_position(t.votes, NULL) IS NULL AND t.invalid_ballots IS NOT NULL AND t.no_vote_ballots IS NOT NULL
    ORDER BY t.station_id
"""


async def final_sheets(connection: asyncpg.Pool | Connection, contest_id: str) -> list[StationSheet]:
    """By station id."""
    return [
        StationSheet(
            row["station_id"],
            tuple(row["votes"]),
            row["valid_ballots"],
            row["invalid_ballots"],
            row["no_vote_ballots"],
            row["registered_voters"],
        )
        for row in await connection.fetch(FINAL_SHEETS, contest_id)
    ]
