"""What an operator watches of the elections as the database has them: how far they are sealed and cut, what waits."""

from dataclasses import dataclass

import asyncpg

READ = """
    SELECT e.id, h.sequence AS entries, coalesce(l.size, 0) AS sealed,
        extract(epoch FROM now() - k.issued_at) AS head_age, extract(epoch FROM now() - u.recorded_at) AS unsealed_age,
        c.number AS cut, extract(epoch FROM now() - c.taken_at) AS cut_age,
        w.held, extract(epoch FROM now() - w.oldest) AS held_age
    FROM election e
    JOIN log_head h ON h.election_id = e.id
    LEFT JOIN ledger l ON l.election_id = e.id
    LEFT JOIN LATERAL (
        SELECT issued_at FROM ledger_head WHERE election_id = e.id ORDER BY number DESC LIMIT 1
    ) AS k ON true
    LEFT JOIN log_entry u ON u.election_id = e.id AND u.sequence = coalesce(l.size, 0) + 1
    LEFT JOIN LATERAL (
        SELECT number, taken_at FROM cut WHERE election_id = e.id AND epoch = e.epoch ORDER BY number DESC LIMIT 1
    ) AS c ON true
    CROSS JOIN LATERAL (
        SELECT count(*) AS held, min(recorded_at) AS oldest FROM tally WHERE election_id = e.id AND state = 'HELD'
    ) AS w
    ORDER BY e.id
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """One election. Ages in seconds; 0 where there is nothing that could be old. `cut`: the newest one's number."""

    election_id: str
    entries: int
    sealed: int
    head_age: float
    unsealed_age: float
    cut: int
    cut_age: float
    held: int
    held_age: float


async def read_figures(pool: asyncpg.Pool) -> list[Figures]:
    rows = await pool.fetch(READ)
    return [
        Figures(
            election_id=row["id"],
            entries=row["entries"],
            sealed=row["sealed"],
            head_age=float(row["head_age"] or 0),
            unsealed_age=float(row["unsealed_age"] or 0),
            cut=-1 if row["cut"] is None else row["cut"],
            cut_age=float(row["cut_age"] or 0),
            held=row["held"],
            held_age=float(row["held_age"] or 0),
        )
        for row in rows
    ]
