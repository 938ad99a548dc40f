from typing import Literal, Union

from pydantic import Field

from .base_model import BaseModel
from .fragments import (  # noqa: F401
    Accepted,
    AcceptedTally,
    Conflict,
    ConflictStanding,
    ConflictTally,
    Rejected,
    RejectedFindings,
)


class ReviewTally(BaseModel):
    review_tally: Union[
        "ReviewTallyReviewTallyTallyAccepted",
        "ReviewTallyReviewTallyTallyRejected",
        "ReviewTallyReviewTallyReviewConflict",
    ] = Field(alias="reviewTally", discriminator="typename__")


class ReviewTallyReviewTallyTallyAccepted(Accepted):
    typename__: Literal["TallyAccepted"] = Field(alias="__typename")


class ReviewTallyReviewTallyTallyRejected(Rejected):
    typename__: Literal["TallyRejected"] = Field(alias="__typename")


class ReviewTallyReviewTallyReviewConflict(Conflict):
    typename__: Literal["ReviewConflict"] = Field(alias="__typename")
