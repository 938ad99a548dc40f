from pydantic import Field

from .base_model import BaseModel
from .fragments import (  # noqa: F401
    Objection,
    Pages,
    Sheet,
    SheetContest,
    SheetStation,
    SheetVotes,
)


class ReviewQueue(BaseModel):
    review_queue: "ReviewQueueReviewQueue" = Field(alias="reviewQueue")


class ReviewQueueReviewQueue(BaseModel):
    total_count: int = Field(alias="totalCount")
    page_info: "ReviewQueueReviewQueuePageInfo" = Field(alias="pageInfo")
    edges: list["ReviewQueueReviewQueueEdges"]


ReviewQueueReviewQueuePageInfo = Pages


class ReviewQueueReviewQueueEdges(BaseModel):
    node: "ReviewQueueReviewQueueEdgesNode"


class ReviewQueueReviewQueueEdgesNode(Sheet):
    findings: list["ReviewQueueReviewQueueEdgesNodeFindings"]


ReviewQueueReviewQueueEdgesNodeFindings = Objection
