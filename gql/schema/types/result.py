"""Results: how one contest stands in one area, and what subscribers are sent of it."""

from datetime import datetime

import strawberry
from strawberry import Private

from counting.result import Row
from db.definitions import AreaNode, ContestNode
from feed.board import ResultView
from feed.election_feed import ElectionFeed
from feed.updates import Update
from gql.context import Info
from gql.schema.types.definition import Area, Candidate, Contest
from gql.schema.types.marks import sized
from gql.schema.types.scalars import Cursor, ResultsStatus, UpdateKind


@strawberry.type
class StandingRow:
    feed: Private[ElectionFeed]
    contest: Private[ContestNode]
    votes: int
    share: float = strawberry.field(description="Of all votes for candidates; 0 while there is none.")
    rank: int = strawberry.field(description="1 is the most votes; equal votes share a rank.")
    leading: bool = strawberry.field(
        description="Within the contest's seats as counted so far; always false in PROPORTIONAL contests."
    )
    place: Private[int]

    @strawberry.field
    def candidate(self) -> Candidate:
        return Candidate(feed=self.feed, node=self.contest.candidates[self.place])


@strawberry.type(description="What is not in a result yet, as an upper bound.")
class Outstanding:
    stations: int
    ballots_at_most: int = strawberry.field(
        description=(
            "Voters registered at stations that are open, held or disputed, less ballots that count there undisputed."
        )
    )
    held_tallies: int


@strawberry.type(description="How one contest stands in one area, over the tallies that count now.")
class Result:
    feed: Private[ElectionFeed]
    view: Private[ResultView]

    @strawberry.field
    def contest(self) -> Contest:
        return Contest(feed=self.feed, node=self.view.contest)

    @strawberry.field
    def area(self) -> Area:
        return Area(feed=self.feed, node=self.view.area)

    @strawberry.field
    def status(self) -> ResultsStatus:
        return self.view.status

    @strawberry.field(description="Every candidate, by rank, then ballot number.", directives=[sized(30)])
    def rows(self) -> list[StandingRow]:
        return [_row(self.feed, self.view.contest, row) for row in self.view.rows]

    @strawberry.field
    def valid_ballots(self) -> int:
        return self.view.count.valid

    @strawberry.field
    def invalid_ballots(self) -> int:
        return self.view.count.invalid

    @strawberry.field
    def no_vote_ballots(self) -> int:
        return self.view.count.no_vote

    @strawberry.field(description="valid + invalid + no-vote")
    def ballots_cast(self) -> int:
        return self.view.count.ballots_cast

    @strawberry.field
    def registered_voters(self) -> int:
        return self.view.count.registered

    @strawberry.field(
        description=("Ballots cast over registered voters, of the stations that have reported; null before the first.")
    )
    def turnout(self) -> float | None:
        return self.view.turnout

    @strawberry.field
    def stations_total(self) -> int:
        return self.view.count.stations

    @strawberry.field
    def stations_reporting(self) -> int:
        return self.view.count.reporting

    @strawberry.field
    def stations_final(self) -> int:
        return self.view.count.final

    @strawberry.field
    def stations_disputed(self) -> int:
        return self.view.count.disputed

    @strawberry.field(description="Stations that count with some number not legible.")
    def stations_incomplete(self) -> int:
        return self.view.count.incomplete

    @strawberry.field(
        description=("Votes between the last who leads and the first who does not; null where there is no such pair.")
    )
    def margin(self) -> int | None:
        return self.view.margin

    @strawberry.field
    def outstanding(self) -> Outstanding:
        count = self.view.count
        return Outstanding(stations=count.outstanding, ballots_at_most=count.at_most, held_tallies=count.held)

    @strawberry.field(
        description=(
            "Nothing outstanding can change who leads: even with the tallies of disputed stations set aside, and every"
            " registered voter of stations that are open, held or disputed counted for the runner-up."
        )
    )
    def decided(self) -> bool:
        return self.view.decided

    @strawberry.field
    def updated_at(self) -> datetime | None:
        return self.feed.definition.local(self.view.count.updated_at)

    @strawberry.field
    def cursor(self) -> Cursor:
        return Cursor(self.view.position.encode())


@strawberry.type
class ResultUpdate:
    feed: Private[ElectionFeed]
    update: Private[Update]

    @strawberry.field
    def kind(self) -> UpdateKind:
        return self.update.kind

    @strawberry.field
    def cursor(self) -> Cursor:
        return Cursor(self.update.position.encode())

    @strawberry.field(
        description="True where the asked-for position could not be continued, so that this snapshot starts anew."
    )
    def reset(self) -> bool:
        return self.update.reset

    @strawberry.field
    def conflated(self) -> bool:
        return self.update.conflated

    @strawberry.field
    def is_test(self) -> bool:
        return self.update.is_test

    @strawberry.field
    def last_report_at(self) -> datetime | None:
        return self.feed.definition.local(self.update.last_report_at)

    @strawberry.field(
        description="The newest time at which a reporter says to have counted: the clock of the count itself."
    )
    def counted_until(self) -> datetime | None:
        return self.feed.definition.local(self.update.counted_until)

    @strawberry.field
    def sent_at(self) -> datetime:
        return self.update.sent_at

    @strawberry.field
    def results(self) -> list[Result]:
        return [Result(feed=self.feed, view=view) for view in self.update.results]


def result_in(info: Info, feed: ElectionFeed, contest: ContestNode, area: AreaNode) -> Result | None:
    """The result as it stands now; None where this contest has none in this area."""
    if feed.board.count(contest.id, area.id) is None:
        return None
    (view,) = feed.views([(contest.id, area.id)], visible=info.context.may_see(feed))
    return Result(feed=feed, view=view)


def _row(feed: ElectionFeed, contest: ContestNode, row: Row) -> StandingRow:
    return StandingRow(
        feed=feed,
        contest=contest,
        votes=row.votes,
        share=row.share,
        rank=row.rank,
        leading=row.leading,
        place=row.place,
    )
