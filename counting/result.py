"""What a count says: ranks, shares, who leads, what is outstanding, and whether it can still change.

Votes come in ballot order; a place is an index into them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from counting.area_count import AreaCount, StationStanding, apply, blank, record, silent
from counting.case import ContestFacts
from counting.vocabulary import ResultsStatus, VotingVariation

__all__ = [
    "AreaCount",
    "Row",
    "StationStanding",
    "apply",
    "blank",
    "decided",
    "leading",
    "margin",
    "ranking",
    "record",
    "rows",
    "share",
    "silent",
    "status",
    "turnout",
]


class Row(NamedTuple):
    """One candidate's standing; `share` is a fraction of all votes for candidates."""

    place: int
    votes: int
    share: float
    rank: int
    leading: bool


def rows(count: AreaCount, contest: ContestFacts) -> list[Row]:
    """Every candidate, by rank, then ballot number."""
    votes = count.votes
    total = sum(votes)
    leaders = leading(votes, contest.seats, contest.voting_variation)
    return [
        Row(place, votes[place], share(votes[place], total), rank, leaders[place]) for place, rank in ranking(votes)
    ]


def ranking(votes: Sequence[int]) -> list[tuple[int, int]]:
    """(place, rank) in order of rank; equal votes share a rank, and the next rank is left out for each (1 1 3)."""
    ranked: list[tuple[int, int]] = []
    rank = 0
    last: int | None = None
    for position, place in enumerate(sorted(range(len(votes)), key=lambda place: -votes[place]), start=1):
        if votes[place] != last:
            rank, last = position, votes[place]
        ranked.append((place, rank))
    return ranked


def share(votes: int, total: int) -> float:
    """A fraction of all votes for candidates; 0 while there is none."""
    return votes / total if total else 0.0


def leading(votes: Sequence[int], seats: int, variation: VotingVariation) -> list[bool]:
    """Per place: has votes, and no more candidates than seats have as many or more.

    So a tie over the last seat leaves that seat without a leader. Where there are seats for all, all lead.
    """
    if variation is VotingVariation.PROPORTIONAL:
        return [False] * len(votes)
    if len(votes) <= seats:
        return [True] * len(votes)
    # Whoever has more than the first one left out has a seat; whoever has as many may not have it.
    first_out = sorted(votes, reverse=True)[seats] if seats >= 0 else 0
    return [number > first_out for number in votes]


def margin(count: AreaCount, contest: ContestFacts) -> int | None:
    """Votes between the last who leads and the first who does not; None where there is no such pair."""
    inside, outside = _sides(count.votes, count.votes, contest)
    return min(inside) - max(outside) if inside and outside else None


def decided(count: AreaCount, contest: ContestFacts) -> bool:
    """Nothing outstanding can change who leads.

    A bound, not a forecast: the votes of disputed stations are set aside, and every ballot that can still come
    goes to the first who does not lead. A seat over which there is a tie is never decided. Lists that share
    seats are decided when nothing is outstanding.
    """
    if contest.voting_variation is VotingVariation.PROPORTIONAL:
        return count.stations > 0 and not count.outstanding
    if len(count.votes) <= contest.seats:
        return True
    sure = [votes - disputed for votes, disputed in zip(count.votes, count.disputed_votes, strict=True)]
    inside, outside = _sides(count.votes, sure, contest)
    return len(inside) == contest.seats and min(inside, default=0) > max(outside, default=0) + count.at_most


def turnout(count: AreaCount) -> float | None:
    """Ballots cast over registered voters, of the stations that have reported; None before the first."""
    return count.ballots_cast / count.registered_reporting if count.registered_reporting else None


def status(count: AreaCount, *, counting_has_opened: bool) -> ResultsStatus:
    """After NIST SP 1500-100; CORRECTION while complete, once something changed after the first completion."""
    if not counting_has_opened:
        return ResultsStatus.PRE_ELECTION
    if not count.complete:
        return ResultsStatus.UNOFFICIAL_PARTIAL
    return ResultsStatus.CORRECTION if count.corrected else ResultsStatus.UNOFFICIAL_COMPLETE


def _sides(votes: Sequence[int], measured: Sequence[int], contest: ContestFacts) -> tuple[list[int], list[int]]:
    """`measured` of those who lead by `votes`, and of those who do not."""
    inside: list[int] = []
    outside: list[int] = []
    leaders = leading(votes, contest.seats, contest.voting_variation)
    for leads, number in zip(leaders, measured, strict=True):
        (inside if leads else outside).append(number)
    return inside, outside
