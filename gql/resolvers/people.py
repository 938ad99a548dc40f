"""Oneself, reporters, enrolment, and the phases of an election."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID

from counting.vocabulary import ElectionPhase as Phase
from db.audit import Actor
from db.database import Connection
from db.decision import BadReasonError, clean_reason
from db.enrolment import EnrolmentRefusedError, MistypedCodeError, create_codes, digits_of
from db.enrolment import enrol as trade
from db.people import Person
from db.phases import PhaseNotAllowedError, set_phase
from db.reporters import ReporterFilter, ReporterOrder, reporter_page
from db.revocation import UnknownReporterError, hold_tallies_of, revoke
from feed.election_feed import ElectionFeed
from gql.attempts import TooManyGuessesError
from gql.context import Context, Info
from gql.errors import ApiError, bad_input, forbidden, not_found
from gql.limits import CODE_STATIONS_MAX, CODES_MAX, ID_MAX, PAGE_MAX, TEXT_MAX
from gql.resolvers.lookup import area_ids, feed_of
from gql.schema.types.definition import Election
from gql.schema.types.pages import cursor_to_key, key_to_cursor, page_info, page_size
from gql.schema.types.people import (
    CreateEnrolmentCodesInput,
    EnrolInput,
    Enrolled,
    EnrolmentCode,
    EnrolmentRefusal,
    EnrolmentRefused,
    Reporter,
    ReporterConnection,
    ReporterEdge,
    Viewer,
)
from gql.schema.types.scalars import ElectionPhase, Role
from gql.schema.types.station import Station

# Fewer could be guessed by somebody who has seen the code.
CLIENT_ID_MIN = 16
REVOKED = "สิทธิของผู้รายงานถูกยกเลิก · the reporter's access was revoked"


def viewer(info: Info) -> Viewer | None:
    """null without a token."""
    return Viewer(person=info.context.person) if info.context.person else None


async def reporters(
    info: Info,
    election_id: ID,
    area_id: ID | None = None,
    silent_since: datetime | None = None,
    ids: list[ID] | None = None,
    order_by: ReporterOrder | None = ReporterOrder.ID,
    first: int | None = 50,
    after: str | None = None,
    role: Role | None = None,
    revoked: bool | None = None,
) -> ReporterConnection:
    """`revoked`: only those whose right was taken back, or only the others."""
    feed, size, order = feed_of(info, election_id), page_size(first), order_by or ReporterOrder.ID
    _actor_in(info, feed)
    wanted = ReporterFilter(feed.id, area_ids(feed, area_id), silent_since, _known_ids(ids), role, revoked)
    rows = await reporter_page(info.context.services.database, wanted, _place(after), size + 1, order)
    edges = [ReporterEdge(cursor=key_to_cursor(str(rank), row.id), node=Reporter(row=row)) for rank, row in rows[:size]]
    page = page_info([edge.cursor for edge in edges], more=len(rows) > size, after=after)
    return ReporterConnection(edges=edges, page_info=page, wanted=wanted)


def _known_ids(ids: list[ID] | None) -> tuple[str, ...] | None:
    """PostgreSQL takes no NUL, so no id has one; raises ApiError."""
    if ids is None:
        return None
    if len(ids) > PAGE_MAX.default:
        raise bad_input("ids", f"ไม่เกิน {PAGE_MAX.default:,}", f"must not exceed {PAGE_MAX.default:,}")
    return tuple(one for one in ids if "\0" not in one)


def _place(after: str | None) -> tuple[int, str] | None:
    """Where the page before ended: the number that it was ordered by, and the id. Raises ApiError."""
    if after is None:
        return None
    rank, reporter_id = cursor_to_key(after, 2)
    try:
        return int(rank), reporter_id
    except ValueError:
        raise bad_input("after", "ไม่ใช่ cursor ของรายการนี้", "is no cursor of this connection") from None


async def enrol(info: Info, input: EnrolInput) -> Enrolled | EnrolmentRefused:  # noqa: A002
    """Only codes that nobody made count as tries; see gql.attempts."""
    name, address, attempts = input.display_name.strip(), info.context.address, info.context.services.attempts
    if not 0 < len(name) <= TEXT_MAX.default or "\0" in name:
        raise bad_input("input.displayName", "ใส่ชื่อที่ใช้เรียก", "say what to call you")
    client = input.client_enrolment_id
    if client is not None and (not CLIENT_ID_MIN <= len(client) <= ID_MAX.default or "\0" in client):
        most = ID_MAX.default
        raise bad_input(
            "input.clientEnrolmentId",
            f"ต้องยาว {CLIENT_ID_MIN} ถึง {most} ตัวอักษร",
            f"must be {CLIENT_ID_MIN} to {most} characters long",
        )
    try:
        digits = digits_of(input.code)
        async with attempts.turn(address), info.context.services.database.pool.acquire() as connection:
            person, token = await _trade(info.context, connection, digits, name, client)
    except MistypedCodeError:
        return EnrolmentRefused(reason=EnrolmentRefusal.MISTYPED)
    except TooManyGuessesError as error:
        return EnrolmentRefused(reason=EnrolmentRefusal.TOO_MANY_TRIES, retry_after_seconds=error.seconds)
    except EnrolmentRefusedError:
        return EnrolmentRefused(reason=EnrolmentRefusal.NOT_VALID)
    return Enrolled(token=token, viewer=Viewer(person=person))


async def _trade(
    context: Context, connection: Connection, digits: str, name: str, client: str | None
) -> tuple[Person, str]:
    """Raises EnrolmentRefusedError, and counts it where the code was a guess."""
    attempts = context.services.attempts
    try:
        enrolled = await trade(connection, digits, name, context.address, client)
    except EnrolmentRefusedError as error:
        if error.guessed:
            await attempts.guessed(context.address)
        raise
    await attempts.succeeded(context.address)
    return enrolled


async def create_enrolment_codes(info: Info, input: CreateEnrolmentCodesInput) -> list[EnrolmentCode]:  # noqa: A002
    feed = feed_of(info, input.election_id, "input.electionId")
    actor = _actor_in(info, feed)
    if not 1 <= input.count <= CODES_MAX.default:
        raise bad_input("input.count", f"1 ถึง {CODES_MAX.default}", f"must be 1 to {CODES_MAX.default}")
    chosen = _chosen_stations(feed, input)
    if input.count * len(chosen) > CODE_STATIONS_MAX.default:
        most = CODE_STATIONS_MAX.default
        raise bad_input("input.count", f"รหัส × หน่วย ไม่เกิน {most:,}", f"codes × stations must not exceed {most:,}")
    async with info.context.services.database.pool.acquire() as connection:
        codes = await create_codes(connection, feed.id, input.role, [chosen] * input.count, input.expires_at, actor)
    nodes = [Station(feed=feed, node=feed.definition.stations[station_id]) for station_id in chosen]
    return [EnrolmentCode(code=code.code, role=code.role, stations=nodes, expires_at=code.expires_at) for code in codes]


def _chosen_stations(feed: ElectionFeed, wanted: CreateEnrolmentCodesInput) -> list[str]:
    """Those that are named, else all of the area, else none. Raises ApiError."""
    stations = feed.definition.stations
    for station_id in wanted.station_ids or ():
        if station_id not in stations:
            raise not_found("input.stationIds", station_id)
    inside = area_ids(feed, wanted.area_id, "input.areaId")
    if inside is not None and wanted.station_ids is None:
        return [station.id for station in stations.values() if station.area.id in inside]
    return list(dict.fromkeys(wanted.station_ids or ()))


def _actor_in(info: Info, feed: ElectionFeed) -> Actor:
    """Who acts in this election; raises ApiError where the token is of another one."""
    person = info.context.person
    if person is None or not person.belongs_to(feed.id):
        raise forbidden()
    return info.context.actor


async def revoke_reporter(
    info: Info,
    reporter: str,
    hold_their_tallies: Annotated[
        bool | None, strawberry.argument(description="Puts what nobody else confirmed of theirs back before an editor.")
    ] = False,
    reason: Annotated[
        str | None, strawberry.argument(description="Public where tallies are held: one line without names.")
    ] = None,
) -> bool:
    """True: the token works no more, whoever took it back. Tallies are held after it: none comes in between."""
    context, services = info.context, info.context.services
    assert context.person is not None
    try:
        why = clean_reason(reason or REVOKED)
        if not 0 < len(reporter) <= ID_MAX.default or "\0" in reporter:
            raise UnknownReporterError(reporter)
        async with services.database.pool.acquire() as connection:
            await revoke(connection, reporter, context.actor, reason=reason, within=context.person)
    except UnknownReporterError as error:
        raise not_found("reporter", reporter[: ID_MAX.default].replace("\0", "")) from error
    except BadReasonError as error:
        raise bad_input("reason", "ต้องเป็นหนึ่งบรรทัด", "must be one line, and not too long") from error
    await services.shut_out()
    if hold_their_tallies:
        await hold_tallies_of(services.database, reporter, context.actor, reason=why, committed=services.bell.ring)
    return True


async def set_election_phase(info: Info, election_id: ID, phase: ElectionPhase) -> Election:
    feed, services = feed_of(info, election_id), info.context.services
    actor = _actor_in(info, feed)
    try:
        async with services.database.pool.acquire() as connection:
            await set_phase(connection, feed.id, Phase(phase), actor)
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
