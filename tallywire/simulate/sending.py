"""What a simulated volunteer sends, and when: the plan's atoms. Times are seconds after polls close."""

from dataclasses import dataclass
from enum import StrEnum

from counting.vocabulary import TallyCoverage


class Mistake(StrEnum):
    """A slip of the finger in a tally's first version; each is one that the rules refuse at once."""

    WRONG_SUM = "WRONG_SUM"
    NEGATIVE_NUMBER = "NEGATIVE_NUMBER"
    MISSING_CANDIDATE = "MISSING_CANDIDATE"


class Doubt(StrEnum):
    """What may need an editor, besides what everybody sends. Named by what it is, not by the rule that finds it.

    The first ones are the station's own volunteer's, and the true FINAL follows; then come those of others.
    """

    SWAPPED = "SWAPPED"
    ADDED_A_DIGIT = "ADDED_A_DIGIT"
    NOT_LEGIBLE = "NOT_LEGIBLE"
    EMPTY = "EMPTY"
    TOO_SOON = "TOO_SOON"
    AS_WRITTEN = "AS_WRITTEN"
    OLD_PHOTOGRAPH = "OLD_PHOTOGRAPH"
    WRONG_STATION = "WRONG_STATION"
    FELL_BACK = "FELL_BACK"
    LATE_PARTIAL = "LATE_PARTIAL"
    NOT_ASSIGNED = "NOT_ASSIGNED"
    SECOND_REPORT = "SECOND_REPORT"
    DISPUTE = "DISPUTE"


class Repeat(StrEnum):
    """A sending that goes out twice under one clientTallyId, although it was answered."""

    AFTERWARDS = "AFTERWARDS"
    AT_ONCE = "AT_ONCE"


@dataclass(frozen=True, slots=True)
class PlannedTally:
    """One tally of one contest at one station, under the package's codes.

    `key` is unique in the plan. `votes` in ballot order; None: the board does not show it yet. `valid_ballots` are sent
    where a ballot may carry several votes.
    `mistake`: its first version is wrong so, is refused, and is corrected under a new clientTallyId.
    `doubt`: it is no part of the truth, but comes on top. `photographed`: a photograph goes with it, that of the tally
    with the key `borrowed` where one is named.
    """

    key: int
    station: str
    contest: str
    coverage: TallyCoverage
    votes: tuple[int | None, ...]
    invalid_ballots: int | None
    no_vote_ballots: int | None
    ballots_cast: int | None
    counted_at: float
    mistake: Mistake | None = None
    doubt: Doubt | None = None
    as_written: bool = False
    photographed: bool = False
    borrowed: int | None = None
    valid_ballots: int | None = None

    @property
    def is_final(self) -> bool:
        return self.coverage is TallyCoverage.FINAL

    @property
    def sheet(self) -> tuple[str, str]:
        return self.station, self.contest


@dataclass(frozen=True, slots=True)
class Sending:
    """One request of one volunteer: a tally, or a burst of several after a lost network.

    `give_up_after`: seconds after which the phone stops waiting for the first answer and sends again.
    """

    at: float
    volunteer: int
    tallies: tuple[PlannedTally, ...]
    repeat: Repeat | None = None
    give_up_after: float | None = None
