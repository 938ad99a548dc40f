"""election.toml: the election's name, times and rules."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from counting.bounds import Bounds
from counting.election import Text
from tallywire.package.cell import CODE, CODE_RULE, CONTROL
from tallywire.package.fault import Fault
from tallywire.package.rule_bounds import read_bounds
from tallywire.package.toml_keys import TomlKeys, parse_toml

FILE = "election.toml"
# The election's own language, by either name.
OWN = ("th", "local")
# No election is planned for so late a year; Thai calendars are there already.
BUDDHIST_ERA, BUDDHIST_YEAR_MIN = 543, 2400
KEYS = frozenset({"id", "name", "polls_close_at", "time_zone", "is_test", "notice", "help_contact", "rules"})


@dataclass(frozen=True, slots=True)
class Manifest:
    id: str
    name: Text
    is_test: bool
    polls_close_at: datetime
    time_zone: str
    notice: Text | None
    help_contact: Text | None
    bounds: Bounds


def read_manifest(folder: Path, faults: list[Fault]) -> Manifest | None:
    """None where the file cannot be read at all; what is wrong in it is noted in `faults`."""
    keys = parse_toml(folder / FILE, FILE, faults)
    if keys is None:
        return None
    keys.check_known(KEYS)
    name = _text(keys, "name", required=True)
    return Manifest(
        id=_id(keys),
        name=name or Text(""),
        is_test=_is_test(keys),
        polls_close_at=_polls_close_at(keys),
        time_zone=_time_zone(keys),
        notice=_text(keys, "notice"),
        help_contact=_text(keys, "help_contact"),
        bounds=read_bounds(keys.inside("rules")),
    )


def _id(keys: TomlKeys) -> str:
    value = keys.required("id", str, 'a text in quotes, as "bkk-2022"')
    if value is not None and not CODE.fullmatch(value):
        keys.fault("id", f'"{value}" is no code: {CODE_RULE}', value)
    return value or ""


def _is_test(keys: TomlKeys) -> bool:
    value = keys.required("is_test", bool, "true or false")
    return bool(value)


def _polls_close_at(keys: TomlKeys) -> datetime:
    value = keys.required("polls_close_at", datetime, "a time without quotes, as 2022-05-22T17:00:00+07:00")
    if value is None:
        return datetime.min.replace(tzinfo=UTC)
    if value.tzinfo is None:
        keys.fault("polls_close_at", "needs an offset from UTC, as 2022-05-22T17:00:00+07:00", str(value))
    if (year := buddhist_year(value.year)) is not None:
        keys.fault("polls_close_at", f"{value.year} is a year of the Buddhist era: write {year}", str(value))
    return value


def buddhist_year(year: int) -> int | None:
    """The year that is meant where one of the Buddhist era stands, as Thai calendars have it; else None."""
    return year - BUDDHIST_ERA if year >= BUDDHIST_YEAR_MIN else None


def _time_zone(keys: TomlKeys) -> str:
    value = keys.required("time_zone", str, 'a text in quotes, as "Asia/Bangkok"')
    if value is None:
        return ""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        keys.fault("time_zone", f'"{value}" is no time zone of the IANA database, as Asia/Bangkok is', value)
    return value


def _text(keys: TomlKeys, key: str, *, required: bool = False) -> Text | None:
    """A table of `th` or `local`, in the election's own language, and `en`; one of them must be filled."""
    if key not in keys.values:
        if required:
            keys.fault(key, "is missing")
        return None
    inside = keys.inside(key)
    inside.check_known(frozenset({*OWN, "en"}))
    if not inside.values:
        inside.fault("th", "is missing: must be a text in quotes")
    parts = {part: inside.optional(part, str, "a text in quotes") for part in (*OWN, "en")}
    for part, value in parts.items():
        if value is not None and (not value.strip() or CONTROL.search(value)):
            inside.fault(part, "must hold a text on one line", value)
    if len(own := [part for part in OWN if part in inside.values]) > 1:
        inside.fault(own[1], "is the same as th; keep one")
    return Text(parts["th"] or parts["local"] or parts["en"] or "", parts["en"])


def manifest_warnings(polls_close_at: datetime, time_zone: str) -> tuple[Fault, ...]:
    """An offset that the time zone does not have at that moment is most likely a slip."""
    there = polls_close_at.astimezone(ZoneInfo(time_zone))
    if there.utcoffset() == polls_close_at.utcoffset():
        return ()
    what = f"{polls_close_at.isoformat()} is {there.isoformat()} in {time_zone}; is the offset right?"
    return (Fault(FILE, None, None, "polls_close_at", what),)
