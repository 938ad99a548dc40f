"""A recorded night judged again: each report on what stood before it, by the bounds of the night and by others.

The past stays as it was: what the other bounds would have held still counts for what follows. The log does not tell
who was assigned where, nor which photographs were stored; a tally that was held for that alone stays held.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from counting.bounds import Bounds
from counting.case import Case, DistrictSpreads
from counting.judge import Judgement, Outcome, judge
from counting.tally import Submission, VotesRow
from counting.vocabulary import ElectionPhase, ReportKind, Role, TallyCoverage, TallyRule, Verdict
from tallywire.night_log import NightLog
from tallywire.rejudge.past import Past, moment_in, numbers_in
from tallywire.rejudge.setting import BadDefinitionError, Setting, setting_from

Entry = Mapping[str, Any]
Tally = Mapping[str, Any]
KEPT_OUT = (Outcome.HOLD, Outcome.REJECT)
DISPUTE = {TallyRule.DISAGREES_WITH_ANOTHER_REPORT}


@dataclass(frozen=True, slots=True)
class Rejudged:
    """One report of the night. `was_held`: as it happened; `before` by the night's bounds, `after` by the others.

    `hidden`: it was held for what the log does not tell. None for both judgements: its numbers are not told.
    """

    sequence: int
    station: str
    contest: str
    was_held: bool
    before: Judgement | None = None
    after: Judgement | None = None

    @property
    def hidden(self) -> bool:
        return self.was_held and self.before is not None and self.before.outcome not in KEPT_OUT

    @property
    def refused_after(self) -> bool:
        return self.after is not None and self.after.outcome is Outcome.REJECT

    @property
    def counts_after(self) -> bool:
        """By the other bounds it would have counted; what was held for reasons unseen would not."""
        return self.after is not None and self.after.outcome not in KEPT_OUT and not self.hidden

    @property
    def differs(self) -> bool:
        return self.after is not None and (self.refused_after or self.counts_after == self.was_held)


def replay(night: NightLog, other: Bounds) -> Iterator[Rejudged | None]:
    """One item an entry, in order: None for a decision, which is no report. Raises BadDefinitionError."""
    setting = setting_from(night.definition)
    court = Court(setting, Past(setting), night.bounds, other)
    told = {entry["tally"]["id"]: entry["tally"] for entry in night.entries if entry["tally"] is not None}
    numbers: dict[str, Tally] = {**night.held, **told}
    for entry in night.entries:
        if entry["station"] not in setting.stations or entry["contest"] not in setting.contests:
            raise BadDefinitionError(f"entry {entry['sequence']} is about a sheet that the definition does not have")
        tally = numbers.get(entry["tallyId"])
        rejudged = court.judged(entry, tally) if entry["tallyId"] not in court.past.known else None
        decides = rejudged is not None and holding_rules(rejudged.before) == DISPUTE
        court.past.enter(entry, tally, decides)
        yield rejudged


def holding_rules(judgement: Judgement | None) -> set[TallyRule]:
    """The rules that hold the report."""
    findings = judgement.findings if judgement else ()
    return {finding.rule for finding in findings if finding.verdict is Verdict.HOLD}


@dataclass(frozen=True, slots=True)
class Court:
    """Judges the next report on the past, by both bounds."""

    setting: Setting
    past: Past
    bounds: Bounds
    other: Bounds

    def judged(self, entry: Entry, tally: Tally | None) -> Rejudged:
        place = (entry["sequence"], entry["station"], entry["contest"], entry["kind"] == ReportKind.HELD)
        if tally is None:
            return Rejudged(*place)
        submission = self._submission(entry, tally)
        case = self._case(entry, submission, tally)
        after = replace(case, bounds=self.other, district=self._district(submission, self.other))
        return Rejudged(*place, before=judge(submission, case), after=judge(submission, after))

    def _submission(self, entry: Entry, tally: Tally) -> Submission:
        """As it may have been sent. With one vote a ballot, valid ballots are what the votes add up to."""
        contest = self.setting.contests[entry["contest"]]
        rows = zip(contest.candidate_ids, tally["votes"], strict=True)
        return Submission(
            client_tally_id=tally["id"],
            station_id=entry["station"],
            contest_id=entry["contest"],
            coverage=TallyCoverage(tally["coverage"]),
            votes=tuple(VotesRow(candidate, votes) for candidate, votes in rows),
            valid_ballots=tally["validBallots"] if contest.votes_per_ballot > 1 else None,
            invalid_ballots=tally["invalidBallots"],
            no_vote_ballots=tally["noVoteBallots"],
            ballots_cast=tally["ballotsCast"],
            as_written=tally["asWritten"],
            replaces=entry["previousId"] if entry["kind"] == ReportKind.CORRECTED else None,
            evidence=tuple(tally["evidence"]),
            counted_at=datetime.fromisoformat(tally["countedAt"]) if tally["countedAt"] else None,
            # Public where an editor changed another's tally, as the entry's reason.
            note=entry["reason"],
            reporter=tally["reporter"],
        )

    def _case(self, entry: Entry, submission: Submission, tally: Tally) -> Case:
        station, contest = self.setting.stations[entry["station"]], self.setting.contests[entry["contest"]]
        sheet = self.past.sheets[entry["station"], entry["contest"]]
        stands, is_final = sheet.standing, submission.coverage is TallyCoverage.FINAL
        # Whoever replaced another's tally was an editor.
        edits = submission.replaces is not None and stands is not None and stands.reporter != submission.reporter
        twin = self.past.same_numbers_at(station.facts.id, contest.id, numbers_in(tally)) if is_final else None
        return Case(
            now=moment_in(entry),
            phase=ElectionPhase.COUNTING,
            polls_close_at=self.setting.polls_close_at,
            time_zone=self.setting.time_zone,
            bounds=self.bounds,
            station=station.facts,
            contest=contest,
            registered_voters=station.registers.get(contest.id),
            standing=stands,
            assigned=True,
            evidence_elsewhere=self.past.evidence_elsewhere(station.facts.id, submission.evidence),
            same_numbers_at=twin,
            other_offices=self.past.other_offices(station.facts.id, contest.id),
            rivals=tuple(sheet.rivals.values()),
            district=self._district(submission, self.bounds),
            reporter_role=Role.EDITOR if edits else Role.VOLUNTEER,
        )

    def _district(self, submission: Submission, bounds: Bounds) -> DistrictSpreads | None:
        if submission.coverage is not TallyCoverage.FINAL:
            return None
        return self.past.spreads(submission.station_id, submission.contest_id, bounds)
