"""What goes wrong between a volunteer and the server: each mishap is a behaviour that changes the sendings.

A behaviour is pure: sendings in, sendings out, chance from the generator that it is given.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from tallywire.simulate.sending import Mistake, PlannedTally, Repeat, Sending

# What `submitTallies` takes at most.
BURST_MAX = 50
# The shortest and the longest time without network, in seconds.
OFFLINE_SECONDS = (180.0, 2700.0)
# What impatient phones wait before they try again, in seconds: short enough to be overtaken by the answer.
GIVE_UP_SECONDS = (0.001, 0.05)


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares in 0..1: of volunteers for `offline`, of sendings for `twice` and `give_up`, of tallies for `mistype`."""

    offline: float = 0.2
    twice: float = 0.015
    give_up: float = 0.02
    mistype: float = 0.03


Behaviour = Callable[[Sequence[Sending], Rates, random.Random, float], list[Sending]]


def lose_network(sendings: Sequence[Sending], rates: Rates, rng: random.Random, end: float) -> list[Sending]:
    """Phones without network keep what they would send, and send it in one burst when they are back.

    Of several unsent tallies of one contest at one station only the newest goes out.
    """
    gaps = _gaps(sendings, rates, rng, end)
    kept: list[Sending] = []
    unsent: dict[int, list[PlannedTally]] = {}
    for sending in sendings:
        lost, back = gaps.get(sending.volunteer, (0.0, 0.0))
        if lost <= sending.at < back:
            unsent.setdefault(sending.volunteer, []).extend(sending.tallies)
        else:
            kept.append(sending)
    for volunteer, tallies in unsent.items():
        newest = _newest_of_each(tallies)
        for first in range(0, len(newest), BURST_MAX):
            burst = tuple(newest[first : first + BURST_MAX])
            kept.append(Sending(gaps[volunteer][1], volunteer, burst))
    # Stable, and by volunteer: what a phone held back goes out before what it sends at the same moment.
    return sorted(kept, key=lambda sending: (sending.at, sending.tallies[0].counted_at))


def mistype(sendings: Sequence[Sending], rates: Rates, rng: random.Random, end: float) -> list[Sending]:
    """Tired thumbs: some tallies go out wrong at first, in ways that every server must refuse."""
    return [
        replace(sending, tallies=tuple(_perhaps_wrong(tally, rates.mistype, rng) for tally in sending.tallies))
        for sending in sendings
    ]


def give_up_waiting(sendings: Sequence[Sending], rates: Rates, rng: random.Random, end: float) -> list[Sending]:
    """Phones that stop waiting for an answer and send the same tally again."""
    return [
        replace(sending, give_up_after=rng.uniform(*GIVE_UP_SECONDS)) if rng.random() < rates.give_up else sending
        for sending in sendings
    ]


def send_twice(sendings: Sequence[Sending], rates: Rates, rng: random.Random, end: float) -> list[Sending]:
    """A second tap on the button: at the same moment, or after the answer."""
    return [
        replace(sending, repeat=rng.choice(list(Repeat))) if rng.random() < rates.twice else sending
        for sending in sendings
    ]


def photographed(sendings: Sequence[Sending], share: float, rng: random.Random) -> list[Sending]:
    """Some FINALs go with a photograph of their sheet."""
    return [
        replace(
            sending,
            tallies=tuple(
                replace(tally, photographed=True) if tally.is_final and rng.random() < share else tally
                for tally in sending.tallies
            ),
        )
        for sending in sendings
    ]


BEHAVIOURS: tuple[Behaviour, ...] = (lose_network, mistype, give_up_waiting, send_twice)


def _gaps(sendings: Iterable[Sending], rates: Rates, rng: random.Random, end: float) -> dict[int, tuple[float, float]]:
    """When which volunteers are without network: from, until; always over something that they would send."""
    times: dict[int, list[float]] = {}
    for sending in sendings:
        times.setdefault(sending.volunteer, []).append(sending.at)
    gaps: dict[int, tuple[float, float]] = {}
    for volunteer, own in sorted(times.items()):
        if rng.random() < rates.offline:
            length = rng.uniform(*OFFLINE_SECONDS)
            lost = rng.choice(own) - length * rng.uniform(0.0, 0.5)
            gaps[volunteer] = (lost, min(lost + length, end))
    return gaps


def _newest_of_each(tallies: Iterable[PlannedTally]) -> list[PlannedTally]:
    newest: dict[tuple[str, str], PlannedTally] = {}
    for tally in tallies:
        newest.pop((tally.station, tally.contest), None)
        newest[tally.station, tally.contest] = tally
    return list(newest.values())


def _perhaps_wrong(tally: PlannedTally, rate: float, rng: random.Random) -> PlannedTally:
    if rng.random() >= rate:
        return tally
    kinds = [Mistake.NEGATIVE_NUMBER, Mistake.MISSING_CANDIDATE]
    if tally.ballots_cast is not None:
        kinds += [Mistake.WRONG_SUM] * 4
    return replace(tally, mistake=rng.choice(kinds))
