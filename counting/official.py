"""What the authority published against what was reported: where they differ, by how much, and what matters first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from counting.area_count import AreaCount
from counting.result import leading
from counting.vocabulary import VotingVariation


class OfficialItem(StrEnum):
    """What a published figure counts, in the words of official.csv and the order in which a person looks."""

    VOTES = "votes"
    BALLOTS_CAST = "ballots_cast"
    VALID_BALLOTS = "valid_ballots"
    INVALID_BALLOTS = "invalid_ballots"
    NO_VOTE_BALLOTS = "no_vote_ballots"
    REGISTERED_VOTERS = "registered_voters"


ITEMS = tuple(OfficialItem)
Key = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """One published number. `place` is the candidate's in ballot order, None unless the item is votes.

    `area_id` is the smallest area of the station where the figure is a station's. `id` orders figures as published.
    """

    id: int
    contest_id: str
    area_id: str
    station_id: str | None
    item: OfficialItem
    place: int | None
    value: int


@dataclass(frozen=True, slots=True)
class Difference:
    """`depth`: 0 for the widest level of areas, more for narrower ones, most for a station.

    `complete`: everything there is FINAL, undisputed and legible, so that nothing missing explains the difference.
    `changes_leader`: by the official figures another candidate leads or has a seat, and it turns on this one too.
    """

    figure: PublishedFigure
    reported: int
    depth: int
    complete: bool
    changes_leader: bool = False

    @property
    def amount(self) -> int:
        """Reported less official."""
        return self.reported - self.figure.value

    @property
    def key(self) -> Key:
        """What matters first: who leads; then what nothing missing explains; the largest; the narrowest place."""
        return (
            int(not self.changes_leader),
            int(not self.complete),
            -abs(self.amount),
            -self.depth,
            ITEMS.index(self.figure.item),
            self.figure.id,
        )


def reported(figure: PublishedFigure, count: AreaCount) -> int | None:
    """What stands against the figure; None where nobody reported anything there. The register needs no report."""
    if figure.item is OfficialItem.REGISTERED_VOTERS:
        return count.registered
    if not count.reporting:
        return None
    if figure.place is not None:
        return count.votes[figure.place]
    return {
        OfficialItem.BALLOTS_CAST: count.ballots_cast,
        OfficialItem.VALID_BALLOTS: count.valid,
        OfficialItem.INVALID_BALLOTS: count.invalid,
        OfficialItem.NO_VOTE_BALLOTS: count.no_vote,
    }[figure.item]


def compared(figure: PublishedFigure, count: AreaCount, depth: int, turned: frozenset[int]) -> Difference | None:
    """The difference in one area; None where there is none. `turned`: places of `leadership_turned`."""
    found = reported(figure, count)
    if found is None or found == figure.value:
        return None
    complete = figure.item is OfficialItem.REGISTERED_VOTERS or (count.complete and not count.incomplete)
    return Difference(figure, found, depth, complete, complete and figure.place in turned)


def leadership_turned(
    official: Sequence[int | None], votes: Sequence[int], seats: int, variation: VotingVariation
) -> frozenset[int]:
    """Places of those who lead by one and not by the other; none unless every candidate's votes are published."""
    figures = [value for value in official if value is not None]
    if len(figures) != len(votes):
        return frozenset()
    sides = zip(leading(figures, seats, variation), leading(votes, seats, variation), strict=True)
    return frozenset(place for place, (by_official, by_reports) in enumerate(sides) if by_official != by_reports)


def by_what_matters(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    return tuple(sorted(differences, key=lambda difference: difference.key))
