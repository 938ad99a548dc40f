from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ReviewDecision, Role, TallyCoverage


class CandidateVotesInput(BaseModel):
    candidate_id: str = Field(alias="candidateId")
    votes: Optional[int] = None
    "null: not legible on the sheet (never 0)"


class CreateEnrolmentCodesInput(BaseModel):
    election_id: str = Field(alias="electionId")
    role: Role
    count: int
    area_id: Optional[str] = Field(alias="areaId", default=None)
    station_ids: Optional[list[str]] = Field(alias="stationIds", default=None)
    expires_at: Optional[datetime] = Field(alias="expiresAt", default=None)


class EnrolInput(BaseModel):
    code: str
    display_name: str = Field(alias="displayName")
    client_enrolment_id: Optional[str] = Field(alias="clientEnrolmentId", default=None)
    "Of the phone's own making, at random and 16 to 64 characters long. Sent again within 15 minutes, before anything was reported, it brings a token anew for the same person: an answer can be lost."


class ReviewTallyInput(BaseModel):
    tally_id: str = Field(alias="tallyId")
    decision: ReviewDecision
    reason: str
    "Public: one line of 1 to 500 characters, without names or numbers."
    standing_id: Optional[str] = Field(alias="standingId", default=None)
    "The tally that you saw counting there. Without it nothing is accepted over a tally newer than the held one; with it, over this one alone."


class SubmitTallyInput(BaseModel):
    client_tally_id: str = Field(alias="clientTallyId")
    "Made by the client, a UUID: sending it again returns the first answer and changes nothing."
    station_id: str = Field(alias="stationId")
    contest_id: str = Field(alias="contestId")
    coverage: TallyCoverage = TallyCoverage.FINAL
    votes: list["CandidateVotesInput"]
    "Every candidate of the contest, once, in any order."
    valid_ballots: Optional[int] = Field(alias="validBallots", default=None)
    "Only where a ballot carries several votes; elsewhere it is the sum of the votes."
    invalid_ballots: Optional[int] = Field(alias="invalidBallots", default=None)
    "These three: null means not legible, or in a PARTIAL not announced yet."
    no_vote_ballots: Optional[int] = Field(alias="noVoteBallots", default=None)
    ballots_cast: Optional[int] = Field(alias="ballotsCast", default=None)
    as_written: bool = Field(alias="asWritten", default=False)
    "The sheet itself does not add up, and these are its numbers: held for an editor instead of rejected."
    replaces: Optional[str] = None
    "The tally that this one corrects: to change a FINAL of one's own, or to lower a PARTIAL. Further PARTIALs, and the FINAL after them, follow without it."
    evidence: list[str] = Field(default_factory=lambda: [])
    "sha256 of photographs uploaded before or after this call."
    counted_at: Optional[datetime] = Field(alias="countedAt", default=None)
    note: Optional[str] = None


class WithdrawTallyInput(BaseModel):
    tally_id: str = Field(alias="tallyId")
    reason: str
    "Public: one line of 1 to 500 characters, without names or numbers."
