"""The ledger over the log: keys, the tree's tiles, the entries as they were sealed, signed heads, cosignatures.

Nothing here is ever taken back: heads stay as they were signed, tiles and bundles only grow (triggers hold both).
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, LargeBinary, SmallInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from counting.vocabulary import ElectionPhase
from db.tables.columns import enum_column, instant_column


def bytes_column() -> Column[bytes]:
    return Column(LargeBinary, nullable=False)


class LedgerKeyRow(SQLModel, table=True):
    """A public key (base64 of 32 bytes) and when it signed; one at a time, the one that is not retired.

    `endorsement`: base64 of the signature by which the key before it names this one.
    """

    __tablename__ = "ledger_key"
    __table_args__ = (UniqueConstraint("retired_at", postgresql_nulls_not_distinct=True),)

    public_key: str = Field(primary_key=True)
    since: datetime = Field(sa_column=instant_column(nullable=False))
    retired_at: datetime | None = Field(default=None, sa_column=instant_column())
    endorsement: str | None = None


class LedgerRow(SQLModel, table=True):
    """One election's tree: `size` leaves are sealed. `definition`: what the entries refer to, as it is served."""

    __tablename__ = "ledger"
    __table_args__ = (CheckConstraint("size >= 0", "size_not_negative"),)

    election_id: str = Field(primary_key=True, foreign_key="election.id", ondelete="CASCADE")
    epoch: str
    origin: str
    definition_sha256: str
    definition: bytes = Field(sa_column=bytes_column())
    size: int
    phase: ElectionPhase = Field(sa_column=enum_column(ElectionPhase, nullable=False))


class LedgerTileRow(SQLModel, table=True):
    """Hashes of 32 bytes, 256 at most; a partial tile of an earlier size is their beginning."""

    __tablename__ = "ledger_tile"
    __table_args__ = (CheckConstraint("length(hashes) BETWEEN 32 AND 8192", "up_to_256_hashes"),)

    election_id: str = Field(primary_key=True, foreign_key="election.id")
    level: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    hashes: bytes = Field(sa_column=bytes_column())


class LedgerBundleRow(SQLModel, table=True):
    """The leaves as they were sealed, each behind its length, in gzip members one behind the other."""

    __tablename__ = "ledger_bundle"
    __table_args__ = (CheckConstraint("width BETWEEN 1 AND 256", "up_to_256_entries"),)

    election_id: str = Field(primary_key=True, foreign_key="election.id")
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    width: int
    entries: bytes = Field(sa_column=bytes_column())


class LedgerHeadRow(SQLModel, table=True):
    """A head as it was signed; `number` 1, 2, 3, … per election."""

    __tablename__ = "ledger_head"
    __table_args__ = (CheckConstraint("size >= 0", "size_not_negative"),)

    election_id: str = Field(primary_key=True, foreign_key="election.id")
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    size: int
    root: bytes = Field(sa_column=bytes_column())
    public_key: str = Field(foreign_key="ledger_key.public_key")
    note: str
    issued_at: datetime = Field(sa_column=instant_column(nullable=False))


class LedgerCosignatureRow(SQLModel, table=True):
    """A witness's line under a head. `witness`: its key as verifiers take it; `cosigned_at`: by its own clock."""

    __tablename__ = "ledger_cosignature"
    __table_args__ = (
        ForeignKeyConstraint(["election_id", "number"], ["ledger_head.election_id", "ledger_head.number"]),
    )

    election_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    witness: str = Field(primary_key=True)
    line: str
    cosigned_at: datetime = Field(sa_column=instant_column(nullable=False))
