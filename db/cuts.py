"""Cuts as the database keeps them: which are there, which is due, and their results files."""

import base64
import gzip
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from counting.vocabulary import ElectionPhase
from db.database import Connection

COLUMNS = "election_id, epoch, number, sequence, taken_at, phase, root, results_sha256, results_bytes"
READ_PAGE = f"""
    SELECT {COLUMNS} FROM cut WHERE election_id = $1 AND epoch = $2 AND ($3::int IS NULL OR number < $3)
    ORDER BY number DESC LIMIT $4
"""
READ_ONE = f"SELECT {COLUMNS} FROM cut WHERE election_id = $1 AND epoch = $2 AND number = $3"
READ_NEAREST = f"""
    SELECT {COLUMNS} FROM cut WHERE election_id = $1 AND epoch = $2 AND sequence <= $3 ORDER BY number DESC LIMIT 1
"""
READ_RESULTS = "SELECT results FROM cut WHERE election_id = $1 AND epoch = $2 AND number = $3"
ADD = f"""
    INSERT INTO cut ({COLUMNS}, results) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
# The zero report once counting has opened; one when the phase has changed and all before it is signed; else one in each
# span of time in which something was signed that the last one does not have; one from more than a span ahead was made
# before the clock was set back.
READ_DUE = """
    SELECT e.id, e.epoch, e.opened_at, l.phase, l.definition_sha256, c.number, c.results_sha256
    FROM election e JOIN log_head h ON h.election_id = e.id JOIN ledger l ON l.election_id = e.id AND l.epoch = e.epoch
    LEFT JOIN LATERAL (
        SELECT number, sequence, phase, taken_at, results_sha256 FROM cut
        WHERE election_id = e.id AND epoch = e.epoch ORDER BY number DESC LIMIT 1
    ) AS c ON true
    WHERE e.phase IN ('COUNTING', 'CLOSED') AND e.opened_at IS NOT NULL AND ($3::text IS NULL OR e.id = $3) AND (
        c.number IS NULL
        OR (l.phase <> c.phase AND l.phase = e.phase AND (l.size = h.sequence OR e.phase = 'COUNTING'))
        OR (l.size > c.sequence
            AND floor(extract(epoch FROM $1::timestamptz) / $2) > floor(extract(epoch FROM c.taken_at) / $2))
        OR (l.size > c.sequence AND extract(epoch FROM c.taken_at - $1::timestamptz) > $2)
    )
    ORDER BY e.id
"""
TAKE_TURN = "SELECT pg_try_advisory_xact_lock(hashtext('cuts ' || $1::text))"
WAIT_FOR_TURN = "SELECT pg_advisory_xact_lock(hashtext('cuts ' || $1::text))"
PACKING = 6


@dataclass(frozen=True, slots=True)
class Cut:
    """A numbered state of an election after `sequence` entries; `results_sha256` in hex, of the file unpacked."""

    election_id: str
    epoch: str
    number: int
    sequence: int
    taken_at: datetime
    phase: ElectionPhase
    root: bytes
    results_sha256: str
    results_bytes: int

    @property
    def root_text(self) -> str:
        return self.root_of(self.root)

    @staticmethod
    def root_of(root: bytes) -> str:
        """As results files write it."""
        return base64.b64encode(root).decode()


@dataclass(frozen=True, slots=True)
class DueCut:
    """What is to be cut next. `last`, `last_sha256`: the cut before it; None for the zero report.

    `phase`: the one in which the newest head was signed.
    """

    election_id: str
    epoch: str
    opened_at: datetime
    phase: ElectionPhase
    definition_sha256: str
    last: int | None
    last_sha256: str | None


async def read_due(
    connection: asyncpg.Pool | Connection, now: datetime, every_seconds: float, election_id: str | None = None
) -> list[DueCut]:
    """Of one election, or of all."""
    rows = await connection.fetch(READ_DUE, now, every_seconds, election_id)
    return [
        DueCut(
            row["id"],
            row["epoch"],
            row["opened_at"],
            ElectionPhase(row["phase"]),
            row["definition_sha256"],
            row["number"],
            row["results_sha256"],
        )
        for row in rows
    ]


async def take_turn(connection: Connection, election_id: str, *, wait: bool) -> bool:
    """Whether this transaction may cut; False where another node is at it, unless it is to be waited for."""
    if wait:
        await connection.execute(WAIT_FOR_TURN, election_id)
        return True
    return bool(await connection.fetchval(TAKE_TURN, election_id))


async def add_cut(connection: Connection, cut: Cut, packed: bytes) -> None:
    await connection.execute(
        ADD,
        *(cut.election_id, cut.epoch, cut.number, cut.sequence, cut.taken_at, cut.phase.value, cut.root),
        *(cut.results_sha256, cut.results_bytes, packed),
    )


async def read_cuts(
    connection: asyncpg.Pool | Connection, election_id: str, epoch: str, first: int, before: int | None = None
) -> list[Cut]:
    """The newest first; `before`: those of smaller numbers alone."""
    rows = await connection.fetch(READ_PAGE, election_id, epoch, before, first)
    return [cut_from(row) for row in rows]


async def newest_cut(connection: asyncpg.Pool | Connection, election_id: str, epoch: str) -> Cut | None:
    return next(iter(await read_cuts(connection, election_id, epoch, 1)), None)


async def read_cut(connection: asyncpg.Pool | Connection, election_id: str, epoch: str, number: int) -> Cut | None:
    row = await connection.fetchrow(READ_ONE, election_id, epoch, number)
    return cut_from(row) if row else None


async def nearest_cut(connection: asyncpg.Pool | Connection, election_id: str, epoch: str, sequence: int) -> Cut | None:
    """The newest one that has no entry beyond this one."""
    row = await connection.fetchrow(READ_NEAREST, election_id, epoch, sequence)
    return cut_from(row) if row else None


async def read_packed_results(connection: asyncpg.Pool | Connection, cut: Cut) -> bytes:
    """The results file, in gzip."""
    return bytes(await connection.fetchval(READ_RESULTS, cut.election_id, cut.epoch, cut.number))


def packed(content: bytes) -> bytes:
    return gzip.compress(content, PACKING, mtime=0)


def cut_from(row: asyncpg.Record) -> Cut:
    """`row`: the columns of COLUMNS."""
    return Cut(**{**dict(row), "phase": ElectionPhase(row["phase"])})
