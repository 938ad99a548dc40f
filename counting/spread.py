"""The range that a district's own stations span so far: robust, so that one wild sheet does not move it."""

from collections.abc import Iterable, Sequence
from math import sqrt
from statistics import median

from counting.bounds import Bounds
from counting.case import DistrictSpreads, Spread
from counting.tally import Numbers

# Makes the median absolute deviation of normal data its standard deviation (Rousseeuw & Croux 1993).
MAD_TO_SIGMA = 1.4826


def district_spreads(finals: Iterable[tuple[Numbers, int]], bounds: Bounds) -> DistrictSpreads:
    """The spreads of one contest in one district, from its standing FINALs: (numbers, registered voters).

    Sheets with a number that is not legible, or without a ballot, are left out. O(stations × candidates), so
    keep the answer until some more stations have come.
    """
    whole = [(numbers, registered) for numbers, registered in finals if numbers.counted and not numbers.incomplete]
    if not whole:
        return DistrictSpreads()
    candidates = len(whole[0][0].votes)
    return DistrictSpreads(
        turnout=spread([numbers.counted / voters for numbers, voters in whole if voters], bounds),
        shares=tuple(spread(_shares(whole, place), bounds) for place in range(candidates)),
        invalid=spread([(numbers.invalid_ballots or 0) / numbers.counted for numbers, _ in whole], bounds),
        no_vote=spread([(numbers.no_vote_ballots or 0) / numbers.counted for numbers, _ in whole], bounds),
    )


def spread(samples: Sequence[float], bounds: Bounds) -> Spread | None:
    """median ± `range_spread` × a deviation like the standard one; None under `range_stations_min` samples.

    Where more than half of the samples are equal the median absolute deviation is 0 and says nothing; the mean
    one stands in.
    """
    if not samples or len(samples) < bounds.range_stations_min:
        return None
    middle = median(samples)
    apart = [abs(sample - middle) for sample in samples]
    deviation = max(MAD_TO_SIGMA * median(apart), sum(apart) / len(apart))
    reach = bounds.range_spread * deviation
    return Spread(len(samples), max(0.0, middle - reach), min(1.0, middle + reach), middle)


def range_at(spread: Spread, of: int, bounds: Bounds) -> tuple[float, float]:
    """The range of a fraction of `of` ballots or voters: the district's, or what chance alone can do if wider.

    A small station's shares scatter widely; the scatter of a draw of `of` ballots widens the range, measured with
    one success and one failure added (Laplace), so that a share of 0 in the district is no certainty.
    """
    likely = (spread.middle * of + 1) / (of + 2)
    chance = bounds.range_spread * sqrt(likely * (1 - likely) / of)
    return max(0.0, min(spread.lo, spread.middle - chance)), min(1.0, max(spread.hi, spread.middle + chance))


def outside(value: int, of: int, spread: Spread, bounds: Bounds) -> bool:
    """Is `value` / `of` beyond the range for that many? Of none nothing is."""
    if of <= 0:
        return False
    if spread.lo <= value / of <= spread.hi:
        return False
    lo, hi = range_at(spread, of, bounds)
    return not lo <= value / of <= hi


def _shares(whole: Sequence[tuple[Numbers, int]], place: int) -> list[float]:
    return [(numbers.votes[place] or 0) / numbers.valid_ballots for numbers, _ in whole if numbers.valid_ballots]
