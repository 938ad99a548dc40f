"""What of an election is exported, as whoever asks names it: a contest, an area, a level, a language."""

from collections.abc import Mapping
from dataclasses import dataclass

from counting.vocabulary import AreaLevel, Language
from db.definitions import AreaNode, ContestNode, ElectionDefinition

NAMES = ("contest", "area", "level", "lang")


class ExportRefusedError(Exception):
    """What was asked for cannot be exported; says so in both languages."""

    def __init__(self, thai: str, english: str) -> None:
        super().__init__(english)
        self.thai, self.english = thai, english


@dataclass(frozen=True, slots=True)
class Selection:
    """`contest`, `area`: ids; None: all. `language`: of names, where a format has room for one."""

    contest: str | None = None
    area: str | None = None
    level: AreaLevel | None = None
    language: Language = Language.TH

    def contests(self, definition: ElectionDefinition) -> list[ContestNode]:
        """In the order of the definition."""
        return [one for one in definition.contests.values() if self.contest in (None, one.id)]

    def areas(self, definition: ElectionDefinition, contest: ContestNode) -> list[AreaNode]:
        """Those of its results that are asked for, the widest first."""
        inside = None if self.area is None else {one.id for one in definition.areas[self.area].subtree()}
        return [
            area for area in contest.areas if (inside is None or area.id in inside) and self.level in (None, area.level)
        ]


def no_level(selection: Selection) -> None:
    """For tables whose rows are stations. Raises ExportRefusedError where a level is named: it would change nothing."""
    if selection.level is not None:
        raise ExportRefusedError(
            "level: ตารางรายหน่วยไม่มีระดับพื้นที่ ระบุ area แทน", "level: a table by station has none; name an area instead"
        )


def selected(definition: ElectionDefinition, asked: Mapping[str, str]) -> Selection:
    """`asked`: by the names of NAMES; contests and areas by code or by id. Raises ExportRefusedError."""
    for name in asked:
        if name not in NAMES:
            raise ExportRefusedError(
                f"ไม่รู้จัก {name} ใช้ได้: {', '.join(NAMES)}", f"there is no {name} here; there are {', '.join(NAMES)}"
            )
    return Selection(
        _found("contest", asked.get("contest"), definition.id, definition.contests),
        _found("area", asked.get("area"), definition.id, definition.areas),
        _level(asked.get("level"), definition),
        _language(asked.get("lang")),
    )


def _found(noun: str, wanted: str | None, election_id: str, known: Mapping[str, object]) -> str | None:
    if not wanted:
        return None
    for name in (wanted, f"{election_id}/{wanted}"):
        if name in known:
            return name
    some = ", ".join(_code(one) for one in list(known)[:8]) + (", …" if len(known) > 8 else "")
    raise ExportRefusedError(
        f"{noun}: ไม่มี {wanted[:80]} ใน {election_id} มี {some}",
        f"{noun}: there is no {wanted[:80]} in {election_id}; there are {some}",
    )


def _level(wanted: str | None, definition: ElectionDefinition) -> AreaLevel | None:
    if not wanted:
        return None
    there = [level for level in AreaLevel if any(area.level is level for area in definition.areas.values())]
    if wanted.upper() in there:
        return AreaLevel(wanted.upper())
    raise ExportRefusedError(
        f"level: ไม่มี {wanted[:80]} มี {', '.join(there)}",
        f"level: there is no {wanted[:80]}; there are {', '.join(there)}",
    )


def _language(wanted: str | None) -> Language:
    if not wanted:
        return Language.TH
    if wanted.upper() in ("TH", "EN"):
        return Language(wanted.upper())
    raise ExportRefusedError(f"lang: ไม่มี {wanted[:80]} มี th, en", f"lang: there is no {wanted[:80]}; there are th, en")


def _code(identity: str) -> str:
    return identity.partition("/")[2]
