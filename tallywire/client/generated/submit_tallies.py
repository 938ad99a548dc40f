from typing import Annotated, Literal, Union

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


class SubmitTallies(BaseModel):
    submit_tallies: list[
        Annotated[
            Union[
                "SubmitTalliesSubmitTalliesTallyAccepted",
                "SubmitTalliesSubmitTalliesTallyHeld",
                "SubmitTalliesSubmitTalliesTallyRejected",
            ],
            Field(discriminator="typename__"),
        ]
    ] = Field(alias="submitTallies")


class SubmitTalliesSubmitTalliesTallyAccepted(Accepted):
    typename__: Literal["TallyAccepted"] = Field(alias="__typename")


class SubmitTalliesSubmitTalliesTallyHeld(Held):
    typename__: Literal["TallyHeld"] = Field(alias="__typename")


class SubmitTalliesSubmitTalliesTallyRejected(Rejected):
    typename__: Literal["TallyRejected"] = Field(alias="__typename")
