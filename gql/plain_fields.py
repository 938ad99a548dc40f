"""Fields of results that are read off plain objects, by type and name: no resolver, no I/O, the same for all who ask.

Only what cannot change while its object stands: whatever is not here is left to graphql-core. A leaf makes a getter
from the definition and the field's arguments; a `Child` names the type and what is selected from.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from db.definitions import ElectionDefinition

Getter = Callable[[Any], Any]
Leaf = Callable[[ElectionDefinition, Mapping[str, Any]], Getter]


@dataclass(frozen=True, slots=True)
class Child:
    """`get` finds the object, or the list of them, or None."""

    type_name: str
    get: Leaf
    many: bool = False


def _get(getter: Getter) -> Leaf:
    return lambda _definition, _arguments: getter


def _child(type_name: str, getter: Getter, *, many: bool = False) -> Child:
    return Child(type_name, _get(getter), many)


def _text(attribute: Getter) -> Leaf:
    """A text in the language asked for; None stays None."""

    def make(_definition: ElectionDefinition, arguments: Mapping[str, Any]) -> Getter:
        language = arguments.get("lang")
        return lambda node: None if (text := attribute(node)) is None else text.in_language(language)

    return make


def _moment(attribute: Getter) -> Leaf:
    """An instant on the election's clock."""

    def make(definition: ElectionDefinition, _arguments: Mapping[str, Any]) -> Getter:
        def get(node: Any) -> str | None:
            moment = definition.local(attribute(node))
            return None if moment is None else moment.isoformat()

        return get

    return make


RESULT: Mapping[str, Leaf | Child] = {
    "contest": _child("Contest", lambda view: view.contest),
    "area": _child("Area", lambda view: view.area),
    "status": _get(lambda view: view.status.name),
    "rows": _child("StandingRow", lambda view: view.rows, many=True),
    "validBallots": _get(lambda view: view.count.valid),
    "invalidBallots": _get(lambda view: view.count.invalid),
    "noVoteBallots": _get(lambda view: view.count.no_vote),
    "ballotsCast": _get(lambda view: view.count.ballots_cast),
    "registeredVoters": _get(lambda view: view.count.registered),
    "turnout": _get(lambda view: view.turnout),
    "stationsTotal": _get(lambda view: view.count.stations),
    "stationsReporting": _get(lambda view: view.count.reporting),
    "stationsFinal": _get(lambda view: view.count.final),
    "stationsDisputed": _get(lambda view: view.count.disputed),
    "stationsIncomplete": _get(lambda view: view.count.incomplete),
    "margin": _get(lambda view: view.margin),
    "outstanding": _child("Outstanding", lambda view: view.count),
    "decided": _get(lambda view: view.decided),
    "updatedAt": _moment(lambda view: view.count.updated_at),
    "cursor": _get(lambda view: view.position.encode()),
}
# A row's candidate depends on the contest; it is bound where rows of one contest are compiled.
ROW: Mapping[str, Leaf | Child] = {
    "votes": _get(lambda row: row.votes),
    "share": _get(lambda row: row.share),
    "rank": _get(lambda row: row.rank),
    "leading": _get(lambda row: row.leading),
    "candidate": _child("Candidate", lambda row: row.place),
}
OUTSTANDING: Mapping[str, Leaf | Child] = {
    "stations": _get(lambda count: count.outstanding),
    "ballotsAtMost": _get(lambda count: count.at_most),
    "heldTallies": _get(lambda count: count.held),
}
CONTEST: Mapping[str, Leaf | Child] = {
    "id": _get(lambda contest: contest.id),
    "election": Child("Election", lambda definition, _arguments: lambda _contest: definition),
    "office": _get(lambda contest: contest.office),
    "name": _text(lambda contest: contest.name),
    "area": _child("Area", lambda contest: contest.area),
    "seats": _get(lambda contest: contest.seats),
    "votingVariation": _get(lambda contest: contest.voting_variation.name),
    "votesPerBallot": _get(lambda contest: contest.votes_per_ballot),
    "candidates": _child("Candidate", lambda contest: contest.candidates, many=True),
}
CANDIDATE: Mapping[str, Leaf | Child] = {
    "id": _get(lambda candidate: candidate.id),
    "contest": Child(
        "Contest", lambda definition, _arguments: lambda candidate: definition.contests[candidate.contest_id]
    ),
    "ballotNumber": _get(lambda candidate: candidate.ballot_number),
    "name": _text(lambda candidate: candidate.name),
    "shortName": _text(lambda candidate: candidate.short_name),
    "party": _text(lambda candidate: candidate.party),
    "color": _get(lambda candidate: candidate.color),
}
AREA: Mapping[str, Leaf | Child] = {
    "id": _get(lambda area: area.id),
    "level": _get(lambda area: area.level.name),
    "name": _text(lambda area: area.name),
    "parent": _child("Area", lambda area: area.parent),
    "children": _child("Area", lambda area: area.children, many=True),
    "stationsTotal": _get(lambda area: area.stations_total),
}
ELECTION: Mapping[str, Leaf | Child] = {
    "id": _get(lambda definition: definition.id),
    "name": _text(lambda definition: definition.name),
    "isTest": _get(lambda definition: definition.is_test),
    "timeZone": _get(lambda definition: definition.time_zone),
}
UPDATE: Mapping[str, Leaf | Child] = {
    "kind": _get(lambda update: update.kind.name),
    "cursor": _get(lambda update: update.position.encode()),
    "reset": _get(lambda update: update.reset),
    "conflated": _get(lambda update: update.conflated),
    "isTest": _get(lambda update: update.is_test),
    "lastReportAt": _moment(lambda update: update.last_report_at),
    "countedUntil": _moment(lambda update: update.counted_until),
    "sentAt": _get(lambda update: update.sent_at.isoformat()),
    "results": _child("Result", lambda update: update.results, many=True),
}
PLAIN: Mapping[str, Mapping[str, Leaf | Child]] = {
    "ResultUpdate": UPDATE,
    "Result": RESULT,
    "StandingRow": ROW,
    "Outstanding": OUTSTANDING,
    "Contest": CONTEST,
    "Candidate": CANDIDATE,
    "Area": AREA,
    "Election": ELECTION,
}
# Objects of the definition: encoded once for each selection, and never again.
LASTING = frozenset({"Contest", "Candidate", "Area", "Election"})
