from pydantic import Field

from .base_model import BaseModel
from .fragments import Overview


class SetElectionPhase(BaseModel):
    set_election_phase: "SetElectionPhaseSetElectionPhase" = Field(
        alias="setElectionPhase"
    )


SetElectionPhaseSetElectionPhase = Overview
