"""The case of one submission: the facts that the rules look at, taken from what was read and what the batch did."""

from datetime import datetime

from counting.case import Case, ContestFacts, OtherOffice, ReplacedTally, StationFacts
from counting.election import Text
from counting.tally import Submission
from counting.vocabulary import ElectionPhase, Role, TallyState
from db.definitions import ElectionDefinition, StationNode
from db.facts import Facts
from db.likeness import station_label
from db.plan import Plan
from db.sheet import Sheet
from db.spreads import district_of

STANDS_OR_WAITS = (TallyState.ACCEPTED, TallyState.HELD)


class Cases:
    """Makes the cases of one batch."""

    def __init__(self, definition: ElectionDefinition, facts: Facts, plan: Plan, now: datetime) -> None:
        self._definition = definition
        self._facts = facts
        self._plan = plan
        self._now = now

    def of(self, place: int, submission: Submission, role: Role, sheet: Sheet | None, reused: int | None) -> Case:
        """Everything a rule may look at; `reused`: fields that differ from the first call under this id."""
        definition, facts = self._definition, self._facts
        station = definition.stations.get(submission.station_id)
        assigned = facts.assigned.get(submission.reporter, [])
        is_assigned = role is not Role.VOLUNTEER or submission.station_id in assigned
        return Case(
            now=self._now,
            phase=ElectionPhase(facts.election["phase"]),
            polls_close_at=definition.polls_close_at,
            closed_at=facts.election["closed_at"],
            time_zone=definition.time_zone,
            bounds=definition.bounds,
            station=station_facts(station) if station else None,
            contest=self._contest(submission),
            registered_voters=station.registered(submission.contest_id) if station else None,
            standing=sheet.standing if sheet else None,
            replaced=self._replaced(submission),
            reused_in_fields=reused,
            assigned=is_assigned,
            assigned_stations=() if is_assigned else tuple(map(self._label, assigned)),
            evidence_held=facts.photographs,
            evidence_elsewhere=facts.likeness.evidence_elsewhere(submission, self._is_alive),
            same_numbers_at=facts.likeness.same_numbers_at(place, submission, self._is_alive),
            other_offices=self._other_offices(submission),
            rivals=tuple(sheet.rivals) if sheet else (),
            district=facts.spreads.of(definition, submission),
            reporter_role=role,
        )

    def _contest(self, submission: Submission) -> ContestFacts | None:
        contest = self._definition.contests.get(submission.contest_id)
        return contest.facts if contest else None

    def _label(self, station_id: str) -> Text:
        return station_label(self._definition.stations[station_id])

    def _other_offices(self, submission: Submission) -> tuple[OtherOffice, ...]:
        return tuple(
            OtherOffice(self._definition.contests[contest_id].name, final.ballots, final.reporter)
            for contest_id, final in self._facts.finals.get(submission.station_id, {}).items()
            if contest_id != submission.contest_id
        )

    def _replaced(self, submission: Submission) -> ReplacedTally | None:
        """The tally that `replaces` names, if it is one of this sheet."""
        if submission.replaces is None:
            return None
        here = (submission.station_id, submission.contest_id)
        if fresh := self._plan.tallies.get(submission.replaces):
            there = (fresh.station_id, fresh.contest_id)
            facts = ReplacedTally(fresh.id, fresh.revision, fresh.state, fresh.reporter_id)
        elif row := self._facts.replaced.get(submission.replaces):
            there = (row["station_id"], row["contest_id"])
            state = TallyState.SUPERSEDED if row["id"] in self._plan.superseded else TallyState(row["state"])
            facts = ReplacedTally(row["id"], row["revision"], state, row["reporter_id"])
        else:
            return None
        return facts if there == here else None

    def _is_alive(self, tally_id: str) -> bool:
        """A tally that was read, or that this batch made, still stands or waits."""
        return self._plan.state_of(tally_id, TallyState.ACCEPTED) in STANDS_OR_WAITS


def station_facts(station: StationNode) -> StationFacts:
    return StationFacts(station.id, station.number, station.area.name, station.area.id, district_of(station.area).id)
