"""The bounds that rules compare with: data of the election's package, under a version that entries carry."""

from dataclasses import dataclass, field

from counting.vocabulary import TallyRule, Verdict


@dataclass(frozen=True, slots=True)
class Bounds:
    """Counts are of papers, shares are fractions in 0..1, durations are seconds.

    `verdicts` overrides the verdict of a judging rule; None there switches that rule off.
    """

    version: str
    number_max: int = 100_000
    offices_apart_max: int = 3
    offices_apart_share: float = 0.01
    count_seconds_per_ballot: float = 0.5
    evidence_min: int = 0
    same_numbers_ballots_min: int = 50
    range_stations_min: int = 20
    range_spread: float = 6.0
    third_report_decides: bool = False
    verdicts: dict[TallyRule, Verdict | None] = field(default_factory=dict)
