from pydantic import Field

from .base_model import BaseModel


class InclusionProof(BaseModel):
    inclusion_proof: "InclusionProofInclusionProof" = Field(alias="inclusionProof")


class InclusionProofInclusionProof(BaseModel):
    sequence: int
    tree_size: int = Field(alias="treeSize")
    leaf_hash: str = Field(alias="leafHash")
    hashes: list[str]
