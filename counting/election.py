"""An election as its package defines it: areas, stations, contests, candidates, registers, official figures.

Codes are local to the election's package; the served id of a thing is `election_id + "/" + code`.
"""

from dataclasses import dataclass
from datetime import datetime

from counting.bounds import Bounds
from counting.vocabulary import AreaLevel, Language, VotingVariation


@dataclass(frozen=True, slots=True)
class Text:
    """A text in Thai, and in English where there is one."""

    th: str
    en: str | None = None

    def in_language(self, language: Language | None) -> str:
        """The English text where it was asked for and exists, else the Thai one."""
        return self.en if language is Language.EN and self.en else self.th


@dataclass(frozen=True, slots=True)
class Area:
    code: str
    level: AreaLevel
    parent: str | None
    name: Text


@dataclass(frozen=True, slots=True)
class Contest:
    code: str
    office: str
    name: Text
    area: str
    seats: int
    voting_variation: VotingVariation
    votes_per_ballot: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """`code` is `contest code + "/" + ballot number`."""

    contest: str
    ballot_number: int
    name: Text
    short_name: Text
    party: Text | None
    color: str

    @property
    def code(self) -> str:
        return f"{self.contest}/{self.ballot_number}"


@dataclass(frozen=True, slots=True)
class Station:
    """`area` is the smallest area that it lies in; `number` is unique inside that area."""

    code: str
    area: str
    number: int
    location: Text


@dataclass(frozen=True, slots=True)
class Register:
    """The voters registered at one station for one contest; its rows say which contests a station counts."""

    station: str
    contest: str
    registered_voters: int


@dataclass(frozen=True, slots=True)
class OfficialFigure:
    """A number that the authority published. `ballot_number` is set where `item` is `votes`.

    `item`: votes, valid_ballots, invalid_ballots, no_vote_ballots, ballots_cast or registered_voters.
    `station`: of this station alone; `area` is then the smallest area that it lies in.
    """

    contest: str
    area: str
    item: str
    ballot_number: int | None
    value: int
    station: str | None = None


@dataclass(frozen=True, slots=True)
class StationCount:
    """What a station's count ends at (for simulations): votes in ballot order, then the other ballots.

    `papers`: valid ballots where one may carry several votes; None where each carries one.
    """

    station: str
    contest: str
    votes: tuple[int, ...]
    invalid_ballots: int
    no_vote_ballots: int
    papers: int | None = None

    @property
    def valid_ballots(self) -> int:
        return sum(self.votes) if self.papers is None else self.papers

    @property
    def ballots_cast(self) -> int:
        return self.valid_ballots + self.invalid_ballots + self.no_vote_ballots


@dataclass(frozen=True, slots=True)
class Election:
    """One election's package, whole. `notice` stands on every page where it is set."""

    id: str
    name: Text
    is_test: bool
    polls_close_at: datetime
    time_zone: str
    notice: Text | None
    help_contact: Text | None
    bounds: Bounds
    areas: tuple[Area, ...]
    contests: tuple[Contest, ...]
    candidates: tuple[Candidate, ...]
    stations: tuple[Station, ...]
    registers: tuple[Register, ...]
    official: tuple[OfficialFigure, ...]
