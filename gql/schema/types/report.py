"""The feed, entry by entry."""

from datetime import datetime

import strawberry
from strawberry import Private

from db.log import LogEntry
from feed.election_feed import ElectionFeed
from gql.context import Info
from gql.schema.types.definition import Contest
from gql.schema.types.scalars import Cursor, ReportKind
from gql.schema.types.station import Station
from gql.schema.types.tally import Tally, tally_by_id


@strawberry.type(
    description=(
        "One entry of the feed: every station report and every decision on one, in the one order that all readers see."
    )
)
class TallyReport:
    feed: Private[ElectionFeed]
    entry: Private[LogEntry]

    @strawberry.field(description="1, 2, 3, … within the election, without a gap.")
    def sequence(self) -> int:
        return self.entry.sequence

    @strawberry.field(description="A rehearsal: no number of it is real.")
    def is_test(self) -> bool:
        return self.entry.is_test

    @strawberry.field
    def cursor(self) -> Cursor:
        return Cursor(self.feed.position_of(self.entry.sequence).encode())

    @strawberry.field
    def kind(self) -> ReportKind:
        return self.entry.kind

    @strawberry.field
    def station(self) -> Station:
        return Station(feed=self.feed, node=self.feed.definition.stations[self.entry.station_id])

    @strawberry.field
    def contest(self) -> Contest:
        return Contest(feed=self.feed, node=self.feed.definition.contests[self.entry.contest_id])

    @strawberry.field(description="null in HELD entries, to all but editors.")
    async def tally(self, info: Info) -> Tally | None:
        return await tally_by_id(info, self.feed, self.entry.tally_id)

    @strawberry.field(
        description=(
            "HELD: sha256 over a salt and the tally's canonical JSON. The decision's entry names `salt`,"
            " so that all can check."
        )
    )
    def commitment(self) -> str | None:
        return self.entry.commitment

    @strawberry.field
    def salt(self) -> str | None:
        return self.entry.salt

    @strawberry.field(description="What counted here until now.")
    async def previous(self, info: Info) -> Tally | None:
        return await tally_by_id(info, self.feed, self.entry.previous_id)

    @strawberry.field(
        description=("For corrections, withdrawals and released tallies: why, and by whose decision (a pseudonym).")
    )
    def reason(self) -> str | None:
        return self.entry.reason

    @strawberry.field
    def decided_by(self) -> str | None:
        return self.entry.decided_by

    @strawberry.field
    def ruleset(self) -> str:
        return self.entry.ruleset

    @strawberry.field
    def recorded_at(self) -> datetime:
        return self.entry.recorded_at.astimezone(self.feed.definition.zone)


@strawberry.type
class FeedPage:
    reports: list[TallyReport]
    cursor: Cursor
    has_more: bool
