"""Reading the log: entries by sequence, as every fold of it wants them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from counting.tally import Numbers
from counting.vocabulary import ElectionPhase, ReportKind, TallyCoverage
from db.database import Connection

READ_ENTRIES = "SELECT * FROM log_entry WHERE election_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3"
READ_STATES = """
    SELECT e.id, e.epoch, e.phase, e.opened_at, e.closed_at, h.sequence, h.last_report_at
    FROM election e JOIN log_head h ON h.election_id = e.id ORDER BY e.imported_at DESC, e.id
"""


@dataclass(frozen=True, slots=True)
class CountedNumbers:
    """A tally's numbers as an entry carries them."""

    id: str
    coverage: TallyCoverage
    numbers: Numbers
    counted_at: datetime | None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One row of the log; `standing` is what counts at the station after it, `previous` what did before."""

    election_id: str
    sequence: int
    kind: ReportKind
    station_id: str
    contest_id: str
    tally_id: str
    previous_id: str | None
    previous: CountedNumbers | None
    standing_id: str | None
    standing: CountedNumbers | None
    tally: dict[str, Any] | None
    held: int
    held_before: int
    disputed: bool
    disputed_before: bool
    commitment: str | None
    salt: str | None
    reason: str | None
    decided_by: str | None
    ruleset: str
    is_test: bool
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ElectionState:
    """What changes of an election while it is counted."""

    id: str
    epoch: str
    phase: ElectionPhase
    opened_at: datetime | None
    closed_at: datetime | None
    sequence: int
    last_report_at: datetime | None


async def read_entries(
    connection: asyncpg.Pool | Connection, election_id: str, after: int, limit: int
) -> list[LogEntry]:
    """The entries that follow `after`, in order, `limit` at most."""
    return [entry_from(row) for row in await connection.fetch(READ_ENTRIES, election_id, after, limit)]


async def read_states(connection: asyncpg.Pool | Connection) -> dict[str, ElectionState]:
    """Every election that is loaded, the newest first."""
    return {
        row["id"]: ElectionState(
            row["id"],
            row["epoch"],
            ElectionPhase(row["phase"]),
            row["opened_at"],
            row["closed_at"],
            row["sequence"],
            row["last_report_at"],
        )
        for row in await connection.fetch(READ_STATES)
    }


def entry_from(row: asyncpg.Record) -> LogEntry:
    previous = counted_numbers(row["previous"])
    standing_id = row["standing_id"]
    if standing_id is None:
        standing = None
    elif standing_id == row["tally_id"] and row["tally"] is not None:
        standing = counted_numbers(row["tally"])
    else:
        standing = previous
    return LogEntry(
        election_id=row["election_id"],
        sequence=row["sequence"],
        kind=ReportKind(row["kind"]),
        station_id=row["station_id"],
        contest_id=row["contest_id"],
        tally_id=row["tally_id"],
        previous_id=row["previous_id"],
        previous=previous,
        standing_id=standing_id,
        standing=standing,
        tally=row["tally"],
        held=row["held"],
        held_before=row["held_before"],
        disputed=row["disputed"],
        disputed_before=row["disputed_before"],
        commitment=row["commitment"],
        salt=row["salt"],
        reason=row["reason"],
        decided_by=row["decided_by"],
        ruleset=row["ruleset"],
        is_test=row["is_test"],
        recorded_at=row["recorded_at"],
    )


def counted_numbers(value: dict[str, Any] | None) -> CountedNumbers | None:
    if value is None:
        return None
    counted_at = value["countedAt"]
    return CountedNumbers(
        value["id"],
        TallyCoverage(value["coverage"]),
        Numbers(
            tuple(value["votes"]),
            value["validBallots"],
            value["invalidBallots"],
            value["noVoteBallots"],
            value["ballotsCast"],
        ),
        datetime.fromisoformat(counted_at) if counted_at else None,
    )
