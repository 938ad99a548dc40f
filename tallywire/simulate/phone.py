"""A volunteer's phone: sends one thing after the other, the same bytes until answered, and corrects slips."""

import asyncio
import uuid
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from counting.election import Election
from tallywire.client import Accepted, Answer, Client, Rejected, SubmitTallyInput, WithdrawTallyInput
from tallywire.simulate.camera import Camera
from tallywire.simulate.score import Outcome, Score
from tallywire.simulate.sending import Doubt, Mistake, PlannedTally, Repeat, Sending

# Where these were taken, the true FINAL says what it replaces.
CORRECTED_LATER = frozenset({Doubt.SWAPPED, Doubt.ADDED_A_DIGIT, Doubt.NOT_LEGIBLE, Doubt.EMPTY, Doubt.AS_WRITTEN})


class Form:
    """Fills `SubmitTallyInput` for planned tallies. `run`: makes clientTallyIds of this run differ from others'."""

    def __init__(self, election: Election, election_id: str, run: uuid.UUID) -> None:
        self._id = election_id
        self._run = run
        self._close = election.polls_close_at
        self._several = {contest.code for contest in election.contests if contest.votes_per_ballot > 1}
        self._candidates: dict[str, list[str]] = {}
        for candidate in sorted(election.candidates, key=lambda candidate: candidate.ballot_number):
            own = self._candidates.setdefault(candidate.contest, [])
            own.append(f"{election_id}/{candidate.code}")

    def filled(
        self, planned: PlannedTally, *, wrong: bool, replaces: str | None = None, evidence: Sequence[str] = ()
    ) -> SubmitTallyInput:
        """The input, with its mistake in it where `wrong`. `evidence`: digests of photographs."""
        ids = self._candidates[planned.contest]
        rows = [{"candidateId": i, "votes": v} for i, v in zip(ids, planned.votes, strict=True)]
        counted_at: datetime = self._close + timedelta(milliseconds=round(planned.counted_at * 1000))
        filled: dict[str, Any] = {
            # What it replaces makes another call of it.
            "clientTallyId": str(uuid.uuid5(self._run, f"{planned.key}/{wrong}/{replaces}")),
            "stationId": f"{self._id}/{planned.station}",
            "contestId": f"{self._id}/{planned.contest}",
            "coverage": planned.coverage.value,
            "votes": rows,
            "invalidBallots": planned.invalid_ballots,
            "noVoteBallots": planned.no_vote_ballots,
            "ballotsCast": planned.ballots_cast,
            "countedAt": counted_at.isoformat(),
        }
        if planned.as_written:
            filled["asWritten"] = True
        if evidence:
            filled["evidence"] = list(evidence)
        if planned.contest in self._several:
            filled["validBallots"] = planned.valid_ballots
        if replaces is not None:
            filled["replaces"] = replaces
        if wrong:
            _spoil(filled, planned)
        return SubmitTallyInput.model_validate(filled)


def _spoil(filled: dict[str, Any], planned: PlannedTally) -> None:
    """Puts the planned mistake into the input, in place."""
    match planned.mistake:
        case Mistake.WRONG_SUM:
            filled["ballotsCast"] += 1 + planned.key % 9
        case Mistake.NEGATIVE_NUMBER:
            row = filled["votes"][planned.key % len(filled["votes"])]
            row["votes"] = -1 - (row["votes"] or 0)
        case Mistake.MISSING_CANDIDATE:
            del filled["votes"][planned.key % len(filled["votes"])]
        case None:
            pass


