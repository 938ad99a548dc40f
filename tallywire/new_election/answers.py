"""What has to be known before a package can be begun, and how each answer is read."""

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from counting.vocabulary import AreaLevel
from tallywire.package.cell import CODE, CODE_RULE, CONTROL
from tallywire.package.manifest import buddhist_year

# Thai clocks have a full stop between hours and minutes, and Thai dates digits of their own.
MOMENT = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T ]+(\d{1,2})[:.](\d{2})(?::(\d{2}))?(?: *น\.)?(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE
)
HOURLESS = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")


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
    said = text.strip()
    if HOURLESS.fullmatch(said):
        raise NotAnAnswerError("needs the hour too, as 2027-05-23T17:00")
    found = MOMENT.fullmatch(said)
    if found is None:
        raise NotAnAnswerError(f'"{text}" is no date and time, as 2027-05-23T17:00 is')
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    if (meant := buddhist_year(year)) is not None:
        raise NotAnAnswerError(f"{year} is a year of the Buddhist era: write {meant}")
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=_zone(found[7], time_zone))
    except ValueError as error:
        raise NotAnAnswerError(f'"{text}": {error}') from None
    # The offset of that day, which is what the package writes down.
    return datetime.fromisoformat(moment.isoformat())


def _zone(offset: str | None, time_zone: str) -> tzinfo:
    if offset is None:
        return ZoneInfo(time_zone)
    own = datetime.fromisoformat(f"2000-01-01T00:00{offset.upper()}").tzinfo
    assert own is not None
    return own


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
    """Apart by commas where there are any, else by spaces: "city mayor, council" is no list of three."""
    words = [word.strip() for word in text.split(",") if word.strip()] if "," in text else text.split()
    if not words:
        raise NotAnAnswerError("needs one at least")
    return words


def _code(text: str) -> str:
    if not CODE.fullmatch(text.strip()):
        raise NotAnAnswerError(f'"{text}" is no code: {CODE_RULE}')
    return text.strip()
