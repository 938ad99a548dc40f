"""Judges the submissions of one batch, one after the other, each on the sheets as they stand by then."""

import secrets
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from counting.case import HeldTally
from counting.content import content, differing_content, digest_of
from counting.judge import Judgement, Outcome, judge
from counting.numbers import ballots_of
from counting.tally import Numbers, StandingTally, Submission
from counting.third_report import ThirdReport
from counting.vocabulary import ReportKind, TallyCoverage, TallyRule, TallyState, Verdict
from db.answers import Accepted, Answer, Held, Rejected, Request, finding_from_json, finding_to_json, replayed
from db.cases import Cases
from db.definitions import ElectionDefinition
from db.facts import Facts, Key
from db.new_tally import NewTally
from db.plan import Flags, Plan, commitment
from db.review import KnownTally, known
from db.sheet import OtherFinal, Sheet, public_tally
from db.third_report import carry_out, confirm


class ReporterRevokedError(Exception):
    """The reporter's token was revoked before this submission was written."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer that knows its place in the log only when the head was stepped: entry `entry` of the batch."""

    answer: Answer
    entry: int | None = None

    def after(self, first: int) -> Answer:
        if isinstance(self.answer, Accepted) and self.answer.sequence == 0:
            return replace(self.answer, sequence=first if self.entry is None else first + self.entry + 1)
        return self.answer


