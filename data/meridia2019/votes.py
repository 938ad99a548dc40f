"""How Meridia voted: ballots drawn one by one, so that every sheet adds up as a sheet does."""

import random
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sheet:
    """What one station counts in one contest; votes in ballot order."""

    valid: int
    invalid: int
    votes: tuple[int, ...]


def count(cast: int, weights: Sequence[float], marks_max: int, rng: random.Random) -> Sheet:
    """`cast` ballots, of which some are spoilt; each of the others marks one to `marks_max` different names."""
    invalid = sum(rng.random() < 0.02 for _ in range(cast))
    votes = [0] * len(weights)
    for _ in range(cast - invalid):
        marks = rng.randint(1, min(marks_max, len(weights)))
        for place in _drawn(weights, marks, rng):
            votes[place] += 1
    return Sheet(cast - invalid, invalid, tuple(votes))


def _drawn(weights: Sequence[float], marks: int, rng: random.Random) -> list[int]:
    """Different places, the likelier ones sooner (Efraimidis & Spirakis)."""
    order = sorted(range(len(weights)), key=lambda place: rng.random() ** (1 / weights[place]), reverse=True)
    return order[:marks]
