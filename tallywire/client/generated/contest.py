from typing import Optional

from .base_model import BaseModel
from .fragments import Race


class Contest(BaseModel):
    contest: Optional["ContestContest"]


ContestContest = Race
