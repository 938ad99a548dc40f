"""Photographs of tally sheets: what was uploaded, and what the public is given of it. The bytes are in the store."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from db.tables.columns import id_column, instant_column


class EvidenceRow(SQLModel, table=True):
    """`sha256` (hex) is of the bytes as sent: tallies and the ledger name it. `public_…`: of the copy that is served.

    `bytes` and `public_bytes`: their sizes; `width` and `height`: of the public copy, in pixels, upright.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$' AND public_sha256 ~ '^[0-9a-f]{64}$'", "digests_are_sha256"),
        CheckConstraint("bytes > 0 AND public_bytes > 0 AND width > 0 AND height > 0", "photographs_are_not_empty"),
    )

    sha256: str = Field(sa_column=id_column(primary_key=True))
    media_type: str
    bytes: int
    public_sha256: str
    public_media_type: str
    public_bytes: int
    width: int
    height: int
    uploaded_by: str = Field(foreign_key="reporter.id", index=True)
    uploaded_at: datetime = Field(sa_column=instant_column(nullable=False, index=True))
