from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import OfficialItem
from .fragments import Pages


class Differences(BaseModel):
    differences: "DifferencesDifferences"


class DifferencesDifferences(BaseModel):
    total_count: int = Field(alias="totalCount")
    version: Optional["DifferencesDifferencesVersion"]
    page_info: "DifferencesDifferencesPageInfo" = Field(alias="pageInfo")
    edges: list["DifferencesDifferencesEdges"]


class DifferencesDifferencesVersion(BaseModel):
    number: int
    sha_256: str = Field(alias="sha256")
    figures: int
    imported_at: datetime = Field(alias="importedAt")


DifferencesDifferencesPageInfo = Pages


class DifferencesDifferencesEdges(BaseModel):
    node: "DifferencesDifferencesEdgesNode"


class DifferencesDifferencesEdgesNode(BaseModel):
    contest: "DifferencesDifferencesEdgesNodeContest"
    area: "DifferencesDifferencesEdgesNodeArea"
    station: Optional["DifferencesDifferencesEdgesNodeStation"]
    candidate: Optional["DifferencesDifferencesEdgesNodeCandidate"]
    item: OfficialItem
    reported: int
    official: int
    amount: int
    complete: bool
    changes_leader: bool = Field(alias="changesLeader")


class DifferencesDifferencesEdgesNodeContest(BaseModel):
    id: str


class DifferencesDifferencesEdgesNodeArea(BaseModel):
    id: str


class DifferencesDifferencesEdgesNodeStation(BaseModel):
    id: str


class DifferencesDifferencesEdgesNodeCandidate(BaseModel):
    id: str
