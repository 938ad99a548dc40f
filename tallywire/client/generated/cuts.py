from .base_model import BaseModel
from .fragments import State


class Cuts(BaseModel):
    cuts: list["CutsCuts"]


CutsCuts = State
