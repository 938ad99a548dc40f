"""Is anything taken now, and was this call sent before?"""

from collections.abc import Iterator

from counting.case import Case
from counting.rules.objection import Objection, Value, local
from counting.tally import Submission
from counting.vocabulary import ElectionPhase


def counting_not_open(submission: Submission, case: Case) -> Iterator[Objection]:
    """Before polls close, or in any phase but COUNTING; editors still correct what stands in CLOSED."""
    if case.phase is None and case.station is None:
        return
    if case.phase is ElectionPhase.CLOSED:
        if not (case.is_editor and submission.replaces):
            yield Objection(None, {"now": local(case.now, case), **_closed(case)})
        return
    if case.phase is not ElectionPhase.COUNTING or case.polls_close_at is None or case.now < case.polls_close_at:
        yield Objection(None, {"now": local(case.now, case), **_close(case)})


def client_tally_id_reused(submission: Submission, case: Case) -> Iterator[Objection]:
    """The id came before with other content; the caller counts the fields with `differing_fields`."""
    if case.reused_in_fields:
        yield Objection("clientTallyId", {"count": case.reused_in_fields})


def _close(case: Case) -> dict[str, Value]:
    return {"close": local(case.polls_close_at, case)} if case.polls_close_at else {}


def _closed(case: Case) -> dict[str, Value]:
    return {"phase": "CLOSED", **({"closed": local(case.closed_at, case)} if case.closed_at else {})}
