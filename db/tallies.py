"""Reading tallies: by id, by sheet, by pages; what may be shown to whom is part of every query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, tuple_
from sqlmodel import col, select

from counting.vocabulary import TallyRule, TallyState
from db.database import Database
from db.tables import StationRow, TallyRow

# Newest first; equal instants by id.
NEWEST_FIRST = (col(TallyRow.recorded_at).desc(), col(TallyRow.id).desc())
PageKey = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose eyes: held tallies are shown to editors, and to those who sent them; to all others they are not there.

    `within`: the one election whose held tallies they are; None: of all. One whose numbers the log has told before it
    was held again has no salt, and hides nothing.
    """

    reporter_id: str | None
    held: bool
    within: str | None = None

    def condition(self) -> ColumnElement[bool]:
        if self.held and self.within is None:
            return col(TallyRow.id).is_not(None)
        shown: ColumnElement[bool] = or_(col(TallyRow.state) != TallyState.HELD, col(TallyRow.salt).is_(None))
        if self.held:
            shown = or_(shown, col(TallyRow.election_id) == self.within)
        return shown if self.reporter_id is None else or_(shown, col(TallyRow.reporter_id) == self.reporter_id)


@dataclass(frozen=True, slots=True)
class TallyFilter:
    election_id: str
    sight: Sight
    area_ids: tuple[str, ...] | None = None
    station_id: str | None = None
    contest_id: str | None = None
    state: TallyState | None = None
    rule: TallyRule | None = None
    reporter_id: str | None = None

    def narrow(self, query: Select[Any]) -> Select[Any]:
        query = query.where(col(TallyRow.election_id) == self.election_id, self.sight.condition())
        if self.area_ids is not None:
            inside = select(StationRow.id).where(col(StationRow.area_id).in_(self.area_ids))
            query = query.where(col(TallyRow.station_id).in_(inside))
        for column, value in (
            (TallyRow.station_id, self.station_id),
            (TallyRow.contest_id, self.contest_id),
            (TallyRow.state, self.state),
            (TallyRow.reporter_id, self.reporter_id),
        ):
            if value is not None:
                query = query.where(col(column) == value)
        if self.rule is not None:
            query = query.where(col(TallyRow.findings).contains([{"rule": self.rule.value}]))
        return query


async def tally_page(
    database: Database, wanted: TallyFilter, after: PageKey | None, limit: int, *, oldest_first: bool = False
) -> list[TallyRow]:
    """Tallies newest first (or oldest first), those beyond `after`."""
    query = wanted.narrow(select(TallyRow))
    key = tuple_(col(TallyRow.recorded_at), col(TallyRow.id))
    if oldest_first:
        query = query.order_by(col(TallyRow.recorded_at), col(TallyRow.id))
        query = query if after is None else query.where(key > after)
    else:
        query = query.order_by(*NEWEST_FIRST)
        query = query if after is None else query.where(key < after)
    async with database.session() as session:
        return list((await session.exec(query.limit(limit))).all())  # type: ignore[call-overload]


async def count_tallies(database: Database, wanted: TallyFilter) -> int:
    query = wanted.narrow(select(func.count()).select_from(TallyRow))
    async with database.session() as session:
        return int((await session.exec(query)).one())  # type: ignore[call-overload]


async def tallies_by_id(database: Database, ids: Sequence[str], sight: Sight) -> dict[str, TallyRow]:
    """Those that exist and may be seen."""
    query = select(TallyRow).where(and_(col(TallyRow.id).in_(ids), sight.condition()))
    async with database.session() as session:
        return {row.id: row for row in (await session.exec(query)).all()}


async def histories(database: Database, station_ids: Sequence[str], sight: Sight) -> dict[str, list[TallyRow]]:
    """Everything reported at each station, newest first."""
    query = (
        select(TallyRow)
        .where(and_(col(TallyRow.station_id).in_(station_ids), sight.condition()))
        .order_by(col(TallyRow.recorded_at).desc(), col(TallyRow.revision).desc())
    )
    found: dict[str, list[TallyRow]] = {station_id: [] for station_id in station_ids}
    async with database.session() as session:
        for row in (await session.exec(query)).all():
            found[row.station_id].append(row)
    return found