class Phone:
    """One volunteer's phone. `pending` is what it has to send; one worker at a time empties it, in order.

    `client`: in the volunteer's name; None: not enrolled yet.
    """

    def __init__(self, number: int, stations: Sequence[str], form: Form, score: Score, camera: Camera) -> None:
        self.number = number
        self.stations = stations
        self.pending: deque[Sending] = deque()
        self.busy = False
        self.client: Client | None = None
        self._form = form
        self._score = score
        self._camera = camera
        self._to_correct: dict[tuple[str, str], str] = {}
        self._doubted: dict[tuple[str, str], str] = {}

    async def send(self, sending: Sending) -> None:
        """Sends it until answered, then the corrected version of what was mistyped, then the photographs."""
        self._score.bursts += len(sending.tallies) > 1
        outcomes = await self._submit(sending, sending.tallies, first=True)
        corrected, replaced = [], []
        for tally, outcome in zip(sending.tallies, outcomes, strict=True):
            if tally.mistake is not None:
                taken = outcome.tally.id if isinstance(outcome, Accepted) else None
                corrected.append(tally)
                replaced.append(taken or self._to_correct.get(tally.sheet))
            elif tally.doubt is not None:
                await self._think_again(tally, outcome)
            elif _is_stale(outcome):
                # An editor was there first, or let the doubtful one count meanwhile.
                before = self._to_correct.pop(tally.sheet, None)
                corrected.append(tally)
                replaced.append(None if before else self._doubted.get(tally.sheet))
        if corrected:
            await self._submit(sending, corrected, first=False, replaced=replaced)
        for tally in sending.tallies:
            await self._upload(tally)

    async def _think_again(self, tally: PlannedTally, outcome: Outcome) -> None:
        """What its own volunteer does about a doubtful tally: takes it back, or corrects it with the true FINAL."""
        if isinstance(outcome, Rejected):
            return
        tally_id = outcome.tally.id
        if tally.doubt is Doubt.WRONG_STATION:
            reason = "ส่งผิดหน่วย · Sent for the wrong station"
            await self._enrolled.withdraw_tally(WithdrawTallyInput(tally_id=tally_id, reason=reason))
            self._score.withdrawn += 1
        elif tally.doubt in CORRECTED_LATER:
            self._doubted[tally.sheet] = tally_id
            if isinstance(outcome, Accepted):
                self._to_correct[tally.sheet] = tally_id

    async def _upload(self, tally: PlannedTally) -> None:
        shot = await self._camera.shoot(tally)
        if shot is None:
            return
        status = await self._enrolled.files.send_photograph(shot.sha256, shot.jpeg)
        self._score.photographs += status == 201
        self._score.photographs_refused += status not in (200, 201)

    async def _submit(
        self,
        sending: Sending,
        tallies: Sequence[PlannedTally],
        *,
        first: bool,
        replaced: Sequence[str | None] = (),
    ) -> list[Outcome]:
        wrong = [first and tally.mistake is not None for tally in tallies]
        inputs = []
        for index, (tally, slip) in enumerate(zip(tallies, wrong, strict=True)):
            corrects = replaced[index] if replaced else self._to_correct.get(tally.sheet) if tally.is_final else None
            shot = await self._camera.shoot(tally)
            evidence = [shot.sha256] if shot else []
            inputs.append(self._form.filled(tally, wrong=slip, replaces=corrects, evidence=evidence))
        repeat = sending.repeat if first else None
        give_up_after = sending.give_up_after if first else None
        if repeat is Repeat.AT_ONCE:
            both = (self._call(inputs, give_up_after) for _ in range(2))
            answers = list(await asyncio.gather(*both))
        else:
            answers = [await self._call(inputs, give_up_after)]
        for tally, outcome, slip, sent in zip(tallies, answers[0], wrong, inputs, strict=True):
            self._score.tally_answered(tally, outcome, slip, corrects=sent.replaces is not None)
        if repeat is Repeat.AFTERWARDS:
            answers.append(await self._call(inputs, None))
        for again in answers[1:]:
            self._score.resent += len(tallies)
            for outcome in again:
                self._score.repeat_answered(outcome)
        return list(answers[0])

    async def _call(self, inputs: Sequence[SubmitTallyInput], give_up_after: float | None) -> Sequence[Outcome]:
        def heard(answer: Answer) -> None:
            self._score.request_answered(answer, len(inputs), answer.attempts)

        if len(inputs) == 1:
            return [await self._enrolled.submit_tally(inputs[0], give_up_after=give_up_after, heard=heard)]
        return await self._enrolled.submit_tallies(list(inputs), give_up_after=give_up_after, heard=heard)

    @property
    def _enrolled(self) -> Client:
        assert self.client is not None, "enrolled before it sends"
        return self.client


def _is_stale(outcome: Outcome) -> bool:
    """What was to be corrected does not stand any more: an editor was there first."""
    return isinstance(outcome, Rejected) and any(finding.rule == "STALE_REVISION" for finding in outcome.findings)
