from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import Role


class CreateEnrolmentCodes(BaseModel):
    create_enrolment_codes: list["CreateEnrolmentCodesCreateEnrolmentCodes"] = Field(
        alias="createEnrolmentCodes"
    )


class CreateEnrolmentCodesCreateEnrolmentCodes(BaseModel):
    code: str
    role: Role
    expires_at: Optional[datetime] = Field(alias="expiresAt")
    stations: list["CreateEnrolmentCodesCreateEnrolmentCodesStations"]


class CreateEnrolmentCodesCreateEnrolmentCodesStations(BaseModel):
    id: str
