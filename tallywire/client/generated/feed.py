from pydantic import Field

from .base_model import BaseModel
from .fragments import Report


class Feed(BaseModel):
    feed: "FeedFeed"


class FeedFeed(BaseModel):
    reports: list["FeedFeedReports"]
    cursor: str
    has_more: bool = Field(alias="hasMore")


FeedFeedReports = Report
