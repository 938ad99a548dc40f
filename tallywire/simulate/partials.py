"""What a counting board shows while the count goes on: numbers that only rise, up to the truth."""

import random
from collections.abc import Iterator
from enum import IntEnum
from itertools import count as counter

from counting.election import StationCount
from counting.vocabulary import TallyCoverage
from tallywire.simulate.schedule import CountTimes
from tallywire.simulate.sending import PlannedTally

SMALL_STATION_BALLOTS = 100
PARTIALS_MAX = 4


class Shown(IntEnum):
    """How much of a running count a reporter writes down; a count only ever gains, so nothing falls back."""

    MARKS_ONLY = 0
    VOTES = 1
    ALL_BUT_TOTAL = 2
    ALL = 3


def tallies_of(times: CountTimes, keys: "counter[int]", rng: random.Random) -> Iterator[PlannedTally]:
    """Partial tallies through the count, cumulative and never decreasing, then the FINAL, equal to the truth."""
    truth = (*times.count.votes, times.count.invalid_ballots, times.count.no_vote_ballots)
    seen = [0] * len(truth)
    shown = rng.choices(list(Shown), (10, 25, 15, 50))[0]
    share_before = 0.0
    for share in _shares(times, rng):
        _count_on(seen, truth, (share - share_before) / (1 - share_before), rng)
        share_before = share
        # A board with no vote on it yet is not sent.
        if any(seen[:-2]) and tuple(seen) != truth:
            at = times.start + (times.final - times.start) * share
            yield _tally(times, next(keys), seen, TallyCoverage.PARTIAL, shown, at)
    yield _tally(times, next(keys), list(truth), TallyCoverage.FINAL, Shown.ALL, times.final)


def _shares(times: CountTimes, rng: random.Random) -> list[float]:
    """Which shares of the ballots are counted when partial tallies are sent."""
    small = times.count.ballots_cast < SMALL_STATION_BALLOTS
    number = rng.randint(0, 1) if small else rng.randint(1, PARTIALS_MAX)
    return [(place + rng.uniform(-0.35, 0.35)) / (number + 1) for place in range(1, number + 1)]


def _count_on(seen: list[int], truth: tuple[int, ...], part: float, rng: random.Random) -> None:
    """Takes about `part` of what is still in the box, in place."""
    for index, total in enumerate(truth):
        left = total - seen[index]
        if left:
            seen[index] += min(left, int(left * part + rng.random()))


def _tally(
    times: CountTimes, key: int, seen: list[int], coverage: TallyCoverage, shown: Shown, at: float
) -> PlannedTally:
    votes = seen[:-2]
    valid = times.count.valid_ballots if coverage is TallyCoverage.FINAL else _papers(times.count, votes)
    return PlannedTally(
        key=key,
        station=times.count.station,
        contest=times.count.contest,
        coverage=coverage,
        votes=tuple(vote or None for vote in votes) if shown is Shown.MARKS_ONLY else tuple(votes),
        invalid_ballots=seen[-2] if shown >= Shown.ALL_BUT_TOTAL else None,
        no_vote_ballots=seen[-1] if shown >= Shown.ALL_BUT_TOTAL else None,
        ballots_cast=valid + seen[-2] + seen[-1] if shown is Shown.ALL else None,
        counted_at=at,
        valid_ballots=valid if shown >= Shown.ALL_BUT_TOTAL else None,
    )


def _papers(count: StationCount, votes: list[int]) -> int:
    """Valid ballots that carry what is on the board: as many as votes, or as full as the station's papers are.

    It never falls as votes rise, and no candidate has more votes than there are papers.
    """
    if count.papers is None:
        return sum(votes)
    total = sum(count.votes)
    return max(-(-count.papers * sum(votes) // total), max(votes)) if total else 0
