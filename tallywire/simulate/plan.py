"""The plan of a night: who sends what when. Pure, and the same for the same seed."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count as counter
from itertools import pairwise

from counting.election import Election, StationCount
from tallywire.simulate.doubts import plan_doubts
from tallywire.simulate.mishaps import BEHAVIOURS, Behaviour, Rates, photographed
from tallywire.simulate.pace import Pace
from tallywire.simulate.partials import tallies_of
from tallywire.simulate.schedule import counts_by_station, schedule_counts
from tallywire.simulate.sending import Sending

VOLUNTEERS = 2500


@dataclass(frozen=True, slots=True)
class NightPlan:
    """`volunteers[n]` holds the codes of the stations of volunteer n; `sendings` are in order of time.

    `doubts`: what comes on top of the truth, in order of time too; none of it may count in the end.
    """

    election: Election
    counts: tuple[StationCount, ...]
    volunteers: tuple[tuple[str, ...], ...]
    sendings: tuple[Sending, ...]
    seed: int
    end: float
    doubts: tuple[Sending, ...] = ()

    @property
    def tallies_total(self) -> int:
        return sum(len(sending.tallies) for sending in self.sendings)


def plan_night(
    election: Election,
    counts: Iterable[StationCount],
    pace: Pace,
    *,
    seed: int = 2022,
    volunteers: int = VOLUNTEERS,
    rates: Rates | None = None,
    behaviours: Sequence[Behaviour] = BEHAVIOURS,
    doubts: float = 0.0,
    photographs: float = 0.0,
    partials: bool = True,
) -> NightPlan:
    """Every count of every station, from its first partial tally to its FINAL, by its volunteer's phone.

    `doubts`: share of sheets with something that may need an editor. `photographs`: share of FINALs with one; all of
    them where the election requires it. `partials` False: each count is sent once, when it is over.
    """
    counts = tuple(counts)
    schedule = schedule_counts(election, counts, pace, random.Random(f"{seed}/schedule"))
    crew = assign_stations(list(counts_by_station(election, counts)), volunteers)
    volunteer_of = {station: number for number, own in enumerate(crew) for station in own}
    rng, keys = random.Random(f"{seed}/partials"), counter(1)
    sendings = [
        Sending(tally.counted_at, volunteer_of[station], (tally,))
        for station, times in schedule.items()
        for contest_times in times
        for tally in tallies_of(contest_times, keys, rng)
        if partials or tally.is_final
    ]
    sendings.sort(key=lambda sending: sending.at)
    for behaviour in behaviours:
        name = getattr(behaviour, "__name__", repr(behaviour))
        sendings = behaviour(sendings, rates or Rates(), random.Random(f"{seed}/{name}"), pace.end)
    if photographs or election.bounds.evidence_min:
        share = 1.0 if election.bounds.evidence_min else photographs
        sendings = photographed(sendings, share, random.Random(f"{seed}/photographs"))
    chance = random.Random(f"{seed}/doubts")
    crew, doubtful = plan_doubts(election, sendings, crew, doubts, chance, pace.end)
    return NightPlan(election, counts, crew, tuple(sendings), seed, pace.end, doubtful)


def assign_stations(stations: Sequence[str], volunteers: int) -> tuple[tuple[str, ...], ...]:
    """Neighbouring stations to each volunteer, as evenly as it goes; nobody is left without a station."""
    people = max(1, min(volunteers, len(stations)))
    cuts = [len(stations) * number // people for number in range(people + 1)]
    return tuple(tuple(stations[a:b]) for a, b in pairwise(cuts))
