from typing import Literal, Union

from pydantic import Field

from .base_model import BaseModel
from .fragments import (  # noqa: F401
    Accepted,
    AcceptedTally,
    Held,
    HeldFindings,
    HeldTally,
    Rejected,
    RejectedFindings,
)


class SubmitTally(BaseModel):
    submit_tally: Union[
        "SubmitTallySubmitTallyTallyAccepted",
        "SubmitTallySubmitTallyTallyHeld",
        "SubmitTallySubmitTallyTallyRejected",
    ] = Field(alias="submitTally", discriminator="typename__")


class SubmitTallySubmitTallyTallyAccepted(Accepted):
    typename__: Literal["TallyAccepted"] = Field(alias="__typename")


class SubmitTallySubmitTallyTallyHeld(Held):
    typename__: Literal["TallyHeld"] = Field(alias="__typename")


class SubmitTallySubmitTallyTallyRejected(Rejected):
    typename__: Literal["TallyRejected"] = Field(alias="__typename")
