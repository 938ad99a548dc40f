"""Reads the entries one by one: does each follow from the one before it on its sheet, and may it say what it says?

A sheet is one contest at one station. What is checked needs nothing but the log itself and the election's terms.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ledger.leaf import commitment_of
from ledger.terms import ContestTerms, Terms

COUNTS = frozenset({"ACCEPTED", "CORRECTED"})
KINDS = COUNTS | {"WITHDRAWN", "HELD", "REJECTED"}
NUMBER_MAX = 2_147_483_647
STRICT = frozenset({"REJECT", "HOLD"})

Tally = dict[str, Any]


@dataclass(slots=True)
class Sheet:
    """What the log says of one sheet so far; `standing`: the tally that counts."""

    standing_id: str | None = None
    standing: Tally | None = None
    held: int = 0
    disputed: bool = False


class Sheets:
    """All sheets of an election; `add` takes the entries in order."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.sheets: dict[tuple[str, str], Sheet] = {}
        self._committed: dict[str, str] = {}
        self._was_held: set[str] = set()

    def add(self, entry: dict[str, Any], sequence: int) -> Iterator[str]:
        """What is wrong with this entry, in sentences; where it can be, it is folded in all the same."""
        terms = self.terms
        yield from _head_faults(entry, terms, sequence)
        station, contest = terms.stations.get(entry["station"]), terms.contests.get(entry["contest"])
        if station is None or contest is None or contest.id not in station.registers:
            yield f"{entry['contest']} is not counted at {entry['station']}"
            return
        sheet = self.sheets.setdefault((contest.id, station.id), Sheet())
        yield from _chain_faults(entry, sheet)
        yield from self._opening_faults(entry)
        tally = entry["tally"]
        numbers = list(_number_faults(tally, contest)) if tally is not None else []
        yield from numbers
        if tally is not None and not numbers and contest.votes_per_ballot == 1:
            yield from _valid_faults(tally)
        if tally is not None and not numbers and entry["kind"] in COUNTS and entry["tallyId"] not in self._was_held:
            yield from self._rule_faults(entry, sheet, contest, station.registers[contest.id])
        _fold(entry, sheet, bad=bool(numbers))

    def _opening_faults(self, entry: dict[str, Any]) -> Iterator[str]:
        """A HELD entry commits to a tally without numbers; the next entry on that tally opens the commitment."""
        tally_id, kind = entry["tallyId"], entry["kind"]
        if kind == "HELD":
            self._committed[tally_id] = entry["commitment"]
            self._was_held.add(tally_id)
            if entry["tally"] is not None or not entry["commitment"]:
                yield "a held tally shows numbers, or is not committed to"
        elif tally_id in self._committed:
            committed = self._committed.pop(tally_id)
            opened = entry["salt"] is not None and entry["tally"] is not None
            if not opened or commitment_of(entry["salt"], entry["tally"]) != committed:
                yield "it does not show the tally that was held"
        if kind in ("WITHDRAWN", "REJECTED") and not entry["reason"]:
            yield f"it is {kind} without a reason"

    def _rule_faults(
        self, entry: dict[str, Any], sheet: Sheet, contest: ContestTerms, registered: int
    ) -> Iterator[str]:
        """Rules that every report passes that counts without a decision. Those of another version are not known."""
        if entry["ruleset"] != self.terms.rules_version:
            return
        for rule, usual, what in (
            *_sum_faults(entry["tally"], contest, registered),
            *_order_faults(entry, sheet.standing),
        ):
            if self.terms.verdict(rule, usual) in STRICT:
                yield f"{rule}: {what}"


def _head_faults(entry: dict[str, Any], terms: Terms, sequence: int) -> Iterator[str]:
    for name, wanted in (
        ("sequence", sequence),
        ("election", terms.election),
        ("isTest", terms.is_test),
    ):
        if entry[name] != wanted:
            yield f"its {name} is {entry[name]!r} instead of {wanted!r}"
    if entry["kind"] not in KINDS:
        yield f"there is no kind {entry['kind']!r}"


