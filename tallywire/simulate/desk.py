"""The editors: they take held tallies from the queue, look at what the sheet says, and decide. They know the truth."""

import asyncio
import time

from counting.election import StationCount
from tallywire.client import Client, Conflict, ReviewDecision, ReviewTallyInput, Role, Sheet, TallyCoverage
from tallywire.client.generated.review_queue import ReviewQueueReviewQueueEdgesNode as Case
from tallywire.simulate.camera import Camera
from tallywire.simulate.operator import Operator
from tallywire.simulate.phone import Form
from tallywire.simulate.plan import NightPlan
from tallywire.simulate.score import Score
from tallywire.simulate.sending import PlannedTally

EDITORS = 3
# Of the night: how long an editor looks at one case, and in real seconds at most.
CASE_SECONDS, CASE_SECONDS_MAX = 40.0, 2.0
LOOK_SECONDS = 0.3
# A nation has thousands of sheets in doubt.
LOOKS_AT_ONCE = 8
# The last cases: given up where nothing moves for so long.
PATIENCE_SECONDS = 60.0
MATCHES, SECOND, WRONG, OUTDATED = (
    "ตรงกับใบขีดคะแนน · Matches the tally sheet",
    "ยอดเดียวกันนับอยู่แล้ว · The same numbers count already",
    "ไม่ตรงกับใบขีดคะแนน · Does not match the tally sheet",
    "มียอดที่ใหม่กว่า · Newer numbers are there or will come",
)
# What an entry says that takes another person's tally from the results.
SET_RIGHT = "ใบคะแนนเขียนไว้อย่างนี้ · The sheet says so"
Numbers = tuple[tuple[int | None, ...], int | None, int | None, int | None, int | None]


class Desk:
    """`speed`: simulated seconds a second. Editors work until `close` was called and nothing waits any more."""

    def __init__(
        self,
        plan: NightPlan,
        operator: Operator,
        election_id: str,
        form: Form,
        score: Score,
        camera: Camera,
    ) -> None:
        self._operator = operator
        self._id = election_id
        self._form = form
        self._score = score
        self._camera = camera
        self._finals: dict[tuple[str, str], PlannedTally] = {
            tally.sheet: tally for sending in plan.sendings for tally in sending.tallies if tally.is_final
        }
        self._truth: dict[tuple[str, str], Numbers] = {
            (one.station, one.contest): (*_counted(one), one.ballots_cast) for one in plan.counts
        }
        self._doubted = sorted({tally.sheet for sending in plan.doubts for tally in sending.tallies})
        self._closing = False
        self._moved_at = time.monotonic()
        self.waiting = 0

    async def work(self, place: int, speed: float) -> None:
        """One editor's night. Raises RefusedError, UnreachableError."""
        editor = await self._operator.enrol([], f"Editor {place + 1}", Role.EDITOR)
        pause = min(CASE_SECONDS / speed, CASE_SECONDS_MAX) if speed else 0.0
        while True:
            closing = self._closing
            cases = await self._queue(editor, closing)
            if cases:
                # The oldest first; where few wait, two editors take the same one, and the second is told so.
                await self._decide(cases[place % len(cases)], editor)
                await asyncio.sleep(pause)
            elif closing and (not self.waiting or time.monotonic() - self._moved_at > PATIENCE_SECONDS):
                return
            else:
                await asyncio.sleep(LOOK_SECONDS)

    def close(self) -> None:
        """Everything was sent: what waits now is all that will."""
        self._closing = True
        self._moved_at = time.monotonic()

    async def set_right(self) -> None:
        """Looks once more at each sheet that was in doubt; an editor corrects what is not as the sheet has it."""
        if not self._doubted:
            return
        editor = await self._operator.enrol([], "Editor, closing", Role.EDITOR)
        sheets = iter(self._doubted)

        async def look() -> None:
            for sheet in sheets:
                await self._set_right(sheet, editor)

        async with asyncio.TaskGroup() as group:
            for _ in range(LOOKS_AT_ONCE):
                group.create_task(look())

    async def _set_right(self, sheet: tuple[str, str], editor: Client) -> None:
        standing = await self._standing(sheet, editor)
        if standing is not None and self._is_true(sheet, standing):
            return
        self._score.set_right += 1
        replaces = standing.id if standing else None
        shot = await self._camera.shoot(self._finals[sheet])
        evidence = [shot.sha256] if shot else []
        sent = self._form.filled(self._finals[sheet], wrong=False, replaces=replaces, evidence=evidence)
        sent.note = SET_RIGHT
        await editor.submit_tally(sent)

    async def _queue(self, editor: Client, closing: bool) -> list[Case]:
        """What can be decided; a tally that only waits for its photograph is left to that until the end."""
        queue = await editor.review_queue(self._id)
        self.waiting = queue.total_count
        nodes = [edge.node for edge in queue.edges]
        return nodes if closing else [node for node in nodes if not _waits_for_photograph(node)]

    async def _decide(self, case: Case, editor: Client) -> None:
        sheet = self._code(case.station.id), self._code(case.contest.id)
        standing = await self._standing(sheet, editor)
        accept, reason = self._verdict(sheet, case, standing)
        decision = ReviewTallyInput(
            tally_id=case.id,
            decision=ReviewDecision.ACCEPT if accept else ReviewDecision.REJECT,
            reason=reason,
            standing_id=standing.id if accept and standing is not None else None,
        )
        conflict = isinstance(await editor.review_tally(decision), Conflict)
        self._score.decided["conflict" if conflict else decision.decision.lower()] += 1
        if not conflict:
            self._moved_at = time.monotonic()

    def _verdict(self, sheet: tuple[str, str], case: Case, standing: Sheet | None) -> tuple[bool, str]:
        """Whether it is to count, and why."""
        if case.coverage is not TallyCoverage.FINAL:
            return False, OUTDATED
        if not self._is_true(sheet, case):
            return False, WRONG
        return (False, SECOND) if standing is not None and self._is_true(sheet, standing) else (True, MATCHES)

    async def _standing(self, sheet: tuple[str, str], editor: Client) -> Sheet | None:
        station = await editor.standing_tally(f"{self._id}/{sheet[0]}", f"{self._id}/{sheet[1]}")
        assert station is not None, "the package's own station"
        return station.tally

    def _is_true(self, sheet: tuple[str, str], tally: Sheet) -> bool:
        votes = tuple(row.votes for row in tally.votes)
        others = (tally.valid_ballots, tally.invalid_ballots, tally.no_vote_ballots, tally.ballots_cast)
        numbers: Numbers = (votes, *others)
        return tally.coverage is TallyCoverage.FINAL and numbers == self._truth.get(sheet)

    def _code(self, served_id: str) -> str:
        return served_id.removeprefix(f"{self._id}/")


def _counted(count: StationCount) -> tuple[tuple[int, ...], int, int, int]:
    return count.votes, count.valid_ballots, count.invalid_ballots, count.no_vote_ballots


def _waits_for_photograph(case: Case) -> bool:
    held_by = {finding.rule for finding in case.findings if finding.verdict == "HOLD"}
    return held_by == {"EVIDENCE_MISSING"}
