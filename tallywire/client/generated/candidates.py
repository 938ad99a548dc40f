from .base_model import BaseModel
from .fragments import Nominee


class Candidates(BaseModel):
    candidates: list["CandidatesCandidates"]


CandidatesCandidates = Nominee
