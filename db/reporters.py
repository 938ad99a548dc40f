"""Reading people as editors and operators see them: pages by key, and how each one's reports fared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, or_
from sqlmodel import col, select

from counting.vocabulary import Role
from db.database import Database
from db.tables import AssignmentRow, ReporterRow, StationRow

# How each reporter's tallies fared: each tally once, however often it was sent. A sheet is contradicted where somebody
# else's FINAL has other numbers than their own last one, and was neither refused nor taken back.
TALLIED = """
    WITH sent AS (
        SELECT u.reporter_id,
            count(DISTINCT u.tally_id) FILTER (
                WHERE u.outcome = 'ACCEPTED' OR t.state IN ('ACCEPTED', 'SUPERSEDED')) AS accepted,
            count(DISTINCT u.tally_id) FILTER (
                WHERE u.outcome = 'HELD' OR (t.state = 'HELD' AND t.reporter_id = u.reporter_id)) AS held,
            count(*) FILTER (WHERE u.outcome = 'REJECTED') + count(DISTINCT u.tally_id) FILTER (
                WHERE t.state = 'REJECTED' AND t.reporter_id = u.reporter_id) AS rejected
        FROM submission u LEFT JOIN tally t ON t.id = u.tally_id WHERE u.reporter_id = ANY($1) GROUP BY u.reporter_id
    ), confirmed AS (
        SELECT reporter_id, sum(confirmations) AS confirmed FROM tally WHERE reporter_id = ANY($1) GROUP BY reporter_id
    ), last_word AS (
        SELECT DISTINCT ON (reporter_id, station_id, contest_id) * FROM tally
        WHERE reporter_id = ANY($1) AND coverage = 'FINAL' AND state <> 'WITHDRAWN'
        ORDER BY reporter_id, station_id, contest_id, revision DESC
    ), contradicted AS (
        SELECT m.reporter_id, count(*) AS contradicted FROM last_word m WHERE EXISTS (
            SELECT 1 FROM tally o WHERE o.station_id = m.station_id AND o.contest_id = m.contest_id
                AND o.reporter_id <> m.reporter_id AND o.coverage = 'FINAL' AND o.state NOT IN ('REJECTED', 'WITHDRAWN')
                AND (o.votes, o.valid_ballots, o.invalid_ballots, o.no_vote_ballots, o.ballots_cast)
                    IS DISTINCT FROM (m.votes, m.valid_ballots, m.invalid_ballots, m.no_vote_ballots, m.ballots_cast))
        GROUP BY m.reporter_id
    )
    SELECT r.id, coalesce(s.accepted, 0) AS accepted, coalesce(s.held, 0) AS held, coalesce(s.rejected, 0) AS rejected,
        coalesce(k.confirmed, 0) AS confirmed, coalesce(x.contradicted, 0) AS contradicted
    FROM unnest($1::text[]) AS r (id) LEFT JOIN sent s ON s.reporter_id = r.id
        LEFT JOIN confirmed k ON k.reporter_id = r.id LEFT JOIN contradicted x ON x.reporter_id = r.id
"""


class ReporterOrder(StrEnum):
    """What a page of reporters begins with; equals follow by id."""

    ID = "ID"
    ACCEPTED = "ACCEPTED"
    HELD = "HELD"
    REJECTED = "REJECTED"
    CONFIRMED = "CONFIRMED"
    CONTRADICTED = "CONTRADICTED"
    SILENT_LONGEST = "SILENT_LONGEST"


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
    """`silent_since`: only those not heard of since then; `ids`: only these; `revoked`: whose right was taken back."""

    election_id: str
    area_ids: tuple[str, ...] | None = None
    silent_since: datetime | None = None
    ids: tuple[str, ...] | None = None
    role: Role | None = None
    revoked: bool | None = None

    def narrow(self, query: Select[Any]) -> Select[Any]:
        query = query.where(col(ReporterRow.election_id) == self.election_id)
        if self.area_ids is not None:
            inside = (
                select(AssignmentRow.reporter_id)
                .join(StationRow, col(StationRow.id) == col(AssignmentRow.station_id))
                .where(col(StationRow.area_id).in_(self.area_ids))
            )
            query = query.where(col(ReporterRow.id).in_(inside))
        if self.ids is not None:
            query = query.where(col(ReporterRow.id).in_(self.ids))
        if self.role is not None:
            query = query.where(col(ReporterRow.role) == self.role)
        if self.revoked is not None:
            taken_back = col(ReporterRow.revoked_at).is_not(None)
            query = query.where(taken_back if self.revoked else ~taken_back)
        if self.silent_since is not None:
            seen = col(ReporterRow.last_seen_at)
            query = query.where(or_(seen.is_(None), seen < self.silent_since))
        return query


async def reporter_page(
    database: Database,
    wanted: ReporterFilter,
    after: tuple[int, str] | None,
    limit: int,
    order: ReporterOrder = ReporterOrder.ID,
) -> list[tuple[int, ReporterRow]]:
    """Reporters with the number that they are ordered by, the highest first; those beyond `after`.

    A record changes while it is read: whoever moves between two pages may be seen twice or, moving down, late.
    """
    if order is not ReporterOrder.ID:
        return await _ranked(database, wanted, after, limit, order)
    query = wanted.narrow(select(ReporterRow)).order_by(col(ReporterRow.id)).limit(limit)
    if after is not None:
        query = query.where(col(ReporterRow.id) > after[1])
    async with database.session() as session:
        return [(0, row) for row in (await session.exec(query)).all()]  # type: ignore[call-overload]


async def _ranked(
    database: Database, wanted: ReporterFilter, after: tuple[int, str] | None, limit: int, order: ReporterOrder
) -> list[tuple[int, ReporterRow]]:
    """All of the filter are ranked each time: a night has a few thousand reporters, and ranks change by the second."""
    async with database.session() as session:
        rows = (await session.exec(wanted.narrow(select(ReporterRow)))).all()  # type: ignore[call-overload]
    known = await records(database, [row.id for row in rows])
    ranked = sorted((-_rank(row, known[row.id], order), row.id, row) for row in rows)
    beyond = [
        (-rank, row)
        for rank, reporter_id, row in ranked
        if after is None or (rank, reporter_id) > (-after[0], after[1])
    ]
    return beyond[:limit]


def _rank(row: ReporterRow, record: Record, order: ReporterOrder) -> int:
    if order is ReporterOrder.SILENT_LONGEST:
        return -int(row.last_seen_at.timestamp() * 1_000_000) if row.last_seen_at else 0
    return int(getattr(record, order.value.lower()))


async def count_reporters(database: Database, wanted: ReporterFilter) -> int:
    query = wanted.narrow(select(func.count()).select_from(ReporterRow))
    async with database.session() as session:
        return int((await session.exec(query)).one())  # type: ignore[call-overload]


async def records(database: Database, reporter_ids: Sequence[str]) -> dict[str, Record]:
    return {
        row["id"]: Record(row["accepted"], row["held"], row["rejected"], int(row["confirmed"]), row["contradicted"])
        for row in await database.pool.fetch(TALLIED, list(reporter_ids))
    }
