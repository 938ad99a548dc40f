from pydantic import Field

from .base_model import BaseModel
from .fragments import Report


class TallyReports(BaseModel):
    tally_reports: "TallyReportsTallyReports" = Field(alias="tallyReports")


TallyReportsTallyReports = Report
