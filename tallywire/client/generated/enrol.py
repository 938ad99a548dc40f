from typing import Literal, Optional, Union

from pydantic import Field

from .base_model import BaseModel
from .enums import EnrolmentRefusal, Role


class Enrol(BaseModel):
    enrol: Union["EnrolEnrolEnrolled", "EnrolEnrolEnrolmentRefused"] = Field(
        discriminator="typename__"
    )


class EnrolEnrolEnrolled(BaseModel):
    typename__: Literal["Enrolled"] = Field(alias="__typename")
    token: str
    viewer: "EnrolEnrolEnrolledViewer"


class EnrolEnrolEnrolledViewer(BaseModel):
    role: Role
    reporter: str
    stations: list["EnrolEnrolEnrolledViewerStations"]


class EnrolEnrolEnrolledViewerStations(BaseModel):
    id: str


class EnrolEnrolEnrolmentRefused(BaseModel):
    typename__: Literal["EnrolmentRefused"] = Field(alias="__typename")
    reason: EnrolmentRefusal
    retry_after_seconds: Optional[int] = Field(alias="retryAfterSeconds")
    message: str
