"""What a decision makes of a tally on its locked sheet: released, refused, withdrawn, or held again. One entry each.

Every decision shows the tally's numbers in its entry, and the salt where the log had committed to them, so that
whoever decides can bury nothing. A tally that stood before never comes back by itself (docs/decisions/0009).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from counting.case import HeldTally
from counting.tally import TRANSITIONS, Numbers, StandingTally
from counting.vocabulary import ReportKind, TallyCoverage, TallyState
from db.database import Connection
from db.decision import Decision
from db.new_tally import NewTally
from db.plan import Flags, Plan
from db.sheet import Sheet, numbers_from, public_from, public_tally

READ_KNOWN = "SELECT * FROM tally WHERE id = ANY($1::text[])"


class TransitionNotAllowedError(Exception):
    """A tally in this state does not become what was asked; `counting.tally.TRANSITIONS` has the table."""

    def __init__(self, tally_id: str, before: TallyState, after: TallyState) -> None:
        super().__init__(f"{tally_id}: {before.value} → {after.value}")
        self.before = before
        self.after = after


@dataclass(frozen=True, slots=True)
class KnownTally:
    """One tally of a sheet, whatever its state. `public`: its numbers as log entries carry them.

    `salt` None: the log has told its numbers already, or never hid them.
    """

    id: str
    station_id: str
    contest_id: str
    revision: int
    coverage: TallyCoverage
    state: TallyState
    numbers: Numbers
    reporter: str
    confirmations: int
    recorded_at: datetime
    salt: str | None
    public: dict[str, Any]

    @property
    def standing(self) -> StandingTally:
        return StandingTally(self.id, self.revision, self.coverage, self.numbers, self.reporter, self.recorded_at)


async def read_known(connection: Connection, tally_ids: Iterable[str]) -> dict[str, KnownTally]:
    """Stored tallies by id; read them under the lock of their sheets."""
    return {row["id"]: _known_from(row) for row in await connection.fetch(READ_KNOWN, list(tally_ids))}


def known(tally: NewTally, numbers: Numbers) -> KnownTally:
    """A tally that this very batch brings."""
    public = public_tally(
        tally.id,
        tally.revision,
        tally.coverage,
        numbers,
        as_written=tally.as_written,
        reporter=tally.reporter_id,
        evidence=tally.evidence,
        counted_at=tally.counted_at,
    )
    return KnownTally(
        id=tally.id,
        station_id=tally.station_id,
        contest_id=tally.contest_id,
        revision=tally.revision,
        coverage=tally.coverage,
        state=tally.state,
        numbers=numbers,
        reporter=tally.reporter_id,
        confirmations=tally.confirmations,
        recorded_at=tally.recorded_at,
        salt=tally.salt,
        public=public,
    )


def accept_held(plan: Plan, sheet: Sheet, tally: KnownTally, decision: Decision) -> int:
    """A held tally counts from now on, in place of what stood; the entry's place in the plan.

    Raises TransitionNotAllowedError.
    """
    before = _begin(plan, sheet, tally, TallyState.ACCEPTED)
    if before.standing_id is not None:
        plan.supersede(before.standing_id, tally.id)
    plan.decide(tally.id, TallyState.ACCEPTED, supersedes_id=before.standing_id)
    _leave_queue(sheet, tally)
    sheet.stand(tally.standing, tally.public)
    kind = ReportKind.ACCEPTED if before.standing_id is None else ReportKind.CORRECTED
    return _enter(plan, sheet, before, kind, tally, decision)


def reject_held(plan: Plan, sheet: Sheet, tally: KnownTally, decision: Decision) -> int:
    """A held tally will not count; the entry's place in the plan. Raises TransitionNotAllowedError."""
    return _put_aside(plan, sheet, tally, TallyState.REJECTED, decision)


def withdraw(plan: Plan, sheet: Sheet, tally: KnownTally, decision: Decision) -> int:
    """A tally that stands or is held is taken back; the entry's place in the plan.

    WITHDRAWN where it stood: nothing counts at this sheet from now on. A held one counted nothing, so its entry is
    REJECTED, which changes no result. Raises TransitionNotAllowedError.
    """
    if plan.state_of(tally.id, tally.state) is TallyState.HELD:
        return _put_aside(plan, sheet, tally, TallyState.WITHDRAWN, decision)
    before = _begin(plan, sheet, tally, TallyState.WITHDRAWN)
    plan.decide(tally.id, TallyState.WITHDRAWN)
    sheet.stand(None, None)
    return _enter(plan, sheet, before, ReportKind.WITHDRAWN, tally, decision)


def hold_again(plan: Plan, sheet: Sheet, tally: KnownTally, decision: Decision) -> int:
    """The standing tally goes back before an editor; the entry's place in the plan.

    Its entry is WITHDRAWN, as results fall by it, and the number of held tallies rises. Its numbers were public and
    stay so. Raises TransitionNotAllowedError.
    """
    before = _begin(plan, sheet, tally, TallyState.HELD)
    plan.decide(tally.id, TallyState.HELD)
    sheet.held += 1
    if tally.coverage is TallyCoverage.FINAL:
        sheet.rivals.append(HeldTally(tally.id, tally.reporter, tally.numbers))
    sheet.stand(None, None)
    return _enter(plan, sheet, before, ReportKind.WITHDRAWN, tally, decision)


def _put_aside(plan: Plan, sheet: Sheet, tally: KnownTally, state: TallyState, decision: Decision) -> int:
    """A held tally leaves the queue, and no result changes."""
    before = _begin(plan, sheet, tally, state)
    plan.decide(tally.id, state)
    _leave_queue(sheet, tally)
    sheet.settle()
    return _enter(plan, sheet, before, ReportKind.REJECTED, tally, decision)


def _begin(plan: Plan, sheet: Sheet, tally: KnownTally, after: TallyState) -> Flags:
    """The sheet as it was before; raises TransitionNotAllowedError."""
    before = plan.state_of(tally.id, tally.state)
    if after not in TRANSITIONS[before]:
        raise TransitionNotAllowedError(tally.id, before, after)
    sheet.changed = True
    return Flags.of(sheet)


def _leave_queue(sheet: Sheet, tally: KnownTally) -> None:
    sheet.held -= 1
    sheet.rivals = [rival for rival in sheet.rivals if rival.id != tally.id]


def _enter(plan: Plan, sheet: Sheet, before: Flags, kind: ReportKind, tally: KnownTally, decision: Decision) -> int:
    return plan.enter(
        sheet,
        before,
        kind=kind,
        tally_id=tally.id,
        tally=tally.public,
        salt=tally.salt,
        reason=decision.reason,
        decided_by=decision.by,
        recorded_at=decision.at,
    )


def _known_from(row: asyncpg.Record) -> KnownTally:
    return KnownTally(
        id=row["id"],
        station_id=row["station_id"],
        contest_id=row["contest_id"],
        revision=row["revision"],
        coverage=TallyCoverage(row["coverage"]),
        state=TallyState(row["state"]),
        numbers=numbers_from(row),
        reporter=row["reporter_id"],
        confirmations=row["confirmations"],
        recorded_at=row["recorded_at"],
        salt=row["salt"],
        public=public_from(row),
    )
