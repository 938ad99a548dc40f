"""Tallies, and the submissions that brought them; nothing here is ever deleted.

What a tally may become is the one table `counting.tally.TRANSITIONS`; a trigger (db/migrations) repeats it inside
PostgreSQL, so that no path around the code exists. One standing tally a station and contest is a unique index.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from counting.vocabulary import TallyCoverage, TallyState
from db.tables.columns import enum_column, id_column, instant_column, json_column

NOT_NEGATIVE = (
    "0 <= ALL (array_remove(votes, NULL)) AND valid_ballots >= 0 AND coalesce(invalid_ballots, 0) >= 0"
    " AND coalesce(no_vote_ballots, 0) >= 0 AND coalesce(ballots_cast, 0) >= 0"
)


class TallyRow(SQLModel, table=True):
    """`votes` in ballot order, null where not legible.

    `salt` keeps a HELD entry's commitment from being guessed; null where the log has told the numbers.
    `numbers_sha256` finds the same numbers at another station; null where they would say nothing there.
    `supersedes_id` is checked at the commit: a batch may release a stored tally over one that it brings itself.
    """

    __tablename__ = "tally"
    __table_args__ = (
        UniqueConstraint("station_id", "contest_id", "revision"),
        ForeignKeyConstraint(
            ["station_id", "contest_id"], ["station_contest.station_id", "station_contest.contest_id"]
        ),
        CheckConstraint(NOT_NEGATIVE, "numbers_not_negative"),
        CheckConstraint("revision >= 1", "revisions_start_at_one"),
        Index(
            "one_standing_tally",
            "station_id",
            "contest_id",
            unique=True,
            postgresql_where=text("state = 'ACCEPTED'"),
        ),
        Index("tally_newest_first", "election_id", text("recorded_at DESC"), text("id DESC")),
        Index("tally_by_reporter", "reporter_id", text("recorded_at DESC")),
        Index("tally_held", "election_id", "recorded_at", "id", postgresql_where=text("state = 'HELD'")),
        Index("tally_by_numbers", "numbers_sha256", postgresql_where=text("numbers_sha256 IS NOT NULL")),
        Index("tally_by_photograph", "evidence", postgresql_using="gin"),
    )

    id: str = Field(sa_column=id_column(primary_key=True))
    election_id: str
    station_id: str
    contest_id: str
    revision: int
    coverage: TallyCoverage = Field(sa_column=enum_column(TallyCoverage, nullable=False))
    state: TallyState = Field(sa_column=enum_column(TallyState, nullable=False))
    votes: list[int | None] = Field(sa_column=Column(ARRAY(Integer), nullable=False))
    valid_ballots: int
    invalid_ballots: int | None
    no_vote_ballots: int | None
    ballots_cast: int | None
    as_written: bool
    reporter_id: str = Field(foreign_key="reporter.id")
    confirmations: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    findings: list[dict[str, Any]] = Field(sa_column=json_column(nullable=False))
    evidence: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    note: str | None
    supersedes_id: str | None = Field(
        default=None,
        sa_column=Column(
            String, ForeignKey("tally.id", deferrable=True, initially="DEFERRED"), nullable=True, index=True
        ),
    )
    superseded_by_id: str | None = Field(default=None)
    salt: str | None = None
    ruleset: str
    counted_at: datetime | None = Field(default=None, sa_column=instant_column())
    recorded_at: datetime = Field(sa_column=instant_column(nullable=False))
    numbers_sha256: str | None = Field(default=None)


class SubmissionRow(SQLModel, table=True):
    """One call of one client: the key of idempotency, and the audit of what was refused.

    `outcome`: ACCEPTED, HELD or REJECTED as answered first; `tally_id` null where it was refused; `sequence` the newest
    entry of the log by then.
    """

    __tablename__ = "submission"
    __table_args__ = (
        CheckConstraint("outcome IN ('ACCEPTED', 'HELD', 'REJECTED')", "outcome_is_an_answer"),
        CheckConstraint("(outcome = 'REJECTED') = (tally_id IS NULL)", "refused_has_no_tally"),
    )

    reporter_id: str = Field(primary_key=True, foreign_key="reporter.id")
    client_tally_id: str = Field(primary_key=True)
    election_id: str = Field(index=True)
    content_sha256: str
    outcome: str
    tally_id: str | None = Field(default=None, foreign_key="tally.id")
    sequence: int
    findings: list[dict[str, Any]] = Field(sa_column=json_column(nullable=False))
    received: dict[str, Any] | None = Field(default=None, sa_column=json_column())
    recorded_at: datetime = Field(sa_column=instant_column(nullable=False))
