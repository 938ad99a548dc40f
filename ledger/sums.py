"""Adds up every result from what stands on the sheets, and compares it with what a server gives out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ledger.leaders import decided, leading, margin
from ledger.sheets import Sheet, Sheets, counted, incomplete
from ledger.terms import ContestTerms, ResultKey, Terms


@dataclass(slots=True)
class Total:
    """One contest in one area; `votes` in ballot order, `disputed_votes` their part from disputed stations.

    Ballots that can still come at most: `at_most`.
    """

    votes: list[int]
    disputed_votes: list[int]
    valid: int = 0
    invalid: int = 0
    no_vote: int = 0
    registered: int = 0
    registered_reporting: int = 0
    stations: int = 0
    reporting: int = 0
    final: int = 0
    disputed: int = 0
    incomplete: int = 0
    held: int = 0
    outstanding: int = 0
    at_most: int = 0

    @property
    def ballots_cast(self) -> int:
        return self.valid + self.invalid + self.no_vote


@dataclass(frozen=True, slots=True)
class Difference:
    """A served number that is not what the log adds up to."""

    contest: str
    area: str
    what: str
    served: Any
    by_the_log: Any


@dataclass(slots=True)
class Totals:
    terms: Terms
    by_result: dict[ResultKey, Total]

    def compare(self, results: Iterable[dict[str, Any]]) -> Iterator[Difference]:
        """`results` as GraphQL has them (see docs/ledger.md); every result of the election is expected once."""
        missing = set(self.by_result)
        for result in results:
            contest, area = result["contest"]["id"], result["area"]["id"]
            total = self.by_result.get((contest, area))
            if total is None or (contest, area) not in missing:
                yield Difference(contest, area, "result", "there", "no such result, or there twice")
                continue
            missing.discard((contest, area))
            for what, served, ours in _pairs(result, total, self.terms.contests[contest]):
                if served != ours:
                    yield Difference(contest, area, what, served, ours)
        for contest, area in sorted(missing):
            yield Difference(contest, area, "result", "not there", "a result")


def add_up(sheets: Sheets) -> Totals:
    """Every contest in every area that has stations of it."""
    contests = sheets.terms.contests
    sizes = ((key, len(contests[key[0]].candidates)) for key in sheets.terms.results())
    blank = {key: Total([0] * size, [0] * size) for key, size in sizes}
    totals = Totals(sheets.terms, blank)
    empty = Sheet()
    for station in sheets.terms.stations.values():
        for contest_id, registered in station.registers.items():
            contest = contests[contest_id]
            sheet = sheets.sheets.get((contest_id, station.id), empty)
            for area in sheets.terms.areas_of(contest, station):
                _add(totals.by_result[contest_id, area], sheet, registered)
    return totals


def _add(total: Total, sheet: Sheet, registered: int) -> None:
    tally = sheet.standing
    total.stations += 1
    total.registered += registered
    total.held += sheet.held
    total.disputed += sheet.disputed
    final = tally is not None and tally["coverage"] == "FINAL"
    if not final or sheet.disputed or sheet.held:
        undisputed = counted(tally) if tally is not None and not sheet.disputed else 0
        total.outstanding += 1
        total.at_most += max(0, registered - undisputed)
    if tally is None:
        return
    for place, votes in enumerate(tally["votes"]):
        total.votes[place] += votes or 0
        if sheet.disputed:
            total.disputed_votes[place] += votes or 0
    total.valid += tally["validBallots"]
    total.invalid += tally["invalidBallots"] or 0
    total.no_vote += tally["noVoteBallots"] or 0
    total.reporting += 1
    total.final += final
    total.incomplete += incomplete(tally)
    total.registered_reporting += registered


def _pairs(result: dict[str, Any], total: Total, contest: ContestTerms) -> Iterator[tuple[str, Any, Any]]:
    """(what, as served, by the log)"""
    votes = dict(zip(contest.candidates, total.votes, strict=True))
    served = {row["candidate"]["id"]: row for row in result["rows"]}
    leaders = leading(total.votes, contest)
    yield "candidates", sorted(served), sorted(votes)
    for (candidate, ours), leads in zip(votes.items(), leaders, strict=True):
        if candidate in served:
            row = served[candidate]
            yield f"votes of {candidate}", row["votes"], ours
            yield f"rank of {candidate}", row["rank"], 1 + sum(more > ours for more in total.votes)
            yield f"share of {candidate}", row["share"], ours / sum(total.votes) if ours else 0
            yield f"whether {candidate} leads", row["leading"], leads
    yield "margin", result["margin"], margin(total.votes, contest)
    yield "decided", result["decided"], _decided(total, contest)
    yield "validBallots", result["validBallots"], total.valid
    yield "invalidBallots", result["invalidBallots"], total.invalid
    yield "noVoteBallots", result["noVoteBallots"], total.no_vote
    yield "ballotsCast", result["ballotsCast"], total.ballots_cast
    yield "registeredVoters", result["registeredVoters"], total.registered
    yield "turnout", result["turnout"], _turnout(total)
    yield "stationsTotal", result["stationsTotal"], total.stations
    yield "stationsReporting", result["stationsReporting"], total.reporting
    yield "stationsFinal", result["stationsFinal"], total.final
    yield "stationsDisputed", result["stationsDisputed"], total.disputed
    yield "stationsIncomplete", result["stationsIncomplete"], total.incomplete
    outstanding = result["outstanding"]
    yield "outstanding.stations", outstanding["stations"], total.outstanding
    yield "outstanding.ballotsAtMost", outstanding["ballotsAtMost"], total.at_most
    yield "outstanding.heldTallies", outstanding["heldTallies"], total.held


def _decided(total: Total, contest: ContestTerms) -> bool:
    votes, disputed = total.votes, total.disputed_votes
    return decided(votes, disputed, total.outstanding if total.stations else 1, total.at_most, contest)


def _turnout(total: Total) -> float | None:
    """Of the voters registered where somebody has reported; nobody has: no number."""
    return total.ballots_cast / total.registered_reporting if total.registered_reporting else None
