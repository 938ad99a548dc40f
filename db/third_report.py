"""A third report that equals one of two that differ decides between them: entries of their own, by nobody's hand."""

from dataclasses import replace
from datetime import datetime

from counting.third_report import ThirdReport
from db.decision import Decision
from db.plan import Plan
from db.review import KnownTally, accept_held, reject_held
from db.sheet import Sheet

RELEASED = "ผู้รายงานสองคนส่งตัวเลขนี้ตรงกัน · Two reporters agree on these numbers"
REFUSED = "ผู้รายงานสองคนส่งตัวเลขอื่นตรงกัน · Two reporters agree on other numbers"


def carry_out(plan: Plan, sheet: Sheet, third: ThirdReport, held: dict[str, KnownTally], at: datetime) -> int | None:
    """Releases, then refuses; the place in the plan of the last entry, None where there is none.

    The report itself makes no tally: it confirms the one that stands after this.
    """
    entry = None
    if third.releases is not None:
        entry = accept_held(plan, sheet, held[third.releases], Decision(None, RELEASED, at))
    for tally_id in third.refuses:
        entry = reject_held(plan, sheet, held[tally_id], Decision(None, REFUSED, at))
    return entry


def confirm(plan: Plan, sheet: Sheet) -> None:
    """One more person says what stands."""
    assert sheet.standing is not None
    plan.confirm(sheet.standing.id)
    sheet.standing = replace(sheet.standing, confirmations=sheet.standing.confirmations + 1)
