from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import UpdateKind
from .fragments import Standing


class ResultUpdates(BaseModel):
    result_updates: "ResultUpdatesResultUpdates" = Field(alias="resultUpdates")


class ResultUpdatesResultUpdates(BaseModel):
    kind: UpdateKind
    cursor: str
    reset: bool
    conflated: bool
    is_test: bool = Field(alias="isTest")
    last_report_at: Optional[datetime] = Field(alias="lastReportAt")
    counted_until: Optional[datetime] = Field(alias="countedUntil")
    sent_at: datetime = Field(alias="sentAt")
    results: list["ResultUpdatesResultUpdatesResults"]


ResultUpdatesResultUpdatesResults = Standing
