from typing import Optional

from .base_model import BaseModel
from .fragments import Standing


class Result(BaseModel):
    result: Optional["ResultResult"]


ResultResult = Standing
