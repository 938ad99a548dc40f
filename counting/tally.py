"""A tally as a person sends it, as it is judged, and as it stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from counting.vocabulary import TallyCoverage, TallyRule, TallyState, Verdict


class VotesRow(NamedTuple):
    """One row of a submission; `votes` None: not legible on the sheet, never 0."""

    candidate_id: str
    votes: int | None


@dataclass(frozen=True, slots=True)
class Submission:
    """What a reporter sent, unchecked, under served ids. `reporter` is the pseudonym."""

    client_tally_id: str
    station_id: str
    contest_id: str
    coverage: TallyCoverage
    votes: tuple[VotesRow, ...]
    valid_ballots: int | None
    invalid_ballots: int | None
    no_vote_ballots: int | None
    ballots_cast: int | None
    as_written: bool
    replaces: str | None
    evidence: tuple[str, ...]
    counted_at: datetime | None
    note: str | None
    reporter: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one tally. `votes` in ballot order; None: not legible, or not announced yet.

    `valid_ballots` is the sum of the legible votes, or as sent where a ballot carries several votes.
    """

    votes: tuple[int | None, ...]
    valid_ballots: int
    invalid_ballots: int | None
    no_vote_ballots: int | None
    ballots_cast: int | None

    @property
    def counted(self) -> int:
        """Ballots that results count: valid + invalid + no-vote, what is not legible left out."""
        return self.valid_ballots + (self.invalid_ballots or 0) + (self.no_vote_ballots or 0)

    @property
    def incomplete(self) -> bool:
        """Some number is not legible (or, in a PARTIAL, not announced yet)."""
        return None in self.votes or self.invalid_ballots is None or self.no_vote_ballots is None


@dataclass(frozen=True, slots=True)
class StandingTally:
    """The tally that counts now for one contest at one station; `confirmations` by other people."""

    id: str
    revision: int
    coverage: TallyCoverage
    numbers: Numbers
    reporter: str
    recorded_at: datetime
    confirmations: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's objection. `field` is a path into the input, such as votes.3.votes; `numbers` what was compared.

    The texts are made from `numbers` when they are shown, for reporter or editor, in Thai or English.
    """

    rule: TallyRule
    verdict: Verdict
    field: str | None
    numbers: dict[str, int | float | str]


# The one table of states: what a tally may become. The database holds it as a trigger (db/tables/tally.py).
TRANSITIONS: dict[TallyState | None, frozenset[TallyState]] = {
    None: frozenset({TallyState.ACCEPTED, TallyState.HELD}),
    TallyState.HELD: frozenset({TallyState.ACCEPTED, TallyState.REJECTED, TallyState.WITHDRAWN}),
    TallyState.ACCEPTED: frozenset({TallyState.SUPERSEDED, TallyState.WITHDRAWN, TallyState.HELD}),
    TallyState.SUPERSEDED: frozenset(),
    TallyState.REJECTED: frozenset(),
    TallyState.WITHDRAWN: frozenset(),
}
