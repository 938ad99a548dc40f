"""Taking a tally back: its reporter a tally of their own, an editor anybody's."""

import asyncpg

from counting.vocabulary import ElectionPhase, Role, TallyState
from db.audit import Actor, AuditAction
from db.decision import Decision, clean_reason
from db.people import Person
from db.review import withdraw
from db.review_case import Case, CountNotOpenError, Outcome, UnknownTallyError, open_case

CAN_BE_WITHDRAWN = frozenset({TallyState.ACCEPTED, TallyState.HELD})


async def withdraw_tally(pool: asyncpg.Pool, tally_id: str, reason: str, *, person: Person, actor: Actor) -> Outcome:
    """The withdrawal once it is on disk; told again to who repeats it, a conflict where the tally counts no more.

    Once the count is closed only editors withdraw. Raises BadReasonError, UnknownTallyError, CountNotOpenError,
    ReporterRevokedError.
    """
    reason = clean_reason(reason)
    async with pool.acquire() as connection, connection.transaction():
        case = await open_case(connection, tally_id, person)
        _check(case, person)
        if case.tally.state not in CAN_BE_WITHDRAWN:
            made = await case.last_decision(connection) if case.tally.state is TallyState.WITHDRAWN else None
            repeats = made is not None and (made.by, made.reason) == (person.id, reason)
            return case.decided_before(made) if made and repeats else case.conflict
        decision = Decision(person.id, reason, case.at)
        place = withdraw(case.plan, case.sheet, case.tally, decision)
        return await case.write(connection, place, decision, actor, AuditAction.TALLY_WITHDRAWN)


def _check(case: Case, person: Person) -> None:
    """Somebody else's tally reads as one that is not there. Raises UnknownTallyError, CountNotOpenError."""
    editor = person.role is Role.EDITOR
    if not editor and case.tally.reporter != person.id:
        raise UnknownTallyError(case.tally.id)
    if case.phase is not ElectionPhase.COUNTING and not (editor and case.phase is ElectionPhase.CLOSED):
        raise CountNotOpenError(case.phase)
