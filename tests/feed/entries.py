"""Random logs of a small election without a database, and a naive sum of them to hold the board against."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from counting.bounds import Bounds
from counting.case import ContestFacts
from counting.election import Text
from counting.tally import Numbers
from counting.vocabulary import AreaLevel, ElectionPhase, ReportKind, TallyCoverage, VotingVariation
from db.definitions import AreaNode, CandidateNode, ContestNode, ElectionDefinition, StationNode
from db.log import CountedNumbers, ElectionState, LogEntry

BEGAN = datetime(2022, 5, 22, 17, tzinfo=UTC)
CONTESTS = {"mayor": 3, "council": 2}
STATIONS = {"a-1": "a", "a-2": "a", "b-1": "b", "b-2": "b"}
VOTERS = 100


def definition() -> ElectionDefinition:
    """A city with districts a and b, two stations each; mayor in all of it, council in a."""
    name = Text("ก")
    city = AreaNode("city", "small", AreaLevel.CITY, name, None)
    areas = {"city": city} | {code: AreaNode(code, "small", AreaLevel.DISTRICT, name, city) for code in "ab"}
    city.children += [areas["a"], areas["b"]]
    stations = {
        code: StationNode(code, areas[area], int(code[2:]), tuple((c, VOTERS) for c in _counted(area)))
        for code, area in STATIONS.items()
    }
    contests = {"mayor": _contest("mayor", city), "council": _contest("council", areas["a"])}
    return ElectionDefinition(
        *("small", "e1", name, False, BEGAN, "Asia/Bangkok", None, None, Bounds("1")),
        areas=areas,
        contests=contests,
        candidates={k.id: k for contest in contests.values() for k in contest.candidates},
        stations=stations,
        registered_voters=4 * VOTERS,
    )


def _counted(area: str) -> list[str]:
    return ["mayor", "council"] if area == "a" else ["mayor"]


def _contest(code: str, area: AreaNode) -> ContestNode:
    name = Text("ก")
    candidates = tuple(
        CandidateNode(f"{code}/{n}", code, n, name, name, None, "#000000") for n in range(1, CONTESTS[code] + 1)
    )
    ids, numbers = tuple(c.id for c in candidates), tuple(c.ballot_number for c in candidates)
    facts = ContestFacts(code, name, name, ids, numbers, 1, VotingVariation.PLURALITY, 1)
    inside = tuple(area.subtree())
    sizes = {node.id: sum(node.id in ("city", of) for of in STATIONS.values()) for node in inside}
    voters = {key: VOTERS * size for key, size in sizes.items()}
    return ContestNode(
        *(code, "small", code, name, area, 1, VotingVariation.PLURALITY, 1, candidates, facts, inside), sizes, voters
    )


def state(phase: ElectionPhase = ElectionPhase.COUNTING, sequence: int = 0) -> ElectionState:
    return ElectionState("small", "e1", phase, BEGAN, None, sequence, None)


@dataclass(frozen=True)
class Step:
    """One thing that happens to one sheet; `votes` None withdraws what stands."""

    sheet: tuple[str, str]
    votes: tuple[int | None, ...] | None
    final: bool
    held: int
    disputed: bool
    corrects: bool


SHEETS = [(contest, station) for station, area in STATIONS.items() for contest in _counted(area)]


@st.composite
def _steps(draw: st.DrawFn) -> Step:
    sheet = draw(st.sampled_from(SHEETS))
    number = st.one_of(st.none(), st.integers(0, 40))
    votes = st.tuples(*[number] * CONTESTS[sheet[0]])
    return Step(
        sheet,
        draw(st.one_of(st.none(), votes, votes)),
        draw(st.booleans()),
        draw(st.integers(0, 2)),
        draw(st.booleans()),
        draw(st.booleans()),
    )


steps = st.lists(_steps(), max_size=25)


def log_of(what: Sequence[Step]) -> list[LogEntry]:
    """The entries as the database would write them."""
    entries: list[LogEntry] = []
    before: dict[tuple[str, str], LogEntry] = {}
    for sequence, step in enumerate(what, start=1):
        contest, station = step.sheet
        last = before.get(step.sheet)
        standing = None if step.votes is None else _counted_numbers(f"t{sequence}", step, sequence)
        if standing is None:
            kind = ReportKind.WITHDRAWN
        else:
            kind = ReportKind.CORRECTED if step.corrects else ReportKind.ACCEPTED
        previous = last.standing if last else None
        entry = LogEntry(
            *("small", sequence, kind, station, contest, f"t{sequence}"),
            previous_id=previous.id if previous else None,
            previous=previous,
            standing_id=standing.id if standing else None,
            standing=standing,
            tally=None,
            held=step.held,
            held_before=last.held if last else 0,
            disputed=step.disputed and standing is not None,
            disputed_before=last.disputed if last else False,
            commitment=None,
            salt=None,
            reason=None,
            decided_by=None,
            ruleset="1",
            is_test=False,
            recorded_at=BEGAN + timedelta(seconds=sequence),
        )
        entries.append(entry)
        before[step.sheet] = entry
    return entries


def _counted_numbers(tally_id: str, step: Step, sequence: int) -> CountedNumbers:
    assert step.votes is not None
    numbers = Numbers(step.votes, sum(v or 0 for v in step.votes), sequence % 4, None, None)
    coverage = TallyCoverage.FINAL if step.final else TallyCoverage.PARTIAL
    return CountedNumbers(tally_id, coverage, numbers, BEGAN + timedelta(seconds=(sequence * 7) % 11))


def naive(entries: Sequence[LogEntry]) -> dict[tuple[str, str], dict[str, Any]]:
    """The model: the last entry of each sheet, added up anew for every result."""
    last = {(entry.contest_id, entry.station_id): entry for entry in entries}
    results = {}
    for contest, area in [("mayor", "city"), ("mayor", "a"), ("mayor", "b"), ("council", "a")]:
        inside = [s for s in STATIONS if area in ("city", STATIONS[s])]
        found = [last[contest, s] for s in inside if (contest, s) in last]
        counted = [e.standing.numbers for e in found if e.standing]
        finals = [e for e in found if e.standing and e.standing.coverage is TallyCoverage.FINAL]
        settled = [e for e in finals if not e.disputed and not e.held]
        open_ballots = VOTERS * (len(inside) - len(found))
        for entry in found:
            if entry not in settled:
                sure = entry.standing and not entry.disputed
                open_ballots += max(0, VOTERS - (entry.standing.numbers.counted if sure and entry.standing else 0))
        touched = [e for e in entries if e.contest_id == contest and e.station_id in inside]
        results[contest, area] = {
            "votes": [sum(n.votes[place] or 0 for n in counted) for place in range(CONTESTS[contest])],
            "valid": sum(n.valid_ballots for n in counted),
            "invalid": sum(n.invalid_ballots or 0 for n in counted),
            "no_vote": sum(n.no_vote_ballots or 0 for n in counted),
            "reporting": len(counted),
            "final": len(finals),
            "disputed": sum(e.disputed for e in found),
            "incomplete": sum(n.incomplete for n in counted),
            "held": sum(e.held for e in found),
            "outstanding": len(inside) - len(settled),
            "at_most": open_ballots,
            "registered_reporting": VOTERS * len(counted),
            "sequence": touched[-1].sequence if touched else 0,
            "updated_at": touched[-1].recorded_at if touched else None,
        }
    return results
