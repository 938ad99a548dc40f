"""Polling stations, and where the count stands at each."""

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import ID, Private

from counting.vocabulary import StationState as State
from db.definitions import StationNode
from db.stations import StationFilter, count_stations
from feed.election_feed import ElectionFeed
from gql.context import Info
from gql.errors import bad_input
from gql.schema.types.definition import Area, Contest, Election
from gql.schema.types.marks import READ, sized
from gql.schema.types.pages import PageInfo
from gql.schema.types.scalars import Language, StationState

if TYPE_CHECKING:
    from gql.schema.types.tally import Tally


@strawberry.type
class Station:
    feed: Private[ElectionFeed]
    node: Private[StationNode]

    @strawberry.field
    def id(self) -> ID:
        return ID(self.node.id)

    @strawberry.field
    def election(self) -> Election:
        return Election(feed=self.feed)

    @strawberry.field(description="The smallest area that it lies in.")
    def area(self) -> Area:
        return Area(feed=self.feed, node=self.node.area)

    @strawberry.field(description="As the election authority numbers it inside its area.")
    def number(self) -> int:
        return self.node.number

    @strawberry.field(directives=[READ])
    async def location(self, info: Info, lang: Language | None = None) -> str:
        thai, english = await info.context.loaders.location.load(self.node.id)
        return english if lang is Language.EN and english else thai

    @strawberry.field(description="On the contest's register; on the largest register where none is named.")
    def registered_voters(self, contest_id: ID | None = None) -> int:
        if contest_id is None:
            return max((voters for _, voters in self.node.registers), default=0)
        return self._register(contest_id)

    @strawberry.field
    def contests(self) -> list[Contest]:
        contests = self.feed.definition.contests
        return [Contest(feed=self.feed, node=contests[contest_id]) for contest_id, _ in self.node.registers]

    @strawberry.field(directives=[READ])
    async def state(self, info: Info, contest_id: ID) -> StationState:
        self._register(contest_id)
        if not info.context.may_see(self.feed):
            return State.SILENT
        sheet = await info.context.loaders.sheet.load((self.node.id, contest_id))
        return sheet.state if sheet else State.SILENT

    @strawberry.field(description="The tally that counts now.", directives=[READ])
    async def tally(
        self, info: Info, contest_id: ID
    ) -> Annotated["Tally", strawberry.lazy("gql.schema.types.tally")] | None:
        from gql.schema.types.tally import tally_by_id

        self._register(contest_id)
        if not info.context.may_see(self.feed):
            return None
        sheet = await info.context.loaders.sheet.load((self.node.id, contest_id))
        return await tally_by_id(info, self.feed, sheet.standing_id if sheet else None)

    @strawberry.field(
        description="Everything ever reported here, newest first, whatever became of it.", directives=[READ, sized(20)]
    )
    async def history(
        self, info: Info, contest_id: ID | None = None
    ) -> list[Annotated["Tally", strawberry.lazy("gql.schema.types.tally")]]:
        from gql.schema.types.tally import Tally

        if contest_id is not None:
            self._register(contest_id)
        if not info.context.may_see(self.feed):
            return []
        rows = await info.context.loaders.history.load(self.node.id)
        return [Tally(feed=self.feed, row=row) for row in rows if contest_id in (None, row.contest_id)]

    def _register(self, contest_id: str) -> int:
        """Voters registered here for a contest; raises ApiError where the station does not count it."""
        voters = self.node.registered(contest_id)
        if voters is None:
            raise bad_input(
                "contestId", f"{self.node.id} ไม่ได้นับ {contest_id}", f"{self.node.id} does not count {contest_id}"
            )
        return voters


@strawberry.type
class StationEdge:
    cursor: str
    node: Station


@strawberry.type
class StationConnection:
    edges: list[StationEdge]
    page_info: PageInfo
    wanted: Private[StationFilter]

    @strawberry.field(directives=[READ])
    async def total_count(self, info: Info) -> int:
        return await count_stations(info.context.services.database, self.wanted)
