from typing import Optional

from .base_model import BaseModel
from .fragments import Sheet


class StationHistory(BaseModel):
    station: Optional["StationHistoryStation"]


class StationHistoryStation(BaseModel):
    history: list["StationHistoryStationHistory"]


StationHistoryStationHistory = Sheet
