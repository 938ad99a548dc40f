from pydantic import Field

from .base_model import BaseModel
from .fragments import Pages, Person


class Reporters(BaseModel):
    reporters: "ReportersReporters"


class ReportersReporters(BaseModel):
    total_count: int = Field(alias="totalCount")
    page_info: "ReportersReportersPageInfo" = Field(alias="pageInfo")
    edges: list["ReportersReportersEdges"]


ReportersReportersPageInfo = Pages


class ReportersReportersEdges(BaseModel):
    node: "ReportersReportersEdgesNode"


ReportersReportersEdgesNode = Person
