"""Editors decide on held tallies: one of several at once is first, and the others are told so."""

import asyncpg

from counting.vocabulary import ElectionPhase, ReportKind, ReviewDecision, TallyState
from db.audit import Actor, AuditAction
from db.decision import Decision, DecisionMade, clean_reason
from db.people import Person
from db.review import accept_held, reject_held
from db.review_case import Case, CountNotOpenError, Outcome, open_case

DECIDING = frozenset({ElectionPhase.COUNTING, ElectionPhase.CLOSED})
KINDS = {
    ReviewDecision.ACCEPT: frozenset({ReportKind.ACCEPTED, ReportKind.CORRECTED}),
    ReviewDecision.REJECT: frozenset({ReportKind.REJECTED}),
}


class OwnTallyError(Exception):
    """Nobody reviews a tally of their own."""


async def review_tally(
    pool: asyncpg.Pool,
    tally_id: str,
    verdict: ReviewDecision,
    reason: str,
    *,
    person: Person,
    actor: Actor,
    standing_id: str | None = None,
) -> Outcome:
    """The decision once it is on disk; told again to the same editor who repeats it, a conflict to everybody else.

    `standing_id`: the tally that the editor saw counting. Without it a held tally is not accepted over a newer one.
    Raises BadReasonError, UnknownTallyError, OwnTallyError, CountNotOpenError, ReporterRevokedError.
    """
    reason = clean_reason(reason)
    async with pool.acquire() as connection, connection.transaction():
        case = await open_case(connection, tally_id, person)
        if case.tally.reporter == person.id:
            raise OwnTallyError(tally_id)
        if case.phase not in DECIDING:
            raise CountNotOpenError(case.phase)
        if case.tally.state is not TallyState.HELD:
            made = await case.last_decision(connection)
            repeats = made is not None and _repeats(made, verdict, reason, person)
            return case.decided_before(made) if made and repeats else case.conflict
        if verdict is ReviewDecision.ACCEPT and not _foreseen(case, standing_id):
            return case.conflict
        decision = Decision(person.id, reason, case.at)
        if verdict is ReviewDecision.ACCEPT:
            place = accept_held(case.plan, case.sheet, case.tally, decision)
            return await case.write(connection, place, decision, actor, AuditAction.TALLY_ACCEPTED)
        place = reject_held(case.plan, case.sheet, case.tally, decision)
        return await case.write(connection, place, decision, actor, AuditAction.TALLY_REJECTED)


def _foreseen(case: Case, standing_id: str | None) -> bool:
    """What stands is what the editor saw; or, where none was named, nothing newer than the held tally."""
    standing = case.sheet.standing
    if standing_id is not None:
        return standing is not None and standing.id == standing_id
    return standing is None or standing.revision < case.tally.revision


def _repeats(made: DecisionMade, verdict: ReviewDecision, reason: str, person: Person) -> bool:
    """A call that was answered before, and whose answer was lost on its way."""
    return (made.by, made.reason) == (person.id, reason) and made.kind in KINDS[verdict]
