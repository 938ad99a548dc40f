from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import Role
from .fragments import PollingStation, Sheet


class Viewer(BaseModel):
    viewer: Optional["ViewerViewer"]


class ViewerViewer(BaseModel):
    role: Role
    reporter: str
    help_contact: Optional[str] = Field(alias="helpContact")
    stations: list["ViewerViewerStations"]
    tallies: list["ViewerViewerTallies"]


ViewerViewerStations = PollingStation
ViewerViewerTallies = Sheet
