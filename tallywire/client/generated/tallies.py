from pydantic import Field

from .base_model import BaseModel
from .fragments import Pages, Sheet


class Tallies(BaseModel):
    tallies: "TalliesTallies"


class TalliesTallies(BaseModel):
    total_count: int = Field(alias="totalCount")
    page_info: "TalliesTalliesPageInfo" = Field(alias="pageInfo")
    edges: list["TalliesTalliesEdges"]


TalliesTalliesPageInfo = Pages


class TalliesTalliesEdges(BaseModel):
    node: "TalliesTalliesEdgesNode"


TalliesTalliesEdgesNode = Sheet
