"""The facts that rules look at besides the submission: what is known of its station, contest, people and past.

Everything but the clock is optional. A fact that is not supplied reads as unknown or none, except `assigned`,
where unknown means no: a missing right is not a right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from counting.bounds import Bounds
from counting.election import Text
from counting.tally import Numbers, StandingTally
from counting.vocabulary import ElectionPhase, Role, TallyState, VotingVariation


@dataclass(frozen=True, slots=True)
class StationFacts:
    """`number` is unique inside the area that is named; served ids."""

    id: str
    number: int
    area_name: Text
    area_id: str = ""
    district_id: str = ""
    location: Text | None = None


@dataclass(frozen=True, slots=True)
class ContestFacts:
    """`candidate_ids` (served ids) and `ballot_numbers` run side by side, in ballot order.

    `position` finds a candidate's place by its id; it is made once, so keep one object a contest.
    """

    id: str
    name: Text
    area_name: Text
    candidate_ids: tuple[str, ...]
    ballot_numbers: tuple[int, ...]
    votes_per_ballot: int = 1
    voting_variation: VotingVariation = VotingVariation.PLURALITY
    seats: int = 1
    position: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "position", {candidate: place for place, candidate in enumerate(self.candidate_ids)})


@dataclass(frozen=True, slots=True)
class ReplacedTally:
    """The tally that `replaces` names, whatever became of it."""

    id: str
    revision: int
    state: TallyState
    reporter: str


@dataclass(frozen=True, slots=True)
class HeldTally:
    """A FINAL of the same contest and station that waits for an editor.

    `decides`: it is held for nothing but its disagreement with another's report, and its reporter may still send.
    """

    id: str
    reporter: str
    numbers: Numbers
    decides: bool = False


@dataclass(frozen=True, slots=True)
class EvidenceUse:
    """A photograph that a tally of another station carries; `station` is a label to show."""

    sha256: str
    station: Text
    reporter: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class OtherOffice:
    """What another contest's FINAL at the same station holds: all papers in its box, and who sent it."""

    contest_name: Text
    ballots: int
    reporter: str = ""


@dataclass(frozen=True, slots=True)
class Spread:
    """The range that `n` stations of one district span: fractions, `middle` their median."""

    n: int
    lo: float
    hi: float
    middle: float


@dataclass(frozen=True, slots=True)
class DistrictSpreads:
    """Made by `counting.spread.district_spreads`; `shares` in ballot order. None: too few stations yet."""

    turnout: Spread | None = None
    shares: tuple[Spread | None, ...] = ()
    invalid: Spread | None = None
    no_vote: Spread | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a rule may look at besides the submission.

    `phase` and `polls_close_at` may be None only where the station is unknown, and so its election.
    `registered_voters` None: the station does not count this contest.
    `assigned_stations`: labels of the reporter's stations, to be shown where this one is none of them.
    `reused_in_fields`: the client tally id was used before, with this many other fields (see `content`).
    `evidence_held`: digests that the store has; None: not looked up, what the submission names is believed.
    `same_numbers_at`: a label of another station whose standing FINAL has the same `numbers_digest`.
    `rivals`: held FINALs by anyone for this contest at this station.
    """

    now: datetime
    phase: ElectionPhase | None
    polls_close_at: datetime | None
    time_zone: str
    bounds: Bounds
    closed_at: datetime | None = None
    station: StationFacts | None = None
    contest: ContestFacts | None = None
    contest_known_in_election: bool = True
    registered_voters: int | None = None
    standing: StandingTally | None = None
    replaced: ReplacedTally | None = None
    reused_in_fields: int | None = None
    assigned: bool = False
    assigned_stations: tuple[Text, ...] = ()
    evidence_held: frozenset[str] | None = None
    evidence_elsewhere: tuple[EvidenceUse, ...] = ()
    same_numbers_at: Text | None = None
    other_offices: tuple[OtherOffice, ...] = ()
    rivals: tuple[HeldTally, ...] = ()
    district: DistrictSpreads | None = None
    reporter_role: Role = Role.VOLUNTEER

    @property
    def is_editor(self) -> bool:
        return self.reporter_role is Role.EDITOR
