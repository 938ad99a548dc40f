"""Oneself, reporters, enrolment, and the phases of an election."""

from datetime import datetime

from strawberry import ID

from counting.vocabulary import ElectionPhase as Phase
from db.enrolment import EnrolmentRefusedError, create_codes
from db.enrolment import enrol as trade
from db.phases import PhaseNotAllowedError, set_phase
from db.reporters import ReporterFilter, reporter_page
from gql.context import Info
from gql.errors import ApiError, bad_input, forbidden, not_found
from gql.limits import CODES_MAX, TEXT_MAX
from gql.resolvers.lookup import area_ids, feed_of
from gql.schema.types.definition import Election
from gql.schema.types.pages import cursor_to_key, key_to_cursor, page_info, page_size
from gql.schema.types.people import (
    CreateEnrolmentCodesInput,
    EnrolInput,
    Enrolled,
    EnrolmentCode,
    EnrolmentRefused,
    Reporter,
    ReporterConnection,
    ReporterEdge,
    Viewer,
)
from gql.schema.types.scalars import ElectionPhase
from gql.schema.types.station import Station


def viewer(info: Info) -> Viewer | None:
    """null without a token."""
    return Viewer(person=info.context.person) if info.context.person else None


async def reporters(
    info: Info,
    election_id: ID,
    area_id: ID | None = None,
    silent_since: datetime | None = None,
    first: int | None = 50,
    after: str | None = None,
) -> ReporterConnection:
    feed, size = feed_of(info, election_id), page_size(first)
    wanted = ReporterFilter(feed.id, area_ids(feed, area_id), silent_since)
    start = None if after is None else cursor_to_key(after, 1)[0]
    rows = await reporter_page(info.context.services.database, wanted, start, size + 1)
    edges = [ReporterEdge(cursor=key_to_cursor(row.id), node=Reporter(row=row)) for row in rows[:size]]
    page = page_info([edge.cursor for edge in edges], more=len(rows) > size, after=after)
    return ReporterConnection(edges=edges, page_info=page, wanted=wanted)


async def enrol(info: Info, input: EnrolInput) -> Enrolled | EnrolmentRefused:  # noqa: A002
    name = input.display_name.strip()
    if not 0 < len(name) <= TEXT_MAX.default or "\0" in name:
        raise bad_input("input.displayName", "ใส่ชื่อที่ใช้เรียก", "say what to call you")
    try:
        async with info.context.services.database.pool.acquire() as connection:
            person, token = await trade(connection, input.code, name)
    except EnrolmentRefusedError:
        return EnrolmentRefused()
    return Enrolled(token=token, viewer=Viewer(person=person))


async def create_enrolment_codes(info: Info, input: CreateEnrolmentCodesInput) -> list[EnrolmentCode]:  # noqa: A002
    feed, person = feed_of(info, input.election_id, "input.electionId"), info.context.person
    assert person is not None
    if not person.belongs_to(feed.id):
        raise forbidden()
    if not 1 <= input.count <= CODES_MAX.default:
        raise bad_input("input.count", f"1 ถึง {CODES_MAX.default}", f"must be 1 to {CODES_MAX.default}")
    stations = feed.definition.stations
    for station_id in input.station_ids or ():
        if station_id not in stations:
            raise not_found("input.stationIds", station_id)
    inside = area_ids(feed, input.area_id, "input.areaId")
    chosen: list[str] = list(dict.fromkeys(input.station_ids or ()))
    if inside is not None and input.station_ids is None:
        chosen = [station.id for station in stations.values() if station.area.id in inside]
    async with info.context.services.database.pool.acquire() as connection:
        codes = await create_codes(
            connection, feed.id, input.role, input.count, tuple(chosen), input.expires_at, person.id
        )
    nodes = [Station(feed=feed, node=stations[station_id]) for station_id in chosen]
    return [EnrolmentCode(code=code.code, role=code.role, stations=nodes, expires_at=code.expires_at) for code in codes]


async def set_election_phase(info: Info, election_id: ID, phase: ElectionPhase) -> Election:
    feed, person, services = feed_of(info, election_id), info.context.person, info.context.services
    if person is None or not person.belongs_to(feed.id):
        raise forbidden()
    try:
        async with services.database.pool.acquire() as connection:
            await set_phase(connection, feed.id, Phase(phase))
    except PhaseNotAllowedError as error:
        raise ApiError(
            "PHASE_NOT_ALLOWED",
            f"phase: เปลี่ยนจาก {error.before} เป็น {error.after} ไม่ได้",
            f"phase: the election does not go from {error.before} to {error.after}",
            "phase",
        ) from error
    await services.tail.look()
    services.bell.ring(feed.id)
    return Election(feed=feed_of(info, election_id))
