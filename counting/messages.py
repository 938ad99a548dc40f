"""What a finding says: to its reporter or to editors, in Thai or English, made from the numbers it compared.

A reporter's message names nobody else's number, field or name, and no bound that could be met on purpose;
an editor's does. The texts stand in `locale/`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from babel.dates import format_date

from counting.catalogue import text
from counting.tally import Finding
from counting.vocabulary import Language, TallyRule

Audience = Literal["reporter", "editor"]
Value = int | float | str

UNKNOWN = "–"
PLAIN = frozenset({"n", "station", "current", "sent", "i"})
TIMES = frozenset({"now", "close", "closed", "time", "finalTime"})


class _Shown(dict[str, str]):
    """What is not known is shown as a dash, never as 0."""

    def __missing__(self, key: str) -> str:
        return UNKNOWN


def message(finding: Finding, language: Language, audience: Audience) -> str:
    """One sentence or two that show what was compared. Never raises on a stored finding."""
    variant = _variant(finding, audience)
    key = f"{audience}.{finding.rule.value}" + (f".{variant}" if variant else "")
    number = finding.numbers.get("need", finding.numbers.get("count"))
    pattern = text(key, language, number if isinstance(number, int) else None)
    return pattern.format_map(_shown(finding, language))


def _variant(finding: Finding, audience: Audience) -> str | None:
    """Which of a rule's texts fits; None: its only or usual one."""
    numbers = finding.numbers
    match finding.rule:
        case TallyRule.COUNTING_NOT_OPEN:
            return _opening(numbers)
        case TallyRule.STALE_REVISION:
            return _revision(numbers)
        case TallyRule.BALLOTS_DO_NOT_ADD_UP:
            return _sum(finding, audience)
        case TallyRule.ILLEGIBLE:
            return "uncast" if audience == "editor" and "cast" not in numbers else None
        case TallyRule.LOWER_THAN_BEFORE | TallyRule.OFFICES_DISAGREE:
            return "others" if audience == "reporter" and not numbers.get("own") else None
        case _:
            return None


def _opening(numbers: Mapping[str, Value]) -> str | None:
    if numbers.get("phase") == "CLOSED":
        return "closed" if "closed" in numbers else "closed_untimed"
    late = "close" not in numbers or _moment(numbers["now"]) >= _moment(numbers["close"])
    return "waiting" if late else None


def _revision(numbers: Mapping[str, Value]) -> str | None:
    if "sent" not in numbers:
        return "own"
    if "current" not in numbers:
        return "none"
    return "unknown" if numbers["sent"] == UNKNOWN else None


def _sum(finding: Finding, audience: Audience) -> str | None:
    kind = finding.numbers.get("kind", "cast")
    if audience == "editor":
        written = "written" if finding.numbers.get("written") else ""
        named = str(kind) if kind in ("valid", "each") else ""
        return "_".join(part for part in (named, written) if part) or None
    if kind == "each":
        return "each"
    direction = "missing" if _number(finding.numbers.get("diff", 0)) > 0 else "over"
    return direction if kind == "cast" else f"{kind}_{direction}"


def _shown(finding: Finding, language: Language) -> _Shown:
    numbers = finding.numbers
    shown = _Shown()
    for name, value in numbers.items():
        base, _, tongue = name.partition(".")
        if not tongue or tongue == language.value.lower():
            shown[base] = _value(base, value, numbers, language)
    shown["field"] = _field(finding.field, numbers.get("n"), language)
    if finding.rule is TallyRule.BALLOTS_DO_NOT_ADD_UP:
        shown["diff"] = _whole(abs(_number(numbers.get("diff", 0))))
    if finding.rule is TallyRule.ILLEGIBLE:
        shown["list"] = _illegible(str(numbers.get("list", "")), str(numbers.get("others", "")), language)
    if finding.rule is TallyRule.LOWER_THAN_BEFORE:
        _show_falls(shown, str(numbers.get("falls", "")), language)
    if finding.rule is TallyRule.DISAGREES_WITH_ANOTHER_REPORT:
        shown["differences"] = _differences(str(numbers.get("differences", "")), language)
    if "share" in numbers:
        shown["pct"] = percent(_number(numbers["share"]))
        shown["lo"], shown["hi"] = percent(_number(numbers["lo"])), percent(_number(numbers["hi"]))
    return shown


def _value(name: str, value: Value, numbers: Mapping[str, Value], language: Language) -> str:
    if name in TIMES:
        near = numbers.get("now", value)
        return clock(_moment(value), language, dated=_moment(near).date() != _moment(value).date())
    if isinstance(value, str) or name in PLAIN:
        return str(value)
    return _whole(int(value))


def _field(path: str | None, ballot_number: Value | None, language: Language) -> str:
    if ballot_number is not None:
        return text("field.votes", language).format(n=ballot_number)
    return text(f"field.{path}", language) if path and path.endswith(("Ballots", "ballotsCast")) else UNKNOWN


def _illegible(candidates: str, others: str, language: Language) -> str:
    names = [text("field.votes", language).format(n=candidates)] if candidates else []
    names += [_named(name, language) for name in others.split(", ") if name]
    return ", ".join(names)


def _show_falls(shown: _Shown, triples: str, language: Language) -> None:
    falls = []
    for field, old, new in _triples(triples, language):
        shown["field"], shown["old"], shown["new"] = field, old, new
        diff = _whole(_parsed(old) - (0 if new == UNKNOWN else _parsed(new)))
        falls.append(text("fall", language).format(field=field, old=old, new=new, diff=diff))
    shown["falls"] = ", ".join(falls)


def _differences(triples: str, language: Language) -> str:
    return ", ".join(
        text("difference", language).format(field=field, new=new, stands=stands)
        for field, stands, new in _triples(triples, language)
    )


def _triples(stored: str, language: Language) -> list[tuple[str, str, str]]:
    """ "8 210 202; invalidBallots 3 –" as (name, before, after) to be shown."""
    shown = []
    for triple in filter(None, stored.split("; ")):
        name, before, after = triple.split(" ")
        shown.append((_named(name, language), _counted(before), _counted(after)))
    return shown


def _named(name: str, language: Language) -> str:
    if name.isdigit():
        return text("field.votes", language).format(n=name)
    return text(f"field.{name}", language)


def _counted(stored: str) -> str:
    return UNKNOWN if stored == UNKNOWN else _whole(int(stored))


def _parsed(shown: str) -> int:
    return int(shown.replace(",", ""))


def _whole(number: int | float) -> str:
    """1,386,215 in both languages, with a real minus sign."""
    return f"{int(number):,}".replace("-", "−")


def percent(share: float) -> str:
    """A fraction as a percentage without its sign: one place, two under 1 %."""
    points = share * 100
    return f"{points:.2f}" if 0 < abs(points) < 1 else f"{points:.1f}"


def clock(moment: datetime, language: Language, *, dated: bool = False) -> str:
    """17.00 น. or 17:00 in the moment's own offset; with the date before it where that is another day's."""
    thai = language is Language.TH
    time = f"{moment:%H.%M} น." if thai else f"{moment:%H:%M}"
    if not dated:
        return time
    year = moment.year + 543 if thai else moment.year
    return f"{format_date(moment, 'd MMM', locale=language.value.lower())} {year} {time}"


def _moment(value: Value) -> datetime:
    return datetime.fromisoformat(str(value))


def _number(value: Value) -> int | float:
    return value if isinstance(value, int | float) else 0
