"""Which code the tables still serve."""

from sqlalchemy import Boolean, CheckConstraint, Column, true
from sqlmodel import Field, SQLModel


class SchemaFloorRow(SQLModel, table=True):
    """The one row: `floor`, the oldest revision whose code works on the tables as they are (db.schema_version)."""

    __tablename__ = "schema_floor"
    __table_args__ = (CheckConstraint("one", "one_row"),)

    one: bool = Field(default=True, sa_column=Column(Boolean, primary_key=True, server_default=true()))
    floor: str
