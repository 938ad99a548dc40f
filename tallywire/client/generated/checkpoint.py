from datetime import datetime

from pydantic import Field

from .base_model import BaseModel


class Checkpoint(BaseModel):
    checkpoint: "CheckpointCheckpoint"


class CheckpointCheckpoint(BaseModel):
    origin: str
    size: int
    root_hash: str = Field(alias="rootHash")
    issued_at: datetime = Field(alias="issuedAt")
    note: str
    cursor: str
    cosignatures: list["CheckpointCheckpointCosignatures"]


class CheckpointCheckpointCosignatures(BaseModel):
    witness: str
    cosigned_at: datetime = Field(alias="cosignedAt")
