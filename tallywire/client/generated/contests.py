from typing import Optional

from .base_model import BaseModel
from .fragments import Race


class Contests(BaseModel):
    election: Optional["ContestsElection"]


class ContestsElection(BaseModel):
    contests: list["ContestsElectionContests"]


ContestsElectionContests = Race
