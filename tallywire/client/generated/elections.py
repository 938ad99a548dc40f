from .base_model import BaseModel
from .fragments import Overview


class Elections(BaseModel):
    elections: list["ElectionsElections"]


ElectionsElections = Overview
