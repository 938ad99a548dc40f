"""What a simulated volunteer sends, and when: the plan's atoms. Times are seconds after polls close."""

from dataclasses import dataclass
from enum import StrEnum

from counting.vocabulary import TallyCoverage


class Mistake(StrEnum):
    """A slip of the finger in a tally's first version; each is one that the rules refuse at once."""

    WRONG_SUM = "WRONG_SUM"
    NEGATIVE_NUMBER = "NEGATIVE_NUMBER"
    MISSING_CANDIDATE = "MISSING_CANDIDATE"


class Repeat(StrEnum):
    """A sending that goes out twice under one clientTallyId, although it was answered."""

    AFTERWARDS = "AFTERWARDS"
    AT_ONCE = "AT_ONCE"


@dataclass(frozen=True, slots=True)
class PlannedTally:
    """One tally of one contest at one station, under the package's codes.

    `key` is unique in the plan. `votes` in ballot order; None: the board does not show it yet.
    `mistake`: its first version is wrong so, is refused, and is corrected under a new clientTallyId.
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

    @property
    def is_final(self) -> bool:
        return self.coverage is TallyCoverage.FINAL


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
