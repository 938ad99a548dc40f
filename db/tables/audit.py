"""The audit: who changed what, and when; append-only by a trigger. Addresses stand apart, as they can be deleted."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Index
from sqlmodel import Field, SQLModel

from db.tables.columns import instant_column, json_column


class AuditRecordRow(SQLModel, table=True):
    """`actor`: a pseudonym, or `command-line`; `subject`: the id of what was changed. No reference to other tables:
    a record outlives what it tells of. `details` holds no name, token, code or address.
    """

    __tablename__ = "audit_record"
    __table_args__ = (Index("audit_by_election", "election_id", "id"),)

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    election_id: str | None
    actor: str
    actor_role: str | None
    action: str
    subject: str | None
    details: dict[str, Any] = Field(sa_column=json_column(nullable=False))
    recorded_at: datetime = Field(sa_column=instant_column(nullable=False))


class AuditAddressRow(SQLModel, table=True):
    """The network address behind a record: personal data, so that it can be forgotten while the record stays."""

    __tablename__ = "audit_address"

    audit_id: int = Field(sa_column=Column(BigInteger, ForeignKey("audit_record.id"), primary_key=True))
    address: str