def _chain_faults(entry: dict[str, Any], sheet: Sheet) -> Iterator[str]:
    """What an entry says stood before it is what the entry before it left."""
    if entry["previousId"] != sheet.standing_id or entry["previous"] != sheet.standing:
        yield (
            f"it says that tally {entry['previousId']} stood before it ({_brief(entry['previous'])});"
            f" by the entries before it {sheet.standing_id} did ({_brief(sheet.standing)})"
        )
    if (entry["heldBefore"], entry["disputedBefore"]) != (sheet.held, sheet.disputed):
        yield "what it says was held or disputed before it is not what the entries before it left"
    kind, standing = entry["kind"], entry["standingId"]
    if (
        (kind in COUNTS and (standing != entry["tallyId"] or entry["tally"] is None))
        or (kind == "WITHDRAWN" and (standing is not None or entry["previousId"] != entry["tallyId"]))
        or (kind in ("HELD", "REJECTED") and standing != entry["previousId"])
    ):
        yield f"it is {kind}, and does something else to what counts"
    if entry["tally"] is not None and entry["tally"].get("id") != entry["tallyId"]:
        yield "it shows another tally than the one it names"


def _brief(tally: Tally | None) -> str:
    return "nothing" if tally is None else f"votes {tally.get('votes')}"


def _number_faults(tally: Tally, contest: ContestTerms) -> Iterator[str]:
    """The shape of a tally: a number a candidate, none below zero; null where it is not known."""
    votes = tally.get("votes")
    if not isinstance(votes, list) or len(votes) != len(contest.candidates):
        yield f"it has not one number for each of the {len(contest.candidates)} candidates"
        return
    others = [tally.get(name) for name in ("invalidBallots", "noVoteBallots", "ballotsCast")]
    numbers = [one for one in [*votes, tally.get("validBallots", -1), *others] if one is not None]
    if not all(type(one) is int and 0 <= one <= NUMBER_MAX for one in numbers) or tally.get("validBallots") is None:
        yield "one of its numbers is none"
    if tally.get("coverage") not in ("PARTIAL", "FINAL"):
        yield f"there is no coverage {tally.get('coverage')!r}"


def _valid_faults(tally: Tally) -> Iterator[str]:
    if tally["validBallots"] != _legible(tally):
        yield f"its votes add up to {_legible(tally)}, not to its {tally['validBallots']} valid ballots"


def _legible(tally: Tally) -> int:
    return sum(one or 0 for one in tally["votes"])


def counted(tally: Tally) -> int:
    """Ballots that results count: what is not legible left out."""
    return int(tally["validBallots"]) + (tally["invalidBallots"] or 0) + (tally["noVoteBallots"] or 0)


def incomplete(tally: Tally) -> bool:
    return None in tally["votes"] or tally["invalidBallots"] is None or tally["noVoteBallots"] is None


def _sum_faults(tally: Tally, contest: ContestTerms, registered: int) -> Iterator[tuple[str, str, str]]:
    """(rule, usual verdict, what) for a sheet that contradicts itself or its register."""
    cast, total = tally["ballotsCast"], counted(tally)
    several = contest.votes_per_ballot > 1
    if cast is not None and (total > cast or (total < cast and not several and not incomplete(tally))):
        yield "BALLOTS_DO_NOT_ADD_UP", "REJECT", f"its parts add up to {total}, and {cast} ballots were cast"
    if several and _legible(tally) > contest.votes_per_ballot * tally["validBallots"]:
        yield "BALLOTS_DO_NOT_ADD_UP", "REJECT", f"{_legible(tally)} votes are on {tally['validBallots']} ballots"
    if max(cast or 0, total) > registered:
        most = max(cast or 0, total)
        yield "MORE_BALLOTS_THAN_VOTERS", "HOLD", f"{most} ballots, and {registered} voters are registered"
    if tally["coverage"] == "FINAL" and incomplete(tally):
        yield "ILLEGIBLE", "HOLD", "a final count with a number that is not legible"


def _order_faults(entry: dict[str, Any], before: Tally | None) -> Iterator[tuple[str, str, str]]:
    """(rule, usual verdict, what) where a partial count takes back what was counted before, and nobody says why."""
    tally = entry["tally"]
    if before is None or entry["kind"] == "CORRECTED" or tally["coverage"] != "PARTIAL":
        return
    if before["coverage"] == "FINAL":
        yield "PARTIAL_AFTER_FINAL", "HOLD", "a partial count after the final one"
    elif any((new or 0) < (old or 0) for new, old in zip(tally["votes"], before["votes"], strict=True)):
        yield "LOWER_THAN_BEFORE", "HOLD", "somebody has fewer votes than in the count before it"


def _fold(entry: dict[str, Any], sheet: Sheet, *, bad: bool) -> None:
    """Takes over what the entry leaves; numbers that are none are not added up."""
    standing = entry["standingId"]
    if standing is None:
        sheet.standing = None
    elif standing == entry["tallyId"] and entry["tally"] is not None:
        sheet.standing = None if bad else entry["tally"]
    sheet.standing_id = standing
    sheet.held, sheet.disputed = entry["held"], entry["disputed"]
