"""Cuts: numbered states of a whole election, each with its results file; kept for ever by a trigger."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from counting.vocabulary import ElectionPhase
from db.tables.columns import enum_column, instant_column
from db.tables.ledger import bytes_column


class CutRow(SQLModel, table=True):
    """`number` 0, 1, 2, … per load of the package; `results`: the file in gzip, `results_bytes` without it.

    `root`: the ledger's over the first `sequence` entries.
    """

    __tablename__ = "cut"
    __table_args__ = (
        CheckConstraint("number >= 0 AND sequence >= 0", "counted_from_zero"),
        CheckConstraint("number > 0 OR sequence = 0", "the_zero_report_is_before_all_entries"),
        CheckConstraint("length(root) = 32", "root_is_a_hash"),
        CheckConstraint("results_sha256 ~ '^[0-9a-f]{64}$'", "results_have_a_digest"),
    )

    election_id: str = Field(primary_key=True, foreign_key="election.id")
    epoch: str = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sequence: int
    taken_at: datetime = Field(sa_column=instant_column(nullable=False))
    phase: ElectionPhase = Field(sa_column=enum_column(ElectionPhase, nullable=False))
    root: bytes = Field(sa_column=bytes_column())
    results_sha256: str
    results_bytes: int
    results: bytes = Field(sa_column=bytes_column())
