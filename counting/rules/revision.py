"""Does a correction correct what stands, and may this reporter?"""

from collections.abc import Iterator

from counting.case import Case
from counting.numbers import same_numbers
from counting.rules.objection import Objection, Value
from counting.tally import Numbers, Submission
from counting.vocabulary import TallyCoverage


def corrects(submission: Submission, case: Case) -> bool:
    """`replaces` names the standing tally, and it is the reporter's own or the reporter is an editor."""
    standing = case.standing
    return (
        standing is not None
        and submission.replaces == standing.id
        and (standing.reporter == submission.reporter or case.is_editor)
    )


def stale_revision(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """`replaces` is not what stands, or not the reporter's to replace; or one's own FINAL stands otherwise.

    Somebody else's tally reads as one that is not there: no revision of it is told.
    """
    standing = case.standing
    if submission.replaces is not None:
        if not corrects(submission, case):
            yield Objection("replaces", {**_current(case), **_sent(submission, case)})
    elif (
        standing is not None
        and standing.reporter == submission.reporter
        and standing.coverage is submission.coverage is TallyCoverage.FINAL
        and not same_numbers(standing.numbers, numbers)
    ):
        yield Objection("replaces", _current(case))


def reason_missing(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """Whoever changes what another person sent says why: the note is the public reason of the entry."""
    standing = case.standing
    another = standing is not None and standing.reporter != submission.reporter
    if another and corrects(submission, case) and not (submission.note or "").strip():
        yield Objection("note", _current(case))


def _current(case: Case) -> dict[str, Value]:
    return {"current": case.standing.revision} if case.standing else {}


def _sent(submission: Submission, case: Case) -> dict[str, Value]:
    replaced = case.replaced
    known = replaced is not None and (replaced.reporter == submission.reporter or case.is_editor)
    return {"sent": replaced.revision} if replaced is not None and known else {"sent": "–"}
