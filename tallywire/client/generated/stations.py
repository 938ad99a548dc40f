from pydantic import Field

from .base_model import BaseModel
from .fragments import Pages, PollingStation


class Stations(BaseModel):
    stations: "StationsStations"


class StationsStations(BaseModel):
    total_count: int = Field(alias="totalCount")
    page_info: "StationsStationsPageInfo" = Field(alias="pageInfo")
    edges: list["StationsStationsEdges"]


StationsStationsPageInfo = Pages


class StationsStationsEdges(BaseModel):
    node: "StationsStationsEdgesNode"


StationsStationsEdgesNode = PollingStation
