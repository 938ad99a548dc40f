from pydantic import Field

from .base_model import BaseModel
from .fragments import Pages


class StationIds(BaseModel):
    stations: "StationIdsStations"


class StationIdsStations(BaseModel):
    page_info: "StationIdsStationsPageInfo" = Field(alias="pageInfo")
    edges: list["StationIdsStationsEdges"]


StationIdsStationsPageInfo = Pages


class StationIdsStationsEdges(BaseModel):
    node: "StationIdsStationsEdgesNode"


class StationIdsStationsEdgesNode(BaseModel):
    id: str
