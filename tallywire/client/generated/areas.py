from typing import Optional

from .base_model import BaseModel
from .fragments import Place


class Areas(BaseModel):
    election: Optional["AreasElection"]


class AreasElection(BaseModel):
    areas: list["AreasElectionAreas"]


AreasElectionAreas = Place
