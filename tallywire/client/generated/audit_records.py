from datetime import datetime
from typing import Any, Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import AuditAction, Role
from .fragments import Pages


class AuditRecords(BaseModel):
    audit_records: "AuditRecordsAuditRecords" = Field(alias="auditRecords")


class AuditRecordsAuditRecords(BaseModel):
    total_count: int = Field(alias="totalCount")
    page_info: "AuditRecordsAuditRecordsPageInfo" = Field(alias="pageInfo")
    edges: list["AuditRecordsAuditRecordsEdges"]


AuditRecordsAuditRecordsPageInfo = Pages


class AuditRecordsAuditRecordsEdges(BaseModel):
    node: "AuditRecordsAuditRecordsEdgesNode"


class AuditRecordsAuditRecordsEdgesNode(BaseModel):
    id: str
    election_id: Optional[str] = Field(alias="electionId")
    actor: str
    actor_role: Optional[Role] = Field(alias="actorRole")
    action: AuditAction
    subject: Optional[str]
    details: Any
    recorded_at: datetime = Field(alias="recordedAt")
    address: Optional[str]
