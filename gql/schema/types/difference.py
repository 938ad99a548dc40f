"""Where reported and official results differ."""

from datetime import datetime

import strawberry
from strawberry import Private

from counting.official import Difference as Facts
from counting.official import OfficialItem
from db.official import OfficialVersion as VersionFacts
from feed.election_feed import ElectionFeed
from gql.schema.types.definition import Area, Candidate, Contest
from gql.schema.types.pages import PageInfo
from gql.schema.types.station import Station

strawberry.enum(OfficialItem, description="What a published figure counts.")


@strawberry.type
class Difference:
    feed: Private[ElectionFeed]
    facts: Private[Facts]

    @strawberry.field
    def contest(self) -> Contest:
        return Contest(feed=self.feed, node=self.feed.definition.contests[self.facts.figure.contest_id])

    @strawberry.field(description="Where the figure was published for; of a station's figure, the area it lies in.")
    def area(self) -> Area:
        return Area(feed=self.feed, node=self.feed.definition.areas[self.facts.figure.area_id])

    @strawberry.field(description="null: the figure is of the area as a whole.")
    def station(self) -> Station | None:
        station_id = self.facts.figure.station_id
        return Station(feed=self.feed, node=self.feed.definition.stations[station_id]) if station_id else None

    @strawberry.field(description="null where it is not about a candidate's votes: `item` says what it is about.")
    def candidate(self) -> Candidate | None:
        contest, place = self.feed.definition.contests[self.facts.figure.contest_id], self.facts.figure.place
        return None if place is None else Candidate(feed=self.feed, node=contest.candidates[place])

    @strawberry.field
    def item(self) -> OfficialItem:
        return self.facts.figure.item

    @strawberry.field
    def reported(self) -> int:
        return self.facts.reported

    @strawberry.field
    def official(self) -> int:
        return self.facts.figure.value

    @strawberry.field(description="Reported less official.")
    def amount(self) -> int:
        return self.facts.amount

    @strawberry.field(
        description=(
            "Every station there is FINAL, undisputed and legible, so that nothing missing explains the difference."
        )
    )
    def complete(self) -> bool:
        return self.facts.complete

    @strawberry.field(description="By the official figures another candidate leads or has a seat, and this is why.")
    def changes_leader(self) -> bool:
        return self.facts.changes_leader


@strawberry.type(description="One import of what the authority published. The newest is compared; none is changed.")
class OfficialVersion:
    facts: Private[VersionFacts]

    @strawberry.field(description="1, 2, 3, … within the election")
    def number(self) -> int:
        return self.facts.number

    @strawberry.field(description="Of its figures, in hex: the same figures have the same, in whatever files.")
    def sha256(self) -> str:
        return self.facts.sha256

    @strawberry.field(description="How many figures it holds.")
    def figures(self) -> int:
        return self.facts.figures

    @strawberry.field
    def imported_at(self) -> datetime:
        return self.facts.imported_at


@strawberry.type
class DifferenceEdge:
    cursor: str
    node: Difference


@strawberry.type
class DifferenceConnection:
    edges: list[DifferenceEdge]
    page_info: PageInfo
    total_count: int
    version: OfficialVersion | None = strawberry.field(
        description="Which of the authority's figures these are; null: it has published none, so nothing is compared."
    )
