"""The median of what was measured in pairs, with a 95 % interval by bootstrap."""

import random
import statistics
from collections.abc import Sequence

RESAMPLES = 10_000
SEED = 2022


def median_and_interval(values: Sequence[float]) -> dict[str, float]:
    """`low` to `high` holds 95 % of the medians of samples drawn from these values, as many each, with replacement."""
    dice = random.Random(SEED)
    medians = sorted(statistics.median(dice.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return {
        "median": statistics.median(values),
        "low": medians[round(0.025 * RESAMPLES)],
        "high": medians[round(0.975 * RESAMPLES) - 1],
    }
