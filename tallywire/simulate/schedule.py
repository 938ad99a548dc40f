"""When each station counts what: its contests one after the other, at the pace of its area."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from counting.election import Contest, Election, StationCount
from tallywire.simulate.pace import Pace

# A board is put up, boxes are opened: nothing is counted sooner than this after polls close.
OPENING_SECONDS = 600.0
# No count is quicker than this, twice what the rule TOO_EARLY allows.
BALLOT_SECONDS_MIN = 1.0
# Reading a ballot aloud and marking it on the board.
BALLOT_SECONDS = (1.8, 4.5)
# How far chance may move a station in its area's order, as a share of the order that size alone would give.
ORDER_NOISE = 0.8


@dataclass(frozen=True, slots=True)
class CountTimes:
    """One contest's count at one station: seconds after polls close."""

    count: StationCount
    start: float
    final: float


def schedule_counts(
    election: Election, counts: Iterable[StationCount], pace: Pace, rng: random.Random
) -> dict[str, list[CountTimes]]:
    """The counts of each station in the order in which it counts them; the very last ends at `pace.end`."""
    contests = {contest.code: contest for contest in election.contests}
    by_station = counts_by_station(election, counts)
    shares = _shares_before(election, by_station, pace, rng)
    times: dict[str, list[CountTimes]] = {}
    for station, own in by_station.items():
        area, share = shares[station]
        times[station] = _station_times(own, contests, area, share, pace, rng)
    return _with_last_at(times, pace.end)


def counts_by_station(election: Election, counts: Iterable[StationCount]) -> dict[str, list[StationCount]]:
    """Stations in the package's order; at each, its counts in the order of the package's contests."""
    rank = {contest.code: index for index, contest in enumerate(election.contests)}
    by_station: dict[str, list[StationCount]] = {station.code: [] for station in election.stations}
    for count in counts:
        by_station[count.station].append(count)
    return {station: sorted(own, key=lambda count: rank[count.contest]) for station, own in by_station.items() if own}


def area_chains(election: Election) -> dict[str, tuple[str, ...]]:
    """Each area's code with those of the areas around it, narrowest first."""
    parents = {area.code: area.parent for area in election.areas}
    chains: dict[str, tuple[str, ...]] = {}
    for code in parents:
        chain, at = [code], parents[code]
        while at is not None:
            chain.append(at)
            at = parents[at]
        chains[code] = tuple(chain)
    return chains


def _shares_before(
    election: Election, by_station: Mapping[str, list[StationCount]], pace: Pace, rng: random.Random
) -> dict[str, tuple[str, float]]:
    """For each station its pace area, and which share of that area's ballots is counted when it is half done."""
    chains = area_chains(election)
    members: dict[str, list[tuple[float, str, int]]] = {}
    largest = max((own[0].ballots_cast for own in by_station.values()), default=0) or 1
    for station in election.stations:
        if own := by_station.get(station.code):
            ballots = own[0].ballots_cast
            # Small stations finish early, chance moves the rest.
            rank = ballots / largest + ORDER_NOISE * rng.random()
            area = pace.area_of(chains[station.area])
            members.setdefault(area, []).append((rank, station.code, ballots))
    shares: dict[str, tuple[str, float]] = {}
    for area, stations in members.items():
        total, before = sum(ballots for *_, ballots in stations) or 1, 0.0
        for _, code, ballots in sorted(stations):
            shares[code] = (area, (before + ballots / 2) / total)
            before += ballots
    return shares


def _station_times(
    own: list[StationCount],
    contests: Mapping[str, Contest],
    area: str,
    share: float,
    pace: Pace,
    rng: random.Random,
) -> list[CountTimes]:
    room = (pace.end - OPENING_SECONDS) / (len(own) + 1)
    shortest = [min(count.ballots_cast * BALLOT_SECONDS_MIN + 1.0, room) for count in own]
    times: list[CountTimes] = []
    before = OPENING_SECONDS * rng.uniform(0.5, 1.0)
    for index, count in enumerate(own):
        length = max(count.ballots_cast * rng.uniform(*BALLOT_SECONDS), shortest[index])
        # The curve is met when half is counted, as partial tallies show the other half; less so at the end.
        wanted = pace.curve(area, contests[count.contest]).time_at(share) + length * 0.5 * (1 - share)
        latest = pace.end - sum(shortest[index + 1 :]) - rng.uniform(1.0, 30.0)
        final = max(before + shortest[index], min(wanted, latest))
        times.append(CountTimes(count, max(before, final - length), final))
        before = final
    return times


def _with_last_at(times: dict[str, list[CountTimes]], end: float) -> dict[str, list[CountTimes]]:
    if times:
        last = max(times, key=lambda station: times[station][-1].final)
        tail = times[last][-1]
        times[last][-1] = CountTimes(tail.count, tail.start, end)
    return times
