"""Reading people as editors and operators see them: pages by key, and how each one's reports fared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_
from sqlmodel import col, select

from db.database import Database
from db.tables import AssignmentRow, ReporterRow, StationRow

# How each reporter's sheets fared; a contradiction is another's report held for disagreeing with theirs.
TALLIED = """
    SELECT r.id,
        (SELECT count(*) FROM submission u WHERE u.reporter_id = r.id AND u.outcome = 'ACCEPTED') AS accepted,
        (SELECT count(*) FROM submission u WHERE u.reporter_id = r.id AND u.outcome = 'HELD') AS held,
        (SELECT count(*) FROM submission u WHERE u.reporter_id = r.id AND u.outcome = 'REJECTED')
            + (SELECT count(*) FROM tally t WHERE t.reporter_id = r.id AND t.state = 'REJECTED') AS rejected,
        (SELECT coalesce(sum(t.confirmations), 0) FROM tally t WHERE t.reporter_id = r.id) AS confirmed,
        (SELECT count(DISTINCT t.id) FROM tally t JOIN tally o
            ON o.station_id = t.station_id AND o.contest_id = t.contest_id AND o.reporter_id <> t.reporter_id
            WHERE t.reporter_id = r.id AND t.coverage = 'FINAL' AND t.state IN ('ACCEPTED', 'SUPERSEDED')
            AND o.revision > t.revision
            AND o.findings @> '[{"rule": "DISAGREES_WITH_ANOTHER_REPORT"}]') AS contradicted
    FROM unnest($1::text[]) AS r (id)
"""


@dataclass(frozen=True, slots=True)
class Record:
    """One reporter's record: how many of each."""

    accepted: int
    held: int
    rejected: int
    confirmed: int
    contradicted: int


@dataclass(frozen=True, slots=True)
class ReporterFilter:
    """`silent_since`: only those not heard of since then."""

    election_id: str
    area_ids: tuple[str, ...] | None = None
    silent_since: datetime | None = None

    def narrow(self, query: Select[Any]) -> Select[Any]:
        query = query.where(col(ReporterRow.election_id) == self.election_id)
        if self.area_ids is not None:
            inside = (
                select(AssignmentRow.reporter_id)
                .join(StationRow, col(StationRow.id) == col(AssignmentRow.station_id))
                .where(col(StationRow.area_id).in_(self.area_ids))
            )
            query = query.where(col(ReporterRow.id).in_(inside))
        if self.silent_since is not None:
            seen = col(ReporterRow.last_seen_at)
            query = query.where(or_(seen.is_(None), seen < self.silent_since))
        return query


async def reporter_page(database: Database, wanted: ReporterFilter, after: str | None, limit: int) -> list[ReporterRow]:
    query = wanted.narrow(select(ReporterRow)).order_by(col(ReporterRow.id)).limit(limit)
    if after is not None:
        query = query.where(col(ReporterRow.id) > after)
    async with database.session() as session:
        return list((await session.exec(query)).all())  # type: ignore[call-overload]


async def count_reporters(database: Database, wanted: ReporterFilter) -> int:
    query = wanted.narrow(select(func.count()).select_from(ReporterRow))
    async with database.session() as session:
        return int((await session.exec(query)).one())  # type: ignore[call-overload]


async def records(database: Database, reporter_ids: Sequence[str]) -> dict[str, Record]:
    return {
        row["id"]: Record(row["accepted"], row["held"], row["rejected"], row["confirmed"], row["contradicted"])
        for row in await database.pool.fetch(TALLIED, list(reporter_ids))
    }