@dataclass(frozen=True, slots=True)
class Received:
    """What a submission says apart from its own id, and its digest."""

    content: dict[str, object]
    digest: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A submission that becomes a tally of its sheet; `numbers_sha256` to find it by at other stations."""

    submission: Submission
    judgement: Judgement
    numbers: Numbers
    sheet: Sheet
    recorded_at: datetime
    numbers_sha256: str | None


class Bench:
    """Where a batch is judged; fills the plan as it goes."""

    def __init__(self, definition: ElectionDefinition, facts: Facts, plan: Plan, now: datetime) -> None:
        self._definition = definition
        self._facts = facts
        self._plan = plan
        self._now = now
        self._cases = Cases(definition, facts, plan, now)
        self._answered: dict[Key, tuple[str, Draft]] = {}

    def judge(self, place: int, request: Request) -> Draft:
        """The answer to one request; raises ReporterRevokedError."""
        submission = request.submission
        if request.person.id in self._facts.revoked:
            raise ReporterRevokedError(request.person.id)
        received = content(submission)
        digest = digest_of(received)
        repeated = self._repeated((submission.reporter, submission.client_tally_id), digest)
        if repeated is not None:
            return repeated
        return self._judged(request, Received(received, digest), self._now + timedelta(microseconds=place), place)

    def _repeated(self, key: Key, digest: str) -> Draft | None:
        """The first answer again, for a call that was answered before: in this batch or an earlier one."""
        if key in self._answered:
            first_digest, draft = self._answered[key]
            return Draft(replayed(draft.answer), draft.entry) if first_digest == digest else None
        row = self._facts.earlier.get(key)
        if row is None or row["content_sha256"] != digest:
            return None
        return Draft(_earlier_answer(row))

    def _judged(self, request: Request, received: Received, recorded_at: datetime, place: int) -> Draft:
        submission = request.submission
        sheet = self._facts.sheets.get((submission.station_id, submission.contest_id))
        reused = self._reused_in_fields(submission, received)
        judgement = judge(submission, self._cases.of(place, submission, request.person.role, sheet, reused))
        draft = self._draft(place, submission, judgement, sheet, recorded_at)
        if reused is None:
            self._remember(submission, received, draft, recorded_at)
        return draft

    def _draft(
        self, place: int, submission: Submission, judgement: Judgement, sheet: Sheet | None, recorded_at: datetime
    ) -> Draft:
        if judgement.outcome is Outcome.REJECT or sheet is None or judgement.numbers is None:
            return Draft(Rejected(submission.client_tally_id, judgement.findings))
        if judgement.outcome not in (Outcome.HOLD, Outcome.COUNT):
            return self._stands_already(judgement, sheet, recorded_at)
        digest = self._facts.likeness.digests[place]
        taken = Taken(submission, judgement, judgement.numbers, sheet, recorded_at, digest)
        return self._hold(taken) if judgement.outcome is Outcome.HOLD else self._count(taken)

    def _reused_in_fields(self, submission: Submission, received: Received) -> int | None:
        """How many fields differ from the first call under this id; None where there was none."""
        key = (submission.reporter, submission.client_tally_id)
        before: dict[str, Any]
        if key in self._answered:
            before = next(entry["received"] for entry in self._plan.submissions if _key(entry) == key)
        elif row := self._facts.earlier.get(key):
            before = row["received"]
        else:
            return None
        return differing_content(received.content, before)

    def _count(self, taken: Taken) -> Draft:
        """The tally counts from here on, in place of what stood."""
        submission, sheet = taken.submission, taken.sheet
        before = Flags.of(sheet)
        tally = self._tally(taken, TallyState.ACCEPTED)
        if before.standing_id is not None:
            tally.supersedes_id = before.standing_id
            self._plan.supersede(before.standing_id, tally.id)
        public = public_of(tally, taken.numbers)
        standing = StandingTally(
            *(tally.id, tally.revision, tally.coverage, taken.numbers, tally.reporter_id, taken.recorded_at)
        )
        sheet.stand(standing, public)
        self._note_final(sheet, standing)
        corrects = submission.replaces is not None
        entry = self._plan.enter(
            sheet,
            before,
            kind=ReportKind.CORRECTED if corrects else ReportKind.ACCEPTED,
            tally_id=tally.id,
            tally=public,
            reason=submission.note if corrects else None,
            decided_by=submission.reporter if corrects else None,
            recorded_at=taken.recorded_at,
        )
        return Draft(Accepted(tally.id, 0, tally), entry)

    def _note_final(self, sheet: Sheet, standing: StandingTally) -> None:
        """Another contest's FINAL of the same station may come later in this very batch."""
        if standing.coverage is TallyCoverage.FINAL:
            final = OtherFinal(ballots_of(standing.numbers), standing.reporter)
            self._facts.finals.setdefault(sheet.station_id, {})[sheet.contest_id] = final

    def _hold(self, taken: Taken) -> Draft:
        """The tally waits for an editor; the log commits to it without showing a number."""
        sheet = taken.sheet
        before = Flags.of(sheet)
        tally = self._tally(taken, TallyState.HELD)
        tally.salt = secrets.token_hex(16)
        sheet.held += 1
        if tally.coverage is TallyCoverage.FINAL:
            holds = {finding.rule for finding in taken.judgement.findings if finding.verdict is Verdict.HOLD}
            decides = holds == {TallyRule.DISAGREES_WITH_ANOTHER_REPORT}
            sheet.rivals.append(HeldTally(tally.id, tally.reporter_id, taken.numbers, decides))
        sheet.settle()
        entry = self._plan.enter(
            sheet,
            before,
            kind=ReportKind.HELD,
            tally_id=tally.id,
            commitment=commitment(tally.salt, public_of(tally, taken.numbers)),
            recorded_at=taken.recorded_at,
        )
        return Draft(Held(tally.id, taken.judgement.findings, tally), entry)

    def _stands_already(self, judgement: Judgement, sheet: Sheet, at: datetime) -> Draft:
        """No new tally is made: the one that stands, or is released by this report, is the answer."""
        entry = self._decide(judgement.third, sheet, at) if judgement.third else None
        assert sheet.standing is not None
        if judgement.outcome is not Outcome.REPEAT:
            confirm(self._plan, sheet)
        return Draft(Accepted(sheet.standing.id, 0), self._plan.entry_of(sheet.standing.id) if entry is None else entry)

    def _decide(self, third: ThirdReport, sheet: Sheet, at: datetime) -> int | None:
        held = {rival.id: self._known(rival) for rival in sheet.rivals}
        entry = carry_out(self._plan, sheet, third, held, at)
        if sheet.standing is not None:
            self._note_final(sheet, sheet.standing)
        return entry

    def _known(self, rival: HeldTally) -> KnownTally:
        """A held tally: stored, or of this very batch."""
        fresh = self._plan.tallies.get(rival.id)
        return known(fresh, rival.numbers) if fresh else self._facts.rivals[rival.id]

    def _tally(self, taken: Taken, state: TallyState) -> NewTally:
        submission, numbers, sheet = taken.submission, taken.numbers, taken.sheet
        sheet.revisions += 1
        sheet.changed = True
        tally = NewTally(
            id=str(uuid.uuid4()),
            election_id=self._definition.id,
            station_id=submission.station_id,
            contest_id=submission.contest_id,
            revision=sheet.revisions,
            coverage=submission.coverage,
            state=state,
            votes=list(numbers.votes),
            valid_ballots=numbers.valid_ballots,
            invalid_ballots=numbers.invalid_ballots,
            no_vote_ballots=numbers.no_vote_ballots,
            ballots_cast=numbers.ballots_cast,
            as_written=submission.as_written,
            reporter_id=submission.reporter,
            findings=[finding_to_json(finding) for finding in taken.judgement.findings],
            evidence=list(submission.evidence),
            note=submission.note,
            ruleset=self._plan.ruleset,
            counted_at=submission.counted_at,
            recorded_at=taken.recorded_at,
            numbers_sha256=taken.numbers_sha256,
        )
        self._plan.tallies[tally.id] = tally
        self._facts.likeness.add(tally)
        return tally

    def _remember(self, submission: Submission, received: Received, draft: Draft, recorded_at: datetime) -> None:
        answer = draft.answer
        self._answered[submission.reporter, submission.client_tally_id] = (received.digest, draft)
        self._plan.submissions.append(
            {
                "reporter_id": submission.reporter,
                "client_tally_id": submission.client_tally_id,
                "election_id": self._definition.id,
                "content_sha256": received.digest,
                "outcome": type(answer).__name__.upper(),
                "tally_id": None if isinstance(answer, Rejected) else answer.tally_id,
                "entry": draft.entry,
                "findings": [] if isinstance(answer, Accepted) else [finding_to_json(f) for f in answer.findings],
                "received": received.content,
                "recorded_at": recorded_at,
            }
        )


def _key(submission: dict[str, Any]) -> Key:
    return submission["reporter_id"], submission["client_tally_id"]


def _earlier_answer(row: asyncpg.Record) -> Answer:
    findings = tuple(finding_from_json(value) for value in row["findings"])
    if row["outcome"] == "REJECTED":
        return Rejected(row["client_tally_id"], findings, replayed=True)
    if row["outcome"] == "HELD":
        return Held(row["tally_id"], findings, replayed=True)
    return Accepted(row["tally_id"], row["sequence"], replayed=True)


def public_of(tally: NewTally, numbers: Numbers) -> dict[str, Any]:
    return public_tally(
        tally.id,
        tally.revision,
        tally.coverage,
        numbers,
        as_written=tally.as_written,
        reporter=tally.reporter_id,
        evidence=tally.evidence,
        counted_at=tally.counted_at,
    )
