from typing import Literal, Union

from pydantic import Field

from .base_model import BaseModel
from .enums import TallyState
from .fragments import Conflict, ConflictStanding, ConflictTally  # noqa: F401


class WithdrawTally(BaseModel):
    withdraw_tally: Union[
        "WithdrawTallyWithdrawTallyTallyWithdrawn",
        "WithdrawTallyWithdrawTallyReviewConflict",
    ] = Field(alias="withdrawTally", discriminator="typename__")


class WithdrawTallyWithdrawTallyTallyWithdrawn(BaseModel):
    typename__: Literal["TallyWithdrawn"] = Field(alias="__typename")
    tally: "WithdrawTallyWithdrawTallyTallyWithdrawnTally"
    cursor: str


class WithdrawTallyWithdrawTallyTallyWithdrawnTally(BaseModel):
    id: str
    state: TallyState


class WithdrawTallyWithdrawTallyReviewConflict(Conflict):
    typename__: Literal["ReviewConflict"] = Field(alias="__typename")
