"""Who reports: oneself, others as editors see them, and the codes that make somebody a reporter."""

from datetime import datetime
from enum import StrEnum

import strawberry
from strawberry import ID, Private

from db.people import Person
from db.reporters import ReporterFilter, ReporterOrder, count_reporters
from db.tables import ReporterRow
from db.tallies import Sight, TallyFilter, tally_page
from feed.election_feed import ElectionFeed
from gql.context import Info
from gql.schema.types.marks import READ
from gql.schema.types.pages import PageInfo, page_size
from gql.schema.types.scalars import Language, Role
from gql.schema.types.station import Station
from gql.schema.types.tally import Tally


async def stations_of(info: Info, reporter_id: str) -> list[Station]:
    """The stations that somebody is assigned to, of elections that are served."""
    feeds = info.context.services.tail.feeds()
    found = []
    for station_id in await info.context.loaders.assigned.load(reporter_id):
        for feed in feeds:
            if node := feed.definition.stations.get(station_id):
                found.append(Station(feed=feed, node=node))
    return found


@strawberry.type
class Viewer:
    person: Private[Person]

    @strawberry.field
    def role(self) -> Role:
        return self.person.role

    @strawberry.field
    def reporter(self) -> str:
        return self.person.id

    @strawberry.field
    async def stations(self, info: Info) -> list[Station]:
        return await stations_of(info, self.person.id)

    @strawberry.field(description="One's own, newest first, held ones too.")
    async def tallies(self, info: Info, first: int | None = 20) -> list[Tally]:
        size = page_size(first, 20)
        found: list[Tally] = []
        for feed in filter(info.context.may_see, self._feeds(info)):
            wanted = TallyFilter(feed.id, Sight(self.person.id, held=False), reporter_id=self.person.id)
            rows = await tally_page(info.context.services.database, wanted, None, size)
            found += [Tally(feed=feed, row=row) for row in rows]
        return sorted(found, key=lambda tally: tally.row.recorded_at, reverse=True)[:size]

    @strawberry.field(description="Whom to call, from the election's package, by area.")
    def help_contact(self, info: Info, lang: Language | None = None) -> str | None:
        contacts = [feed.definition.help_contact for feed in self._feeds(info)]
        return next((contact.in_language(lang) for contact in contacts if contact), None)

    def _feeds(self, info: Info) -> list[ElectionFeed]:
        return [feed for feed in info.context.services.tail.feeds() if self.person.belongs_to(feed.id)]


strawberry.enum(ReporterOrder, description="The highest number first, equals by id; SILENT_LONGEST: never seen first.")


@strawberry.type(description="A person who reports, as editors and operators see them.")
class Reporter:
    row: Private[ReporterRow]

    @strawberry.field(description="The pseudonym that tallies carry.")
    def id(self) -> ID:
        return ID(self.row.id)

    @strawberry.field
    def role(self) -> Role:
        return self.row.role

    @strawberry.field
    def display_name(self) -> str | None:
        return self.row.display_name

    @strawberry.field
    async def stations(self, info: Info) -> list[Station]:
        return await stations_of(info, self.row.id)

    @strawberry.field(description="Tallies of theirs that were accepted, at once or by an editor.", directives=[READ])
    async def accepted(self, info: Info) -> int:
        return (await info.context.loaders.record.load(self.row.id)).accepted

    @strawberry.field(description="Tallies of theirs that were held, whatever became of them.", directives=[READ])
    async def held(self, info: Info) -> int:
        return (await info.context.loaders.record.load(self.row.id)).held

    @strawberry.field(description="Sheets of theirs that were refused, at once or by an editor.", directives=[READ])
    async def rejected(self, info: Info) -> int:
        return (await info.context.loaders.record.load(self.row.id)).rejected

    @strawberry.field(description="How often others sent the same numbers as theirs.", directives=[READ])
    async def confirmed_by_others(self, info: Info) -> int:
        return (await info.context.loaders.record.load(self.row.id)).confirmed

    @strawberry.field(
        description="Sheets where somebody else's FINAL has other numbers than their own, and was not refused.",
        directives=[READ],
    )
    async def contradicted_by_others(self, info: Info) -> int:
        return (await info.context.loaders.record.load(self.row.id)).contradicted

    @strawberry.field
    def last_seen_at(self) -> datetime | None:
        return self.row.last_seen_at

    @strawberry.field
    def revoked_at(self) -> datetime | None:
        return self.row.revoked_at


@strawberry.type
class ReporterEdge:
    cursor: str
    node: Reporter


@strawberry.type
class ReporterConnection:
    edges: list[ReporterEdge]
    page_info: PageInfo
    wanted: Private[ReporterFilter]

    @strawberry.field
    async def total_count(self, info: Info) -> int:
        return await count_reporters(info.context.services.database, self.wanted)


@strawberry.input
class EnrolInput:
    code: str
    display_name: str
    client_enrolment_id: ID | None = strawberry.field(
        default=None,
        description=(
            "Of the phone's own making, at random and 16 to 64 characters long. Sent again within 15 minutes, before"
            " anything was reported, it brings a token anew for the same person: an answer can be lost."
        ),
    )


@strawberry.input
class CreateEnrolmentCodesInput:
    election_id: ID
    role: Role
    count: int
    area_id: ID | None = None
    station_ids: list[ID] | None = None
    expires_at: datetime | None = None


@strawberry.type
class Enrolled:
    token: str = strawberry.field(description="Shown once; the server keeps a hash.")
    viewer: Viewer


@strawberry.enum(
    description="Why a code was not traded. Only MISTYPED says something of the code, and a phone can tell that itself."
)
class EnrolmentRefusal(StrEnum):
    MISTYPED = "MISTYPED"
    NOT_VALID = "NOT_VALID"
    TOO_MANY_TRIES = "TOO_MANY_TRIES"


REFUSALS = {
    EnrolmentRefusal.MISTYPED: (
        "มีเลขพิมพ์ผิดหนึ่งตัวหรือสลับกัน ดูรหัส 12 หลักอีกครั้ง",
        "One digit is wrong, or two are swapped. Look at the 12 digits again.",
    ),
    EnrolmentRefusal.NOT_VALID: (
        "รหัสนี้ใช้ไม่ได้: พิมพ์ผิด ใช้ไปแล้ว หรือหมดอายุ ขอรหัสใหม่",
        "This code does not work: it is mistyped, used already, or out of date. Ask for a new one.",
    ),
    EnrolmentRefusal.TOO_MANY_TRIES: (
        "ลองรหัสที่ใช้ไม่ได้หลายครั้งเกินไป ลองใหม่ได้ในอีก {minutes} นาที",
        "Too many tries with codes that do not work. Try again in {minutes} min.",
    ),
}


@strawberry.type
class EnrolmentRefused:
    reason: EnrolmentRefusal
    retry_after_seconds: int | None = strawberry.field(
        default=None, description="Seconds until the next try; null where waiting changes nothing."
    )

    @strawberry.field
    def message(self, lang: Language | None = None) -> str:
        thai, english = REFUSALS[self.reason]
        minutes = -(-(self.retry_after_seconds or 0) // 60)
        return (english if lang is Language.EN else thai).format(minutes=minutes)


@strawberry.type
class EnrolmentCode:
    code: str
    role: Role
    stations: list[Station]
    expires_at: datetime | None
