from pydantic import Field

from .base_model import BaseModel
from .fragments import Overview


class ElectionChanged(BaseModel):
    election_changed: "ElectionChangedElectionChanged" = Field(alias="electionChanged")


ElectionChangedElectionChanged = Overview
