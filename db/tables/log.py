"""The log: one entry a report that counts or a decision; append-only by a trigger, `sequence` 1, 2, 3, … without a gap.

Sequence numbers come from `log_head`, one row an election, stepped late in the writing transaction: its lock
makes commit order sequence order, and a transaction that fails takes its numbers back with it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from counting.vocabulary import ReportKind
from db.tables.columns import enum_column, id_column, instant_column, json_column


class LogHeadRow(SQLModel, table=True):
    __tablename__ = "log_head"

    election_id: str = Field(primary_key=True, foreign_key="election.id", ondelete="CASCADE")
    sequence: int
    last_report_at: datetime | None = Field(default=None, sa_column=instant_column())


class LogEntryRow(SQLModel, table=True):
    """`tally` and `previous` hold the public numbers, so that every result is a fold of this table alone.

    `standing_id` is the tally that counts after this entry (null: none); `held` and `disputed` are the
    station's state for this contest after it, `held_before` and `disputed_before` the state before it.
    """

    __tablename__ = "log_entry"
    __table_args__ = (
        CheckConstraint("sequence >= 1", "sequences_start_at_one"),
        CheckConstraint("kind <> 'HELD' OR (tally IS NULL AND commitment IS NOT NULL)", "held_shows_no_numbers"),
        CheckConstraint(
            "kind NOT IN ('HELD', 'REJECTED') OR standing_id IS NOT DISTINCT FROM previous_id",
            "held_and_rejected_change_no_result",
        ),
        CheckConstraint(
            "kind NOT IN ('ACCEPTED', 'CORRECTED') OR standing_id IS NOT DISTINCT FROM tally_id",
            "accepted_and_corrected_stand",
        ),
        CheckConstraint(
            "kind <> 'WITHDRAWN' OR (standing_id IS NULL AND previous_id = tally_id)", "withdrawn_leaves_nothing"
        ),
        CheckConstraint("kind NOT IN ('WITHDRAWN', 'REJECTED') OR reason IS NOT NULL", "decisions_say_why"),
        Index("log_entry_by_station", "station_id", "contest_id", "sequence"),
    )

    election_id: str = Field(primary_key=True, foreign_key="election.id")
    sequence: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: ReportKind = Field(sa_column=enum_column(ReportKind, nullable=False))
    station_id: str
    contest_id: str
    tally_id: str = Field(sa_column=id_column(nullable=False))
    previous_id: str | None
    standing_id: str | None
    tally: dict[str, Any] | None = Field(default=None, sa_column=json_column())
    previous: dict[str, Any] | None = Field(default=None, sa_column=json_column())
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
    recorded_at: datetime = Field(sa_column=instant_column(nullable=False))
