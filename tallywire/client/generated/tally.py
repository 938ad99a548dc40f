from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ReportKind
from .fragments import (  # noqa: F401
    Objection,
    Sheet,
    SheetContest,
    SheetStation,
    SheetVotes,
)


class Tally(BaseModel):
    tally: Optional["TallyTally"]


class TallyTally(Sheet):
    note: Optional[str]
    receipt: Optional[str]
    findings: list["TallyTallyFindings"]
    evidence: list["TallyTallyEvidence"]
    decisions: list["TallyTallyDecisions"]
    supersedes: Optional["TallyTallySupersedes"]
    superseded_by: Optional["TallyTallySupersededBy"] = Field(alias="supersededBy")


TallyTallyFindings = Objection


class TallyTallyEvidence(BaseModel):
    sha_256: str = Field(alias="sha256")
    media_type: str = Field(alias="mediaType")
    bytes_: int = Field(alias="bytes")
    url: str
    public_sha_256: str = Field(alias="publicSha256")
    width: int
    height: int


class TallyTallyDecisions(BaseModel):
    kind: ReportKind
    by: Optional[str]
    reason: Optional[str]
    at: datetime
    sequence: int
    cursor: str


class TallyTallySupersedes(BaseModel):
    id: str


class TallyTallySupersededBy(BaseModel):
    id: str
