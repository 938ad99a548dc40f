from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import (
    AreaLevel,
    ElectionPhase,
    FollowState,
    ReportKind,
    ResultsStatus,
    Role,
    TallyCoverage,
    TallyRule,
    TallyState,
    Verdict,
    VotingVariation,
)


class Accepted(BaseModel):
    tally: "AcceptedTally"
    cursor: str
    replayed: bool


class AcceptedTally(BaseModel):
    id: str
    revision: int
    state: TallyState
    confirmations: int


class Conflict(BaseModel):
    tally: "ConflictTally"
    standing: Optional["ConflictStanding"]


class ConflictTally(BaseModel):
    id: str
    state: TallyState
    decision: Optional["ConflictTallyDecision"]


class ConflictTallyDecision(BaseModel):
    kind: ReportKind
    by: Optional[str]
    reason: Optional[str]
    at: datetime


class ConflictStanding(BaseModel):
    id: str
    revision: int


class Objection(BaseModel):
    rule: TallyRule
    verdict: Verdict
    field: Optional[str]
    thai: str
    english: str


class Held(BaseModel):
    tally: "HeldTally"
    findings: list["HeldFindings"]
    replayed: bool


class HeldTally(BaseModel):
    id: str
    revision: int
    state: TallyState


class HeldFindings(Objection):
    pass


class Nominee(BaseModel):
    id: str
    contest: "NomineeContest"
    ballot_number: int = Field(alias="ballotNumber")
    name: str
    short_name: str = Field(alias="shortName")
    party: Optional[str]
    color: str


class NomineeContest(BaseModel):
    id: str


class Overview(BaseModel):
    id: str
    name: str
    phase: ElectionPhase
    is_test: bool = Field(alias="isTest")
    notice: Optional[str]
    polls_close_at: datetime = Field(alias="pollsCloseAt")
    time_zone: str = Field(alias="timeZone")
    stations_total: int = Field(alias="stationsTotal")
    registered_voters: int = Field(alias="registeredVoters")
    cursor: str
    last_report_at: Optional[datetime] = Field(alias="lastReportAt")
    counted_until: Optional[datetime] = Field(alias="countedUntil")
    ruleset: str
    following: Optional["OverviewFollowing"]


class OverviewFollowing(BaseModel):
    origin: str
    state: FollowState
    size: int
    verified_at: Optional[datetime] = Field(alias="verifiedAt")
    reason: Optional[str]


