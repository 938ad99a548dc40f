"""Reading stations: pages by key, locations, and where the count stands at each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, tuple_
from sqlmodel import col, select

from counting.vocabulary import StationState
from db.database import Database
from db.tables import AssignmentRow, StationContestRow, StationRow


@dataclass(frozen=True, slots=True)
class StationFilter:
    """`area_ids`: stations whose smallest area is one of these. `state` in the contest, or in any without one."""

    election_id: str
    area_ids: tuple[str, ...] | None = None
    contest_id: str | None = None
    state: StationState | None = None

    def narrow(self, query: Select[Any]) -> Select[Any]:
        query = query.where(col(StationRow.election_id) == self.election_id)
        if self.area_ids is not None:
            query = query.where(col(StationRow.area_id).in_(self.area_ids))
        if self.contest_id is None and self.state is None:
            return query
        sheet = select(StationContestRow.station_id).where(StationContestRow.station_id == StationRow.id)
        if self.contest_id is not None:
            sheet = sheet.where(StationContestRow.contest_id == self.contest_id)
        if self.state is not None:
            sheet = sheet.where(StationContestRow.state == self.state)
        return query.where(sheet.exists())


async def station_page(database: Database, wanted: StationFilter, after: str | None, limit: int) -> list[str]:
    """Ids in order, those after `after`."""
    query = wanted.narrow(select(StationRow.id)).order_by(col(StationRow.id)).limit(limit)
    if after is not None:
        query = query.where(col(StationRow.id) > after)
    async with database.session() as session:
        return list((await session.exec(query)).all())  # type: ignore[call-overload]


async def count_stations(database: Database, wanted: StationFilter) -> int:
    query = wanted.narrow(select(func.count()).select_from(StationRow))
    async with database.session() as session:
        return int((await session.exec(query)).one())  # type: ignore[call-overload]


async def locations(database: Database, station_ids: Sequence[str]) -> dict[str, tuple[str, str | None]]:
    """Thai and English text by station."""
    query = select(StationRow.id, StationRow.location_th, StationRow.location_en).where(
        col(StationRow.id).in_(station_ids)
    )
    async with database.session() as session:
        return {row[0]: (row[1], row[2]) for row in (await session.exec(query)).all()}


async def sheets(database: Database, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], StationContestRow]:
    """Where the count stands, by station and contest."""
    query = select(StationContestRow).where(
        tuple_(col(StationContestRow.station_id), col(StationContestRow.contest_id)).in_(keys)
    )
    async with database.session() as session:
        return {(row.station_id, row.contest_id): row for row in (await session.exec(query)).all()}


async def assigned(database: Database, reporter_ids: Sequence[str]) -> dict[str, list[str]]:
    """Station ids by reporter, in order."""
    query = (
        select(AssignmentRow.reporter_id, AssignmentRow.station_id)
        .where(col(AssignmentRow.reporter_id).in_(reporter_ids))
        .order_by(col(AssignmentRow.station_id))
    )
    found: dict[str, list[str]] = {reporter_id: [] for reporter_id in reporter_ids}
    async with database.session() as session:
        for reporter_id, station_id in (await session.exec(query)).all():
            found[reporter_id].append(station_id)
    return found
