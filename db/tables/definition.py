"""What an election consists of: loaded from its package, unchanged while it is counted (but for its phase).

Ids are `election_id + "/" + code`. A row of `station_contest` is both the register of one contest at one
station and its place in the count: writers lock it, so that two reports of one sheet follow one another.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from counting.vocabulary import AreaLevel, ElectionPhase, StationState, VotingVariation
from db.tables.columns import enum_column, id_column, instant_column, json_column


class ElectionRow(SQLModel, table=True):
    """`epoch` is part of every cursor: another load of the same election is another epoch."""

    __tablename__ = "election"

    id: str = Field(sa_column=id_column(primary_key=True))
    epoch: str
    name_th: str
    name_en: str | None
    phase: ElectionPhase = Field(sa_column=enum_column(ElectionPhase, nullable=False))
    is_test: bool
    polls_close_at: datetime = Field(sa_column=instant_column(nullable=False))
    opened_at: datetime | None = Field(default=None, sa_column=instant_column())
    closed_at: datetime | None = Field(default=None, sa_column=instant_column())
    time_zone: str
    notice_th: str | None = None
    notice_en: str | None = None
    help_th: str | None = None
    help_en: str | None = None
    bounds: dict[str, Any] = Field(sa_column=json_column(nullable=False))
    ruleset: str
    package_sha256: str
    imported_at: datetime = Field(sa_column=instant_column(nullable=False))


class AreaRow(SQLModel, table=True):
    __tablename__ = "area"

    id: str = Field(sa_column=id_column(primary_key=True))
    election_id: str = Field(foreign_key="election.id", index=True, ondelete="CASCADE")
    ordinal: int
    level: AreaLevel = Field(sa_column=enum_column(AreaLevel, nullable=False))
    parent_id: str | None = Field(default=None, foreign_key="area.id")
    name_th: str
    name_en: str | None


class ContestRow(SQLModel, table=True):
    __tablename__ = "contest"
    __table_args__ = (
        CheckConstraint("seats >= 1", "seats_at_least_one"),
        CheckConstraint("votes_per_ballot >= 1", "votes_per_ballot_at_least_one"),
    )

    id: str = Field(sa_column=id_column(primary_key=True))
    election_id: str = Field(foreign_key="election.id", index=True, ondelete="CASCADE")
    ordinal: int
    office: str
    name_th: str
    name_en: str | None
    area_id: str = Field(foreign_key="area.id")
    seats: int
    voting_variation: VotingVariation = Field(sa_column=enum_column(VotingVariation, nullable=False))
    votes_per_ballot: int


class CandidateRow(SQLModel, table=True):
    __tablename__ = "candidate"
    __table_args__ = (UniqueConstraint("contest_id", "ballot_number"),)

    id: str = Field(sa_column=id_column(primary_key=True))
    contest_id: str = Field(foreign_key="contest.id", index=True, ondelete="CASCADE")
    ballot_number: int
    name_th: str
    name_en: str | None
    short_name_th: str
    short_name_en: str | None
    party_th: str | None
    party_en: str | None
    color: str


class StationRow(SQLModel, table=True):
    __tablename__ = "station"
    __table_args__ = (
        UniqueConstraint("area_id", "number"),
        Index("station_by_election", "election_id", "id"),
    )

    id: str = Field(sa_column=id_column(primary_key=True))
    election_id: str = Field(foreign_key="election.id", ondelete="CASCADE")
    area_id: str = Field(foreign_key="area.id", index=True)
    number: int
    location_th: str
    location_en: str | None


class StationContestRow(SQLModel, table=True):
    """`revisions` counts the tallies ever taken; `held` those that wait for an editor."""

    __tablename__ = "station_contest"
    __table_args__ = (
        CheckConstraint("registered_voters >= 0", "registered_voters_not_negative"),
        CheckConstraint("revisions >= 0 AND held >= 0", "counters_not_negative"),
        CheckConstraint(
            "(standing_id IS NULL) = (state = 'SILENT') OR (state = 'DISPUTED')",
            "silent_where_nothing_stands",
        ),
        Index("station_contest_by_contest", "contest_id", "state", "station_id"),
    )

    station_id: str = Field(sa_column=id_column("station.id", primary_key=True))
    contest_id: str = Field(sa_column=id_column("contest.id", primary_key=True))
    registered_voters: int
    state: StationState = Field(
        default=StationState.SILENT,
        sa_column=enum_column(StationState, nullable=False, server_default=StationState.SILENT.value),
    )
    revisions: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    held: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    standing_id: str | None = Field(default=None)
