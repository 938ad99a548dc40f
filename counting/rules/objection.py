"""What a rule says against a tally, before the table puts its name and verdict to it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from counting.case import Case
from counting.election import Text
from counting.tally import Numbers, Submission

Value = int | float | str


class Objection(NamedTuple):
    """`field` is a path into the input; `numbers` is what was compared, ready for JSON."""

    field: str | None
    numbers: dict[str, Value]


ShapeRule = Callable[[Submission, Case], Iterator[Objection]]
JudgingRule = Callable[[Submission, Case, Numbers], Iterator[Objection]]


def local(moment: datetime, case: Case) -> str:
    """The instant in the election's own time zone, as ISO 8601: messages show its hours and minutes."""
    return moment.astimezone(ZoneInfo(case.time_zone)).isoformat()


def bilingual(name: str, text: Text) -> dict[str, Value]:
    """A text under `name.th` and `name.en`, for messages in both languages."""
    return {f"{name}.th": text.th, f"{name}.en": text.en or text.th}


def listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def shown(text: str, length_max: int = 80) -> str:
    """A client's own text, cut to a length that a message can carry."""
    return text if len(text) <= length_max else text[: length_max - 1] + "…"
