from typing import Optional

from .base_model import BaseModel
from .fragments import PollingStation


class Station(BaseModel):
    station: Optional["StationStation"]


StationStation = PollingStation
