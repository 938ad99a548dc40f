"""What verified entries make of tallies: the rows that they show for the first time, and what stored ones become."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from counting.vocabulary import ReportKind, TallyState

Leaf = dict[str, Any]
COUNTS = frozenset({ReportKind.ACCEPTED.value, ReportKind.CORRECTED.value})


@dataclass(frozen=True, slots=True)
class Reported:
    """When a held tally was reported, and by which rules it was judged: its first entry says it."""

    recorded_at: datetime
    ruleset: str


@dataclass(frozen=True, slots=True)
class Step:
    """What a stored tally becomes."""

    tally_id: str
    state: TallyState
    superseded_by_id: str | None = None
    supersedes_id: str | None = None


@dataclass(slots=True)
class TallyPlan:
    """`stored`: tallies that have a row already. `reported`: those held before these entries, as they were reported."""

    stored: Collection[str]
    reported: Mapping[str, Reported]
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    _held: dict[str, Reported] = field(default_factory=dict)

    def add_all(self, leaves: Iterable[Leaf]) -> "TallyPlan":
        for leaf in leaves:
            self._add(leaf)
        return self

    def _add(self, leaf: Leaf) -> None:
        kind, tally_id = leaf["kind"], leaf["tallyId"]
        if kind == ReportKind.HELD.value:
            self._held[tally_id] = _reported(leaf)
        elif kind in COUNTS:
            previous = leaf["previousId"] if leaf["previousId"] != tally_id else None
            if previous is not None:
                self._become(Step(previous, TallyState.SUPERSEDED, superseded_by_id=tally_id))
            self._show(leaf, Step(tally_id, TallyState.ACCEPTED, supersedes_id=previous))
        elif kind == ReportKind.REJECTED.value:
            own = leaf["tally"] is not None and leaf["decidedBy"] == leaf["tally"]["reporter"]
            self._show(leaf, Step(tally_id, TallyState.WITHDRAWN if own else TallyState.REJECTED))
        else:
            # Withdrawn from the count to be looked at again: before an editor, with numbers that the log has told.
            again = leaf["held"] > leaf["heldBefore"]
            self._become(Step(tally_id, TallyState.HELD if again else TallyState.WITHDRAWN))

    def _show(self, leaf: Leaf, step: Step) -> None:
        if leaf["tallyId"] in self.stored or leaf["tallyId"] in self.rows:
            self._become(step)
        elif leaf["tally"] is not None:
            reported = self._held.get(leaf["tallyId"]) or self.reported.get(leaf["tallyId"]) or _reported(leaf)
            self.rows[leaf["tallyId"]] = _row(leaf, step, reported)

    def _become(self, step: Step) -> None:
        row = self.rows.get(step.tally_id)
        if row is None:
            self.steps.append(step)
            return
        row["state"] = step.state.value
        row["superseded_by_id"] = step.superseded_by_id or row["superseded_by_id"]
        row["supersedes_id"] = step.supersedes_id or row["supersedes_id"]


def _reported(leaf: Leaf) -> Reported:
    return Reported(datetime.fromisoformat(leaf["recordedAt"]), leaf["ruleset"])


def _row(leaf: Leaf, step: Step, reported: Reported) -> dict[str, Any]:
    """The columns of `tally`; what no entry tells (findings, notes, who confirmed) is not known here."""
    tally = leaf["tally"]
    return {
        "id": leaf["tallyId"],
        "election_id": leaf["election"],
        "station_id": leaf["station"],
        "contest_id": leaf["contest"],
        "revision": tally["revision"],
        "coverage": tally["coverage"],
        "state": step.state.value,
        "votes": tally["votes"],
        "valid_ballots": tally["validBallots"],
        "invalid_ballots": tally["invalidBallots"],
        "no_vote_ballots": tally["noVoteBallots"],
        "ballots_cast": tally["ballotsCast"],
        "as_written": tally["asWritten"],
        "reporter_id": tally["reporter"],
        "confirmations": 0,
        "findings": [],
        "evidence": tally["evidence"],
        "note": None,
        "supersedes_id": step.supersedes_id,
        "superseded_by_id": step.superseded_by_id,
        "salt": None,
        "ruleset": reported.ruleset,
        "counted_at": datetime.fromisoformat(tally["countedAt"]) if tally["countedAt"] else None,
        "recorded_at": reported.recorded_at,
        "numbers_sha256": None,
    }
