from typing import Optional

from .base_model import BaseModel
from .fragments import Overview


class Election(BaseModel):
    election: Optional["ElectionElection"]


ElectionElection = Overview
