"""Statistics over the stations of one contest, that observers use; each a question to the sheets, none a proof."""

import strawberry
from strawberry import Private

from counting.observation import Cell, LastDigits, TurnoutAndShare
from feed.election_feed import ElectionFeed
from feed.observations import Observation
from gql.schema.types.definition import Area, Candidate, Contest
from gql.schema.types.marks import sized
from gql.schema.types.station import Station


@strawberry.type(description="So many stations have a turnout and a share of at least this much, and under 2 % more.")
class TurnoutShareCell:
    facts: Private[Cell]

    @strawberry.field
    def turnout_percent(self) -> int:
        return self.facts.turnout_percent

    @strawberry.field
    def share_percent(self) -> int:
        return self.facts.share_percent

    @strawberry.field
    def stations(self) -> int:
        return self.facts.stations


@strawberry.type(description="Turnout against the share of whoever has the most votes, station by station.")
class TurnoutAgainstShare:
    facts: Private[TurnoutAndShare]

    @strawberry.field(description="Those with a voter and a valid vote.")
    def stations(self) -> int:
        return self.facts.stations

    @strawberry.field(description="Those in which there is a station.", directives=[sized(500)])
    def cells(self) -> list[TurnoutShareCell]:
        return [TurnoutShareCell(facts=cell) for cell in self.facts.cells]

    @strawberry.field(
        description="Pearson's r in -1..1; null under 3 stations, or where turnout or share is the same everywhere."
    )
    def correlation(self) -> float | None:
        return self.facts.correlation


@strawberry.type(
    description="The last digits of the candidates' votes at each station, of those that are 100 votes or more."
)
class LastDigitCounts:
    facts: Private[LastDigits]

    @strawberry.field(description="How many numbers end with 0, 1, … 9.", directives=[sized(10)])
    def counts(self) -> list[int]:
        return list(self.facts.counts)

    @strawberry.field
    def numbers(self) -> int:
        return self.facts.numbers

    @strawberry.field(description="Against ten digits that are equally likely; null under 200 numbers.")
    def chi_square(self) -> float | None:
        return self.facts.chi_square

    @strawberry.field(
        description="How often chance alone makes them so uneven or more, in 0..1; null under 200 numbers."
    )
    def chance(self) -> float | None:
        return self.facts.chance


@strawberry.type(description="Stations that reported the same numbers throughout.")
class RepeatedSheet:
    feed: Private[ElectionFeed]
    station_ids: Private[tuple[str, ...]]
    ballots_cast: int

    @strawberry.field
    def stations(self) -> list[Station]:
        return [Station(feed=self.feed, node=self.feed.definition.stations[one]) for one in self.station_ids]


@strawberry.type(description="Over the stations in one area whose count is FINAL, with every number legible.")
class StationStatistics:
    feed: Private[ElectionFeed]
    facts: Private[Observation]

    @strawberry.field
    def contest(self) -> Contest:
        return Contest(feed=self.feed, node=self.facts.contest)

    @strawberry.field
    def area(self) -> Area:
        return Area(feed=self.feed, node=self.facts.area)

    @strawberry.field
    def stations(self) -> int:
        return self.facts.stations

    @strawberry.field(description="Whose share it is: who has the most votes at these stations; null before any vote.")
    def candidate(self) -> Candidate | None:
        place = self.facts.place
        return None if place is None else Candidate(feed=self.feed, node=self.facts.contest.candidates[place])

    @strawberry.field
    def turnout_against_share(self) -> TurnoutAgainstShare:
        return TurnoutAgainstShare(facts=self.facts.turnout_and_share)

    @strawberry.field
    def last_digits(self) -> LastDigitCounts:
        return LastDigitCounts(facts=self.facts.last_digits)

    @strawberry.field(description="Stations that count at least this many ballots are compared with each other.")
    def repeated_ballots_min(self) -> int:
        return self.facts.repeated_ballots_min

    @strawberry.field(description="Most ballots first.")
    def repeated_sheets(self) -> list[RepeatedSheet]:
        return [
            RepeatedSheet(
                feed=self.feed,
                station_ids=tuple(sheet.station_id for sheet in group),
                ballots_cast=group[0].ballots_cast,
            )
            for group in self.facts.repeated
        ]
