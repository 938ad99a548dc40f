"""The server's results beside the truth, cell by cell, as any reader of the API gets them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from counting.election import Election
from counting.vocabulary import ResultsStatus
from tallywire.client import AreaLevel, Client
from tallywire.simulate.plan import NightPlan
from tallywire.simulate.truth import TrueResult, true_results

# So many areas a request: an answer then stays below a few thousand rows.
AREAS_A_PAGE = 25
# A node looks at the log every second at least.
SETTLING_SECONDS = 1.5
READINGS_MAX = 6
COMPLETE = ResultsStatus.UNOFFICIAL_COMPLETE


@dataclass(frozen=True, slots=True)
class Cell:
    """One number that is not what it should be. `item`: votes/<candidate>, ballotsCast, status and so on."""

    contest: str
    area: str
    item: str
    expected: str
    served: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`results` were compared, in `cells` numbers; `differing` are those that differ, all of them."""

    results: int
    cells: int
    differing: tuple[Cell, ...]

    @property
    def equal(self) -> bool:
        return not self.differing


async def compare_results(client: Client, election_id: str, plan: NightPlan) -> Comparison:
    """The results of all contests in all areas beside the truth, once they have come to rest.

    What is accepted is in the log at once, but a node's results follow the log a moment later.
    """
    truth = true_results(plan.election, plan.counts)
    disputed = bool(plan.doubts)
    comparison = compare(election_id, truth, await _served(client, election_id, plan.election), disputed)
    for _ in range(READINGS_MAX - 1):
        if comparison.equal:
            break
        await asyncio.sleep(SETTLING_SECONDS)
        before = comparison
        comparison = compare(election_id, truth, await _served(client, election_id, plan.election), disputed)
        if comparison == before:
            break
    return comparison


async def _served(client: Client, election_id: str, election: Election) -> dict[tuple[str, str], dict[str, Any]]:
    """All results, read by pages of areas, level by level."""
    served: dict[tuple[str, str], dict[str, Any]] = {}
    for level, areas in _pages(election):
        ids = [f"{election_id}/{area}" for area in areas]
        for result in await client.results(election_id, area_ids=ids, level=AreaLevel(level)):
            key = _code(result.contest.id, election_id), _code(result.area.id, election_id)
            served[key] = result.model_dump(by_alias=True, mode="json")
    return served


def compare(
    election_id: str,
    truth: Mapping[tuple[str, str], TrueResult],
    served: Mapping[tuple[str, str], dict[str, Any]],
    disputed: bool = False,
) -> Comparison:
    """Each true result beside the served one of the same contest and area; a missing one differs as a whole.

    `disputed`: what was complete may have been corrected since, and says so.
    """
    differing: list[Cell] = []
    cells = 0
    for (contest, area), true in truth.items():
        result = served.get((contest, area))
        if result is None:
            cells += 1
            differing.append(Cell(contest, area, "result", "a result", "none"))
            continue
        expected = _true_cells(true)
        found = _served_cells(result, election_id)
        if disputed and true.status is COMPLETE and found["status"] == ResultsStatus.CORRECTION:
            found["status"] = COMPLETE.value
        cells += len(expected)
        for item in expected | found:
            if expected.get(item) != found.get(item):
                differing.append(
                    Cell(contest, area, item, str(expected.get(item, "none")), str(found.get(item, "none")))
                )
    return Comparison(len(truth), cells, tuple(differing))


def _pages(election: Election) -> list[tuple[str, list[str]]]:
    by_level: dict[str, list[str]] = {}
    for area in election.areas:
        by_level.setdefault(area.level.value, []).append(area.code)
    return [
        (level, codes[first : first + AREAS_A_PAGE])
        for level, codes in by_level.items()
        for first in range(0, len(codes), AREAS_A_PAGE)
    ]


def _true_cells(true: TrueResult) -> dict[str, int | str]:
    cells: dict[str, int | str] = {
        f"votes/{code}": votes for code, votes in zip(true.candidates, true.votes, strict=True)
    }
    return cells | {
        "validBallots": true.valid_ballots,
        "invalidBallots": true.invalid_ballots,
        "noVoteBallots": true.no_vote_ballots,
        "ballotsCast": true.ballots_cast,
        "stationsFinal": true.stations_final,
        "status": true.status.value,
    }


def _served_cells(result: Mapping[str, Any], election_id: str) -> dict[str, int | str]:
    names = ("validBallots", "invalidBallots", "noVoteBallots", "ballotsCast", "stationsFinal", "status")
    votes = {_code(row["candidate"]["id"], election_id): row["votes"] for row in result["rows"]}
    return {f"votes/{code}": number for code, number in votes.items()} | {name: result[name] for name in names}


def _code(served_id: str, election_id: str) -> str:
    return served_id.removeprefix(f"{election_id}/")