class Pages(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


class Person(BaseModel):
    id: str
    role: Role
    display_name: Optional[str] = Field(alias="displayName")
    stations: list["PersonStations"]
    accepted: int
    held: int
    rejected: int
    confirmed_by_others: int = Field(alias="confirmedByOthers")
    contradicted_by_others: int = Field(alias="contradictedByOthers")
    last_seen_at: Optional[datetime] = Field(alias="lastSeenAt")
    revoked_at: Optional[datetime] = Field(alias="revokedAt")


class PersonStations(BaseModel):
    id: str


class Place(BaseModel):
    id: str
    level: AreaLevel
    name: str
    parent: Optional["PlaceParent"]
    stations_total: int = Field(alias="stationsTotal")
    registered_voters: int = Field(alias="registeredVoters")


class PlaceParent(BaseModel):
    id: str


class PollingStation(BaseModel):
    id: str
    number: int
    location: str
    area: "PollingStationArea"
    registered_voters: int = Field(alias="registeredVoters")
    contests: list["PollingStationContests"]


class PollingStationArea(BaseModel):
    id: str


class PollingStationContests(BaseModel):
    id: str


class Race(BaseModel):
    id: str
    office: str
    name: str
    area: "RaceArea"
    seats: int
    voting_variation: VotingVariation = Field(alias="votingVariation")
    votes_per_ballot: int = Field(alias="votesPerBallot")
    candidates: list["RaceCandidates"]


class RaceArea(BaseModel):
    id: str


class RaceCandidates(Nominee):
    pass


class Rejected(BaseModel):
    client_tally_id: Optional[str] = Field(alias="clientTallyId")
    findings: list["RejectedFindings"]
    replayed: bool


class RejectedFindings(Objection):
    pass


class Sheet(BaseModel):
    id: str
    revision: int
    coverage: TallyCoverage
    state: TallyState
    station: "SheetStation"
    contest: "SheetContest"
    votes: list["SheetVotes"]
    valid_ballots: int = Field(alias="validBallots")
    invalid_ballots: Optional[int] = Field(alias="invalidBallots")
    no_vote_ballots: Optional[int] = Field(alias="noVoteBallots")
    ballots_cast: Optional[int] = Field(alias="ballotsCast")
    reporter: str
    confirmations: int
    counted_at: Optional[datetime] = Field(alias="countedAt")
    recorded_at: datetime = Field(alias="recordedAt")


class SheetStation(BaseModel):
    id: str


class SheetContest(BaseModel):
    id: str


class SheetVotes(BaseModel):
    votes: Optional[int]
    candidate: "SheetVotesCandidate"


class SheetVotesCandidate(BaseModel):
    id: str
    ballot_number: int = Field(alias="ballotNumber")


class Report(BaseModel):
    sequence: int
    cursor: str
    kind: ReportKind
    is_test: bool = Field(alias="isTest")
    station: "ReportStation"
    contest: "ReportContest"
    tally: Optional["ReportTally"]
    previous: Optional["ReportPrevious"]
    commitment: Optional[str]
    salt: Optional[str]
    reason: Optional[str]
    decided_by: Optional[str] = Field(alias="decidedBy")
    ruleset: str
    recorded_at: datetime = Field(alias="recordedAt")


class ReportStation(BaseModel):
    id: str
    area: "ReportStationArea"


class ReportStationArea(BaseModel):
    id: str


class ReportContest(BaseModel):
    id: str


class ReportTally(Sheet):
    pass


class ReportPrevious(Sheet):
    pass


class Standing(BaseModel):
    contest: "StandingContest"
    area: "StandingArea"
    status: ResultsStatus
    decided: bool
    margin: Optional[int]
    turnout: Optional[float]
    stations_total: int = Field(alias="stationsTotal")
    stations_reporting: int = Field(alias="stationsReporting")
    stations_final: int = Field(alias="stationsFinal")
    stations_disputed: int = Field(alias="stationsDisputed")
    valid_ballots: int = Field(alias="validBallots")
    invalid_ballots: int = Field(alias="invalidBallots")
    no_vote_ballots: int = Field(alias="noVoteBallots")
    ballots_cast: int = Field(alias="ballotsCast")
    registered_voters: int = Field(alias="registeredVoters")
    outstanding: "StandingOutstanding"
    rows: list["StandingRows"]
    updated_at: Optional[datetime] = Field(alias="updatedAt")
    cursor: str


class StandingContest(BaseModel):
    id: str


class StandingArea(BaseModel):
    id: str
    level: AreaLevel


class StandingOutstanding(BaseModel):
    stations: int
    ballots_at_most: int = Field(alias="ballotsAtMost")
    held_tallies: int = Field(alias="heldTallies")


class StandingRows(BaseModel):
    rank: int
    votes: int
    share: float
    leading: bool
    candidate: "StandingRowsCandidate"


class StandingRowsCandidate(BaseModel):
    id: str
    ballot_number: int = Field(alias="ballotNumber")


class State(BaseModel):
    number: int
    sequence: int
    is_test: bool = Field(alias="isTest")
    cursor: str
    taken_at: datetime = Field(alias="takenAt")
    phase: ElectionPhase
    root_hash: str = Field(alias="rootHash")
    results_sha_256: str = Field(alias="resultsSha256")
    url: str
    bytes_: int = Field(alias="bytes")
