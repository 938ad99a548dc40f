from .base_model import BaseModel
from .fragments import Standing


class Results(BaseModel):
    results: list["ResultsResults"]


ResultsResults = Standing
