from pydantic import Field

from .base_model import BaseModel
from .fragments import Sheet


class ReviewQueueChanged(BaseModel):
    review_queue_changed: "ReviewQueueChangedReviewQueueChanged" = Field(
        alias="reviewQueueChanged"
    )


ReviewQueueChangedReviewQueueChanged = Sheet
