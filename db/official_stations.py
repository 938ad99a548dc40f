"""The stations' own official figures against the tallies that stand there, compared by PostgreSQL: they are many."""

import asyncpg

from counting.official import Difference, OfficialItem, PublishedFigure
from db.database import Connection
from db.definitions import ElectionDefinition
from db.official import candidate_places

# A number that is not legible differs from nothing, and a sum with such a part is no sum.
DIFFERING = """
    WITH place AS (
        SELECT k.id, row_number() OVER (PARTITION BY k.contest_id ORDER BY k.ballot_number) AS number
        FROM candidate k JOIN contest c ON c.id = k.contest_id WHERE c.election_id = $1)
    SELECT f.id, f.contest_id, f.area_id, f.station_id, f.item, f.candidate_id, f.value, x.reported,
        f.item = 'registered_voters' OR (s.state = 'FINAL' AND s.held = 0) AS complete
    FROM official_figure f
    JOIN station_contest s ON s.station_id = f.station_id AND s.contest_id = f.contest_id
    LEFT JOIN place p ON p.id = f.candidate_id
    LEFT JOIN tally t ON t.station_id = f.station_id AND t.contest_id = f.contest_id AND t.state = 'ACCEPTED'
    CROSS JOIN LATERAL (SELECT CASE WHEN array_position(t.votes, NULL) IS NULL THEN t.valid_ballots END AS valid) v
    CROSS JOIN LATERAL (SELECT CASE f.item
        WHEN 'votes' THEN t.votes[p.number]
        WHEN 'valid_ballots' THEN v.valid
        WHEN 'invalid_ballots' THEN t.invalid_ballots
        WHEN 'no_vote_ballots' THEN t.no_vote_ballots
        WHEN 'ballots_cast' THEN v.valid + t.invalid_ballots + t.no_vote_ballots
        WHEN 'registered_voters' THEN s.registered_voters END AS reported) x
    WHERE f.election_id = $1 AND f.version = $2 AND f.station_id IS NOT NULL AND x.reported <> f.value
    ORDER BY f.id
"""


async def station_differences(
    connection: asyncpg.Pool | Connection, definition: ElectionDefinition, version: int, depth: int
) -> list[Difference]:
    """Where a station's standing tally differs from what the authority published of that station."""
    places = candidate_places(definition)
    return [
        Difference(
            PublishedFigure(
                row["id"],
                row["contest_id"],
                row["area_id"],
                row["station_id"],
                OfficialItem(row["item"]),
                places.get(row["candidate_id"]),
                row["value"],
            ),
            row["reported"],
            depth,
            row["complete"],
        )
        for row in await connection.fetch(DIFFERING, definition.id, version)
    ]
