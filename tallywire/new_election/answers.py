"""What has to be known before a package can be begun, and how each answer is read."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from counting.vocabulary import AreaLevel
from tallywire.package.cell import CODE, CODE_RULE, CONTROL


class NotAnAnswerError(ValueError):
    """The message says what an answer looks like."""


@dataclass(frozen=True, slots=True)
class Answers:
    """`levels` from the widest; `offices` as machine names."""

    id: str
    name: str
    name_en: str | None
    polls_close_at: datetime
    time_zone: str
    is_test: bool
    levels: tuple[AreaLevel, ...]
    offices: tuple[str, ...]


def read_id(text: str) -> str:
    return _code(text)


def read_name(text: str) -> str:
    if not text.strip() or CONTROL.search(text):
        raise NotAnAnswerError("must be a text on one line")
    return text.strip()


def read_time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise NotAnAnswerError(f'"{text}" is no time zone of the IANA database, as Asia/Bangkok is') from None
    return text


def read_polls_close(text: str, time_zone: str) -> datetime:
    """`text` on the election's own clock, or with an offset of its own."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise NotAnAnswerError(f'"{text}" is no date and time, as 2027-05-23T17:00 is') from None
    if not any(mark in text.strip() for mark in "T "):
        raise NotAnAnswerError("needs the hour too, as 2027-05-23T17:00")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(time_zone))
    # The offset of that day, which is what the package writes down.
    return datetime.fromisoformat(moment.isoformat())


def read_levels(text: str) -> tuple[AreaLevel, ...]:
    words = _words(text.upper())
    known = [level.value for level in AreaLevel]
    for word in words:
        if word not in known:
            raise NotAnAnswerError(f'"{word}" is not one of {", ".join(known)}')
    return tuple(level for level in AreaLevel if level.value in words)


def read_offices(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_code(word) for word in _words(text)))


def _words(text: str) -> list[str]:
    words = text.replace(",", " ").split()
    if not words:
        raise NotAnAnswerError("needs one at least")
    return words


def _code(text: str) -> str:
    if not CODE.fullmatch(text.strip()):
        raise NotAnAnswerError(f'"{text}" is no code: {CODE_RULE}')
    return text.strip()
