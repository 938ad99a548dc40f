"""Subscriptions to results, generated: fields, aliases, arguments, fragments, directives and variables in any mix."""

from dataclasses import dataclass
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

LANGUAGES = ["", "(lang: EN)", "(lang: TH)", "(lang: $lang)", "(lang: null)"]
LEAVES = {
    "ResultUpdate": ["kind", "cursor", "reset", "conflated", "isTest", "lastReportAt", "countedUntil", "sentAt"],
    "Result": [
        *("status", "validBallots", "invalidBallots", "noVoteBallots", "ballotsCast", "registeredVoters", "turnout"),
        *("stationsTotal", "stationsReporting", "stationsFinal", "stationsDisputed", "stationsIncomplete", "margin"),
        *("decided", "updatedAt", "cursor"),
    ],
    "StandingRow": ["votes", "share", "rank", "leading"],
    "Outstanding": ["stations", "ballotsAtMost", "heldTallies"],
    "Contest": ["id", "office", "seats", "votingVariation", "votesPerBallot", *(f"name{lang}" for lang in LANGUAGES)],
    "Candidate": [
        *("id", "ballotNumber", "color"),
        *(f"{name}{lang}" for name in ("name", "shortName", "party") for lang in LANGUAGES),
    ],
    "Area": ["id", "level", "stationsTotal", *(f"name{lang}" for lang in LANGUAGES)],
    "Election": ["id", "isTest", "timeZone", *(f"name{lang}" for lang in LANGUAGES)],
}
CHILDREN = {
    "ResultUpdate": {"results": "Result"},
    "Result": {"contest": "Contest", "area": "Area", "rows": "StandingRow", "outstanding": "Outstanding"},
    "StandingRow": {"candidate": "Candidate"},
    "Contest": {"election": "Election", "area": "Area", "candidates": "Candidate"},
    "Candidate": {"contest": "Contest"},
    "Area": {"parent": "Area", "children": "Area"},
}
# Left to graphql-core: they change while their object stands, or fail.
UNUSUAL = {
    "Election": ["cursor", "phase", "lastReportAt", "stationsTotal"],
    "Area": ["registeredVoters", 'registeredVoters(contestId: "none")'],
    "Contest": ['result(areaId: "none") { status }', "result { ballotsCast }"],
}
DIRECTIVES = ["", "", "", " @include(if: $yes)", " @skip(if: $yes)", " @include(if: false)", " @skip(if: false)"]
DEEP = 3
WORDS_MAX = 250


@dataclass(frozen=True)
class Generated:
    query: str
    variables: dict[str, Any]
    usual: bool


@st.composite
def documents(draw: st.DrawFn, *, usual: bool = True) -> Generated:
    """One valid document; not `usual` ones hold something that is not compiled, most of the time."""
    writer = _Writer(draw, usual)
    body = writer.selection("ResultUpdate", DEEP)
    root = draw(st.sampled_from(["resultUpdates", "live: resultUpdates"]))
    field = f"{root}(electionId: $e) {body}"
    # Each variable is used at least once, as valid documents must.
    text = (
        "subscription Live($e: ID!, $yes: Boolean = true, $lang: Language) { ...Root }"
        f" fragment Root on Subscription {{ {field} }}"
        " fragment Uses on Area { used: name(lang: $lang) @include(if: $yes) }" + "".join(writer.fragments)
    )
    assume(len(text.split()) < WORDS_MAX)
    lang = draw(st.sampled_from([{}, {"lang": None}, {"lang": "EN"}, {"lang": "TH"}]))
    yes = draw(st.sampled_from([{}, {"yes": True}, {"yes": False}]))
    return Generated(text, {"e": "small", **lang, **yes}, usual)


class _Writer:
    def __init__(self, draw: st.DrawFn, usual: bool) -> None:
        self._draw = draw
        self._usual = usual
        self._count = 0
        self.fragments: list[str] = []

    def selection(self, type_name: str, depth: int) -> str:
        # Every type's selection begins with what is always there, so that it is never empty.
        parts = [self._part(type_name, depth) for _ in range(self._draw(st.integers(1, 3)))]
        spread = " area { ...Uses }" if type_name == "Result" else ""
        if type_name == "ResultUpdate":
            parts.append(f"results {self.selection('Result', depth - 1)}")
        return "{ " + " ".join(parts) + spread + " __typename }"

    def _part(self, type_name: str, depth: int) -> str:
        kinds = ["leaf", "leaf", "leaf", "child", "inline", "fragment"] + ([] if self._usual else ["unusual"])
        kind = self._draw(st.sampled_from(kinds if depth > 0 else ["leaf"]))
        directive = self._draw(st.sampled_from(DIRECTIVES))
        if kind == "child" and type_name in CHILDREN:
            name = self._draw(st.sampled_from(sorted(CHILDREN[type_name])))
            return f"{self._alias()}{name}{directive} {self.selection(CHILDREN[type_name][name], depth - 1)}"
        if kind == "inline":
            return f"... on {type_name}{directive} {self.selection(type_name, depth - 1)}"
        if kind == "fragment":
            self._count += 1
            name = f"F{self._count}"
            self.fragments.append(f" fragment {name} on {type_name} {self.selection(type_name, depth - 1)}")
            return f"...{name}{directive} ...{name}"
        if kind == "unusual" and type_name in UNUSUAL:
            return f"{self._alias()}{self._draw(st.sampled_from(UNUSUAL[type_name]))}"
        return f"{self._alias()}{self._draw(st.sampled_from(LEAVES[type_name]))}{directive}"

    def _alias(self) -> str:
        """A name of its own, so that no two fields under one name differ."""
        self._count += 1
        return f"x{self._count}: "
