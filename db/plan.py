"""What one transaction will write, gathered while it judges, and written in one go at its end."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

import orjson

from counting.vocabulary import ReportKind, TallyState
from db.database import Connection
from db.new_tally import NewTally
from db.sheet import Sheet, update_sheets
from db.tables import LogEntryRow, SubmissionRow, TallyRow

STEP_HEAD = """
    UPDATE log_head SET sequence = sequence + $2, last_report_at = CASE WHEN $2 > 0 THEN $3 ELSE last_report_at END
    WHERE election_id = $1 RETURNING sequence
"""
READ_HEAD = "SELECT sequence FROM log_head WHERE election_id = $1"
SUPERSEDE = """
    UPDATE tally t SET state = 'SUPERSEDED', superseded_by_id = n.new_id
    FROM unnest($1::text[], $2::text[]) AS n (old_id, new_id) WHERE t.id = n.old_id
"""
# One after the other: a tally may be released and superseded in one batch, and each step is allowed or refused.
# A salt is a secret until the decision's entry tells it; from then on it stands in the log, and the row has none.
DECIDE = """
    UPDATE tally SET state = $2, superseded_by_id = coalesce($3, superseded_by_id),
        supersedes_id = coalesce($4, supersedes_id), salt = NULL
    WHERE id = $1
"""
CONFIRM = """
    UPDATE tally t SET confirmations = confirmations + n.more
    FROM unnest($1::text[], $2::int[]) AS n (id, more) WHERE t.id = n.id
"""
TALLY_COLUMNS = tuple(TallyRow.__table__.columns.keys())  # type: ignore[attr-defined]
TALLY_VALUES = attrgetter(*TALLY_COLUMNS)
ENTRY_COLUMNS = tuple(LogEntryRow.__table__.columns.keys())  # type: ignore[attr-defined]
SUBMISSION_COLUMNS = tuple(SubmissionRow.__table__.columns.keys())  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Flags:
    """A sheet's place in the count besides its numbers, as it was before a change."""

    standing_id: str | None
    standing_json: dict[str, Any] | None
    held: int
    disputed: bool

    @classmethod
    def of(cls, sheet: Sheet) -> "Flags":
        return cls(sheet.standing.id if sheet.standing else None, sheet.standing_json, sheet.held, sheet.disputed)


@dataclass(frozen=True, slots=True)
class Change:
    """What a stored tally becomes."""

    tally_id: str
    state: TallyState
    superseded_by_id: str | None = None
    supersedes_id: str | None = None


