"""One contest at one station while its row is locked: what stands, what is held, and what has to be written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg

from counting.case import HeldTally
from counting.numbers import same_numbers
from counting.sheet_state import standing_state
from counting.tally import Numbers, StandingTally
from counting.vocabulary import StationState, TallyCoverage
from db.database import Connection

SheetKey = tuple[str, str]

LOCK_SHEETS = """
    SELECT 1 FROM station_contest
    WHERE (station_id, contest_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
    ORDER BY station_id, contest_id FOR UPDATE
"""
# A statement of its own, after the lock: one that waits for a lock sees the locked row anew, but what it joins as old.
READ_SHEETS = """
    SELECT s.station_id, s.contest_id, s.state, s.revisions, s.held, t.id, t.revision, t.coverage, t.votes,
        t.valid_ballots, t.invalid_ballots, t.no_vote_ballots, t.ballots_cast, t.reporter_id, t.recorded_at,
        t.evidence, t.counted_at, t.as_written, t.confirmations
    FROM station_contest s LEFT JOIN tally t ON t.id = s.standing_id
    WHERE (s.station_id, s.contest_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
"""
# One that an editor has put back has no salt left; it has no voice again.
HELD_FINALS = """
    SELECT t.station_id, t.contest_id, t.id, t.reporter_id, t.votes, t.valid_ballots, t.invalid_ballots,
        t.no_vote_ballots, t.ballots_cast,
        t.salt IS NOT NULL AND r.revoked_at IS NULL AND coalesce((
            SELECT bool_and(f->>'rule' = 'DISAGREES_WITH_ANOTHER_REPORT')
            FROM jsonb_array_elements(t.findings) AS f WHERE f->>'verdict' = 'HOLD'), false) AS decides
    FROM tally t JOIN reporter r ON r.id = t.reporter_id WHERE t.state = 'HELD' AND t.coverage = 'FINAL'
        AND (t.station_id, t.contest_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
    ORDER BY t.recorded_at, t.id
"""
# From the stations to their tallies, whatever PostgreSQL thinks of it: the plan is kept from the night's first minute,
# when `tally` is empty, and the other way round reads every station again for every FINAL of the night.
OTHER_FINALS = """
    SELECT s.station_id, s.contest_id, t.ballots, t.reporter_id
    FROM (SELECT * FROM station_contest WHERE station_id = ANY($1::text[]) OFFSET 0) AS s
    CROSS JOIN LATERAL (
        SELECT reporter_id, greatest(
            coalesce(ballots_cast, 0),
            valid_ballots + coalesce(invalid_ballots, 0) + coalesce(no_vote_ballots, 0)) AS ballots
        FROM tally WHERE id = s.standing_id AND coverage = 'FINAL' OFFSET 0
    ) AS t
"""
UPDATE_SHEETS = """
    UPDATE station_contest s SET state = n.state, revisions = n.revisions, held = n.held, standing_id = n.standing_id
    FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::int[], $6::text[])
        AS n (station_id, contest_id, state, revisions, held, standing_id)
    WHERE s.station_id = n.station_id AND s.contest_id = n.contest_id
"""


@dataclass(slots=True)
class Sheet:
    """`standing_json`: the standing tally's public numbers as log entries carry them."""

    station_id: str
    contest_id: str
    state: StationState
    revisions: int
    held: int
    standing: StandingTally | None
    standing_json: dict[str, Any] | None
    rivals: list[HeldTally] = field(default_factory=list)
    changed: bool = False

    @property
    def disputed(self) -> bool:
        return self.state is StationState.DISPUTED

    def stand(self, standing: StandingTally | None, public: dict[str, Any] | None) -> None:
        """What counts from now on; a dispute goes on until its rival is decided."""
        self.standing, self.standing_json, self.changed = standing, public, True
        self.settle()

    def settle(self) -> None:
        """The state that follows from what stands and what is held against it."""
        disputed = any(self._contradicts(rival) for rival in self.rivals)
        self.state = standing_state(self.standing.coverage if self.standing else None, disputed)

    def _contradicts(self, rival: HeldTally) -> bool:
        """Somebody else's final numbers against the final ones that stand."""
        return (
            self.standing is not None
            and self.standing.coverage is TallyCoverage.FINAL
            and rival.reporter != self.standing.reporter
            and not same_numbers(rival.numbers, self.standing.numbers)
        )


def numbers_from(row: asyncpg.Record) -> Numbers:
    return Numbers(
        tuple(row["votes"]),
        row["valid_ballots"],
        row["invalid_ballots"],
        row["no_vote_ballots"],
        row["ballots_cast"],
    )


def public_tally(
    tally_id: str,
    revision: int,
    coverage: TallyCoverage,
    numbers: Numbers,
    *,
    as_written: bool,
    reporter: str,
    evidence: Sequence[str],
    counted_at: datetime | None,
) -> dict[str, Any]:
    """A tally's public fields, as log entries, commitments and the ledger carry them; instants in UTC."""
    return {
        "id": tally_id,
        "revision": revision,
        "coverage": coverage.value,
        "votes": list(numbers.votes),
        "validBallots": numbers.valid_ballots,
        "invalidBallots": numbers.invalid_ballots,
        "noVoteBallots": numbers.no_vote_ballots,
        "ballotsCast": numbers.ballots_cast,
        "asWritten": as_written,
        "reporter": reporter,
        "evidence": list(evidence),
        "countedAt": counted_at.astimezone(UTC).isoformat() if counted_at else None,
    }


def public_from(row: asyncpg.Record) -> dict[str, Any]:
    """The public fields of a tally as its row keeps them."""
    return public_tally(
        row["id"],
        row["revision"],
        TallyCoverage(row["coverage"]),
        numbers_from(row),
        as_written=row["as_written"],
        reporter=row["reporter_id"],
        evidence=row["evidence"],
        counted_at=row["counted_at"],
    )


async def lock_sheets(connection: Connection, keys: Sequence[SheetKey]) -> dict[SheetKey, Sheet]:
    """Locks the rows in one order, whoever asks, so that writers wait for one another and never deadlock."""
    stations, contests = [key[0] for key in keys], [key[1] for key in keys]
    sheets = {}
    await connection.execute(LOCK_SHEETS, stations, contests)
    for row in await connection.fetch(READ_SHEETS, stations, contests):
        sheets[row["station_id"], row["contest_id"]] = _sheet(row)
    if any(sheet.held for sheet in sheets.values()):
        for row in await connection.fetch(HELD_FINALS, stations, contests):
            sheet = sheets[row["station_id"], row["contest_id"]]
            sheet.rivals.append(HeldTally(row["id"], row["reporter_id"], numbers_from(row), row["decides"]))
    return sheets


def _sheet(row: asyncpg.Record) -> Sheet:
    state = StationState(row["state"])
    if row["id"] is None:
        return Sheet(row["station_id"], row["contest_id"], state, row["revisions"], row["held"], None, None)
    standing = StandingTally(
        row["id"],
        row["revision"],
        TallyCoverage(row["coverage"]),
        numbers_from(row),
        row["reporter_id"],
        row["recorded_at"],
        row["confirmations"],
    )
    public = public_from(row)
    return Sheet(row["station_id"], row["contest_id"], state, row["revisions"], row["held"], standing, public)


@dataclass(frozen=True, slots=True)
class OtherFinal:
    """Papers in the box by a contest's standing FINAL, and who sent it."""

    ballots: int
    reporter: str


async def other_finals(connection: Connection, station_ids: Sequence[str]) -> dict[str, dict[str, OtherFinal]]:
    """Each contest's standing FINAL, by station, then contest."""
    finals: dict[str, dict[str, OtherFinal]] = {}
    for row in await connection.fetch(OTHER_FINALS, station_ids):
        finals.setdefault(row["station_id"], {})[row["contest_id"]] = OtherFinal(row["ballots"], row["reporter_id"])
    return finals


async def update_sheets(connection: Connection, sheets: Sequence[Sheet]) -> None:
    await connection.execute(
        UPDATE_SHEETS,
        [sheet.station_id for sheet in sheets],
        [sheet.contest_id for sheet in sheets],
        [sheet.state.value for sheet in sheets],
        [sheet.revisions for sheet in sheets],
        [sheet.held for sheet in sheets],
        [sheet.standing.id if sheet.standing else None for sheet in sheets],
    )
