"""What the authority published, version by version: the newest is compared, and the older ones stay for the record."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from db.tables.columns import id_column, instant_column


class OfficialVersionRow(SQLModel, table=True):
    """One import. `sha256` (hex) is of the figures in order, whatever file they came in; `figures` counts them."""

    __tablename__ = "official_version"
    __table_args__ = (CheckConstraint("number >= 1", "versions_start_at_one"),)

    election_id: str = Field(primary_key=True, foreign_key="election.id", ondelete="CASCADE")
    number: int = Field(primary_key=True)
    sha256: str
    figures: int
    imported_at: datetime = Field(sa_column=instant_column(nullable=False))


class OfficialFigureRow(SQLModel, table=True):
    """`candidate_id` is null unless `item` is votes; `area_id` is a station's smallest area where it is a station's."""

    __tablename__ = "official_figure"
    __table_args__ = (
        UniqueConstraint(
            *("version", "contest_id", "area_id", "station_id", "item", "candidate_id"),
            name="official_figure_stands_once",
            postgresql_nulls_not_distinct=True,
        ),
        ForeignKeyConstraint(
            ["election_id", "version"],
            ["official_version.election_id", "official_version.number"],
            name="official_figure_version_fkey",
        ),
        Index(
            "official_figure_by_station",
            "election_id",
            "version",
            "station_id",
            postgresql_where=text("station_id IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    election_id: str = Field(foreign_key="election.id", index=True, ondelete="CASCADE")
    version: int
    contest_id: str = Field(foreign_key="contest.id")
    area_id: str = Field(foreign_key="area.id")
    station_id: str | None = Field(default=None, sa_column=id_column("station.id"))
    item: str
    candidate_id: str | None = Field(default=None, foreign_key="candidate.id")
    value: int
