"""Areas as the pages' addresses name them, and as they are called in a sentence: the same words as the board's own."""

import re
from typing import NamedTuple

from counting.vocabulary import AreaLevel, Language
from db.definitions import AreaNode, ContestNode, ElectionDefinition
from tallywire.pages.thai import run_on

LEVELS = list(AreaLevel)
WORDS = {
    AreaLevel.REGION: "ภาค",
    AreaLevel.PROVINCE: "จังหวัด",
    AreaLevel.CONSTITUENCY: "เขตเลือกตั้ง",
    AreaLevel.DISTRICT: "เขต",
    AreaLevel.SUBDISTRICT: "แขวง",
}
# Thailand has words of its own for what lies outside Bangkok, whose official codes begin with 10.
OUTSIDE_BANGKOK = {
    AreaLevel.DISTRICT: (re.compile(r"(?!10)\d{4}"), "อำเภอ"),
    AreaLevel.SUBDISTRICT: (re.compile(r"(?!10)\d{6}"), "ตำบล"),
}
WITH_WORD = re.compile("ประเทศ|ภาค|จังหวัด|เขต|แขวง|อำเภอ|ตำบล|เทศบาล")


class Subject(NamedTuple):
    """A race as it stands in an area. `inside`: an address asked for the area, rather than for the widest race."""

    contest: ContestNode
    area: AreaNode
    inside: bool


def area_of(definition: ElectionDefinition, asked: str | None) -> AreaNode | None:
    """The area that an address names by its code, the last part of its id; None where there is none."""
    return definition.areas.get(f"{definition.id}/{asked}") if asked else None


def code_of(area: AreaNode) -> str:
    return area.id.rpartition("/")[2]


def place_name(area: AreaNode, language: Language) -> str:
    name = area.name.in_language(language)
    if language is Language.EN or area.level not in WORDS or WITH_WORD.match(name):
        return name
    code, word = OUTSIDE_BANGKOK.get(area.level, (None, ""))
    return run_on(word if code and code.fullmatch(code_of(area)) else WORDS[area.level], name)


def subject_of(definition: ElectionDefinition, area: str | None, office: str | None) -> Subject | None:
    """The race whose voters live in the area that an address names: of the office it names, else the widest. Without an
    area, or where nobody votes there, the widest of the election; None for an election without a contest."""
    contests = list(definition.contests.values())
    if not contests:
        return None
    widest = min(contests, key=lambda one: LEVELS.index(one.area.level))
    here = area_of(definition, area)
    around = list(here.path()) if here else []
    over = [one for one in contests if one.area in around and here in one.areas]
    over.sort(key=lambda one: -around.index(one.area))
    if here is None or not over:
        return Subject(widest, widest.area, inside=False)
    contest = next((one for one in over if one.office == office), over[0])
    return Subject(contest, here, inside=contest is not widest or here is not widest.area)
