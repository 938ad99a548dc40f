from typing import Optional

from .base_model import BaseModel
from .fragments import (
    Place,
    PlaceParent,  # noqa: F401
)


class Area(BaseModel):
    area: Optional["AreaArea"]


class AreaArea(Place):
    children: list["AreaAreaChildren"]


AreaAreaChildren = Place
