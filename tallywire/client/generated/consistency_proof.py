from pydantic import Field

from .base_model import BaseModel


class ConsistencyProof(BaseModel):
    consistency_proof: "ConsistencyProofConsistencyProof" = Field(
        alias="consistencyProof"
    )


class ConsistencyProofConsistencyProof(BaseModel):
    from_size: int = Field(alias="fromSize")
    to_size: int = Field(alias="toSize")
    hashes: list[str]
