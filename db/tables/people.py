"""People who hold a token: reporters, outlets, editors, operators; and the codes that make them one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from counting.vocabulary import Role
from db.tables.columns import enum_column, id_column, instant_column


class ReporterRow(SQLModel, table=True):
    """`id` is the public pseudonym; the token is kept as its sha256 only.

    `election_id` null: a token for every election of this installation (outlets, editors, operators).
    """

    __tablename__ = "reporter"
    __table_args__ = (
        CheckConstraint("role <> 'VOLUNTEER' OR election_id IS NOT NULL", "volunteers_have_an_election"),
        Index("reporter_by_election", "election_id", "id"),
        Index("reporter_revoked", "revoked_at", postgresql_where=text("revoked_at IS NOT NULL")),
    )

    id: str = Field(sa_column=id_column(primary_key=True))
    election_id: str | None = Field(default=None, foreign_key="election.id", ondelete="CASCADE")
    role: Role = Field(sa_column=enum_column(Role, nullable=False))
    display_name: str | None
    token_sha256: str = Field(unique=True)
    enrolled_at: datetime = Field(sa_column=instant_column(nullable=False))
    last_seen_at: datetime | None = Field(default=None, sa_column=instant_column())
    revoked_at: datetime | None = Field(default=None, sa_column=instant_column())


class AssignmentRow(SQLModel, table=True):
    __tablename__ = "assignment"

    reporter_id: str = Field(primary_key=True, foreign_key="reporter.id", ondelete="CASCADE")
    station_id: str = Field(primary_key=True, foreign_key="station.id", index=True, ondelete="CASCADE")


class EnrolmentCodeRow(SQLModel, table=True):
    """A code that can be traded once; `used_by` names who did. `created_by` null: the command line.

    `client_sha256`: of the code and the phone's own id, where it named one.
    """

    __tablename__ = "enrolment_code"

    code_sha256: str = Field(primary_key=True)
    election_id: str = Field(foreign_key="election.id", index=True, ondelete="CASCADE")
    role: Role = Field(sa_column=enum_column(Role, nullable=False))
    created_by: str | None = Field(default=None, foreign_key="reporter.id")
    created_at: datetime = Field(sa_column=instant_column(nullable=False))
    expires_at: datetime | None = Field(default=None, sa_column=instant_column())
    used_by: str | None = Field(default=None, foreign_key="reporter.id")
    client_sha256: str | None


class EnrolmentCodeStationRow(SQLModel, table=True):
    __tablename__ = "enrolment_code_station"

    code_sha256: str = Field(primary_key=True, foreign_key="enrolment_code.code_sha256", ondelete="CASCADE")
    station_id: str = Field(primary_key=True, foreign_key="station.id", ondelete="CASCADE")
