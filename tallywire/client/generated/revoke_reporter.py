from pydantic import Field

from .base_model import BaseModel


class RevokeReporter(BaseModel):
    revoke_reporter: bool = Field(alias="revokeReporter")
