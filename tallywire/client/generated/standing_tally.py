from typing import Optional

from .base_model import BaseModel
from .enums import StationState
from .fragments import Sheet


class StandingTally(BaseModel):
    station: Optional["StandingTallyStation"]


class StandingTallyStation(BaseModel):
    state: StationState
    tally: Optional["StandingTallyStationTally"]


StandingTallyStationTally = Sheet