@dataclass(slots=True)
class Plan:
    """`entries` lack their sequence until the head is stepped, and so do the submissions that name one.

    `changes` of stored tallies in order; `superseded` those among them, old to new.
    """

    election_id: str
    ruleset: str
    is_test: bool
    tallies: dict[str, NewTally] = field(default_factory=dict)
    superseded: dict[str, str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    confirmed: dict[str, int] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)
    submissions: list[dict[str, Any]] = field(default_factory=list)

    def supersede(self, old_id: str, new_id: str) -> None:
        if tally := self.tallies.get(old_id):
            tally.state, tally.superseded_by_id = TallyState.SUPERSEDED, new_id
        else:
            self.superseded[old_id] = new_id
            self.changes.append(Change(old_id, TallyState.SUPERSEDED, superseded_by_id=new_id))

    def decide(self, tally_id: str, state: TallyState, *, supersedes_id: str | None = None) -> None:
        """A tally is released, refused, withdrawn or held again; its salt is for the log to tell."""
        if tally := self.tallies.get(tally_id):
            tally.state, tally.salt = state, None
            tally.supersedes_id = supersedes_id or tally.supersedes_id
        else:
            self.changes.append(Change(tally_id, state, supersedes_id=supersedes_id))

    def state_of(self, tally_id: str, stored: TallyState) -> TallyState:
        """A tally's state after what is planned so far; `stored`: as its row has it."""
        if tally := self.tallies.get(tally_id):
            return tally.state
        changed = (change.state for change in reversed(self.changes) if change.tally_id == tally_id)
        return next(changed, stored)

    def confirm(self, tally_id: str) -> None:
        if tally := self.tallies.get(tally_id):
            tally.confirmations += 1
        else:
            self.confirmed[tally_id] = self.confirmed.get(tally_id, 0) + 1

    def enter(
        self,
        sheet: Sheet,
        before: Flags,
        *,
        kind: ReportKind,
        tally_id: str,
        recorded_at: datetime,
        tally: dict[str, Any] | None = None,
        commitment: str | None = None,
        salt: str | None = None,
        reason: str | None = None,
        decided_by: str | None = None,
    ) -> int:
        """Adds a log entry for a change of `sheet`; its place in the batch, from 0."""
        self.entries.append(
            {
                "election_id": self.election_id,
                "kind": kind.value,
                "station_id": sheet.station_id,
                "contest_id": sheet.contest_id,
                "tally_id": tally_id,
                "previous_id": before.standing_id,
                "standing_id": sheet.standing.id if sheet.standing else None,
                "tally": tally,
                "previous": before.standing_json,
                "held": sheet.held,
                "held_before": before.held,
                "disputed": sheet.disputed,
                "disputed_before": before.disputed,
                "commitment": commitment,
                "salt": salt,
                "reason": reason,
                "decided_by": decided_by,
                "ruleset": self.ruleset,
                "is_test": self.is_test,
                "recorded_at": recorded_at,
            }
        )
        return len(self.entries) - 1

    def entry_of(self, tally_id: str) -> int | None:
        """The place in the batch of the newest entry about this tally; None where there is none in it."""
        places = range(len(self.entries) - 1, -1, -1)
        return next((place for place in places if self.entries[place]["tally_id"] == tally_id), None)

    async def write(self, connection: Connection, sheets: Sequence[Sheet], now: datetime) -> int:
        """Writes everything; the sequence just before this plan's first entry.

        Old tallies step down before new ones stand: one standing tally a sheet is a unique index.
        """
        await self._write_changes(connection)
        if self.confirmed:
            await connection.execute(CONFIRM, list(self.confirmed), list(self.confirmed.values()))
        if self.tallies:
            rows = [TALLY_VALUES(tally) for tally in self.tallies.values()]
            await connection.copy_records_to_table("tally", columns=TALLY_COLUMNS, records=rows)
        if sheets:
            await update_sheets(connection, sheets)
        first = await self._take_sequences(connection, now)
        await _copy(connection, "log_entry", ENTRY_COLUMNS, self.entries)
        await _copy(connection, "submission", SUBMISSION_COLUMNS, self.submissions)
        return first

    async def _write_changes(self, connection: Connection) -> None:
        if len(self.changes) == len(self.superseded):
            if self.superseded:
                await connection.execute(SUPERSEDE, list(self.superseded), list(self.superseded.values()))
            return
        await connection.executemany(
            DECIDE, [(one.tally_id, one.state.value, one.superseded_by_id, one.supersedes_id) for one in self.changes]
        )

    async def _take_sequences(self, connection: Connection, now: datetime) -> int:
        count = len(self.entries)
        if count:
            first = int(await connection.fetchval(STEP_HEAD, self.election_id, count, now)) - count
        else:
            first = int(await connection.fetchval(READ_HEAD, self.election_id))
        for place, entry in enumerate(self.entries):
            entry["sequence"] = first + place + 1
        for submission in self.submissions:
            place = submission.pop("entry", None)
            submission["sequence"] = first if place is None else first + place + 1
        return first


async def _copy(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        records = [tuple(row.get(name) for name in columns) for row in rows]
        await connection.copy_records_to_table(table, columns=columns, records=records)


def commitment(salt: str, public: dict[str, Any]) -> str:
    """sha256 (hex) over the salt and the tally's canonical JSON (RFC 8785; no field of it is a fraction)."""
    return hashlib.sha256(salt.encode() + orjson.dumps(public, option=orjson.OPT_SORT_KEYS)).hexdigest()
