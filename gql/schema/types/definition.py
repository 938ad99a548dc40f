"""Election, contests, candidates and areas: what is counted, and where."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import ID, Private

from db.definitions import AreaNode, CandidateNode, ContestNode
from feed.election_feed import ElectionFeed
from gql.context import Info
from gql.errors import bad_input, not_found
from gql.schema.types.following import Following, followed_notice
from gql.schema.types.marks import sized
from gql.schema.types.scalars import AreaLevel, Cursor, ElectionPhase, Language, VotingVariation

if TYPE_CHECKING:
    from gql.schema.types.result import Result


@strawberry.type
class Election:
    feed: Private[ElectionFeed]

    @strawberry.field
    def id(self) -> ID:
        return ID(self.feed.id)

    @strawberry.field
    def name(self, lang: Language | None = None) -> str:
        return self.feed.definition.name.in_language(lang)

    @strawberry.field
    def phase(self) -> ElectionPhase:
        return self.feed.state.phase

    @strawberry.field(description="True in rehearsals: every page and every update shows it.")
    def is_test(self) -> bool:
        return self.feed.definition.is_test

    @strawberry.field(
        description="What every page says of these data, such as that they are reconstructed; null where nothing."
    )
    def notice(self, info: Info, lang: Language | None = None) -> str | None:
        notice, followed = self.feed.definition.notice, info.context.services.followed(self.feed.id)
        found = [followed_notice(followed, lang)] if followed else []
        return " · ".join([*(one for one in found if one), *([notice.in_language(lang)] if notice else [])]) or None

    @strawberry.field(
        description="On a follower: whose log it is a copy of, and how old it is. null where the election is at home."
    )
    def following(self, info: Info) -> Following | None:
        followed = info.context.services.followed(self.feed.id)
        return Following(facts=followed, zone=self.feed.definition.zone) if followed else None

    @strawberry.field
    def polls_close_at(self) -> datetime:
        return self.feed.definition.polls_close_at.astimezone(self.feed.definition.zone)

    @strawberry.field
    def time_zone(self) -> str:
        return self.feed.definition.time_zone

    @strawberry.field(directives=[sized(60)])
    def contests(self, office: str | None = None, area_id: ID | None = None) -> list["Contest"]:
        """`areaId`: contests that the voters of this area decide, its own and those of the areas around it."""
        definition = self.feed.definition
        if area_id is not None and area_id not in definition.areas:
            raise not_found("areaId", area_id)
        around = None if area_id is None else {area.id for area in definition.areas[area_id].path()}
        return [
            Contest(feed=self.feed, node=contest)
            for contest in definition.contests.values()
            if (office is None or contest.office == office) and (around is None or contest.area.id in around)
        ]

    @strawberry.field(directives=[sized(300)])
    def areas(self, level: AreaLevel | None = None) -> list["Area"]:
        return [
            Area(feed=self.feed, node=area)
            for area in self.feed.definition.areas.values()
            if level is None or area.level is level
        ]

    @strawberry.field
    def stations_total(self) -> int:
        return len(self.feed.definition.stations)

    @strawberry.field
    def registered_voters(self) -> int:
        return self.feed.definition.registered_voters

    @strawberry.field(description="The newest position of this election's feed.")
    def cursor(self) -> Cursor:
        return Cursor(self.feed.position.encode())

    @strawberry.field(description="When the feed last took an entry: tells a quiet hour from a broken line.")
    def last_report_at(self, info: Info) -> datetime | None:
        shown = info.context.may_see(self.feed)
        return self.feed.definition.local(self.feed.board.last_report_at) if shown else None

    @strawberry.field(
        description="The newest time at which a reporter says to have counted: the clock of the count itself."
    )
    def counted_until(self, info: Info) -> datetime | None:
        shown = info.context.may_see(self.feed)
        return self.feed.definition.local(self.feed.board.counted_until) if shown else None

    @strawberry.field(description="Version of the rules that judge tallies now.")
    def ruleset(self) -> str:
        return self.feed.definition.bounds.version


@strawberry.type
class Contest:
    feed: Private[ElectionFeed]
    node: Private[ContestNode]

    @strawberry.field
    def id(self) -> ID:
        return ID(self.node.id)

    @strawberry.field
    def election(self) -> Election:
        return Election(feed=self.feed)

    @strawberry.field(description="Machine name of the office, such as governor or council.")
    def office(self) -> str:
        return self.node.office

    @strawberry.field
    def name(self, lang: Language | None = None) -> str:
        return self.node.name.in_language(lang)

    @strawberry.field(description="The area whose voters decide this contest.")
    def area(self) -> "Area":
        return Area(feed=self.feed, node=self.node.area)

    @strawberry.field
    def seats(self) -> int:
        return self.node.seats

    @strawberry.field
    def voting_variation(self) -> VotingVariation:
        return self.node.voting_variation

    @strawberry.field(description="How many votes one ballot may carry; 1 in most contests.")
    def votes_per_ballot(self) -> int:
        return self.node.votes_per_ballot

    @strawberry.field(directives=[sized(30)])
    def candidates(self) -> list["Candidate"]:
        return [Candidate(feed=self.feed, node=candidate) for candidate in self.node.candidates]

    @strawberry.field
    def result(
        self, info: Info, area_id: ID | None = None
    ) -> Annotated["Result", strawberry.lazy("gql.schema.types.result")]:
        from gql.schema.types.result import result_in

        area = self.node.area if area_id is None else self.feed.definition.areas.get(area_id)
        found = area and result_in(info, self.feed, self.node, area)
        if not found:
            raise bad_input("areaId", f"{self.node.id} ไม่มีผลใน {area_id}", f"{self.node.id} has no result in {area_id}")
        return found


@strawberry.type
class Candidate:
    feed: Private[ElectionFeed]
    node: Private[CandidateNode]

    @strawberry.field
    def id(self) -> ID:
        return ID(self.node.id)

    @strawberry.field
    def contest(self) -> Contest:
        return Contest(feed=self.feed, node=self.feed.definition.contests[self.node.contest_id])

    @strawberry.field
    def ballot_number(self) -> int:
        return self.node.ballot_number

    @strawberry.field
    def name(self, lang: Language | None = None) -> str:
        return self.node.name.in_language(lang)

    @strawberry.field(description="As headlines call this candidate.")
    def short_name(self, lang: Language | None = None) -> str:
        return self.node.short_name.in_language(lang)

    @strawberry.field(description="Party or group; null for an independent.")
    def party(self, lang: Language | None = None) -> str | None:
        return self.node.party.in_language(lang) if self.node.party else None

    @strawberry.field(description="#rrggbb")
    def color(self) -> str:
        return self.node.color


@strawberry.type
class Area:
    feed: Private[ElectionFeed]
    node: Private[AreaNode]

    @strawberry.field
    def id(self) -> ID:
        return ID(self.node.id)

    @strawberry.field
    def level(self) -> AreaLevel:
        return self.node.level

    @strawberry.field
    def name(self, lang: Language | None = None) -> str:
        return self.node.name.in_language(lang)

    @strawberry.field
    def parent(self) -> "Area | None":
        return Area(feed=self.feed, node=self.node.parent) if self.node.parent else None

    @strawberry.field(directives=[sized(50)])
    def children(self) -> list["Area"]:
        return [Area(feed=self.feed, node=child) for child in self.node.children]

    @strawberry.field
    def stations_total(self) -> int:
        return self.node.stations_total

    @strawberry.field(description="On the contest's register; on the largest register where none is named.")
    def registered_voters(self, contest_id: ID | None = None) -> int:
        if contest_id is None:
            return self.node.registered_voters
        if contest_id not in self.feed.definition.contests:
            raise not_found("contestId", contest_id)
        return self.node.registered.get(contest_id, 0)
