"""Can so many papers have been counted by now?"""

from collections.abc import Iterator
from math import ceil

from counting.case import Case
from counting.numbers import ballots_of
from counting.rules.objection import Objection
from counting.tally import Numbers, Submission
from counting.vocabulary import TallyCoverage


def too_early(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """A FINAL sooner after polls closed than its papers can be counted.

    The earlier of the server's clock and the reporter's word: the word can only make a tally more doubtful.
    """
    if submission.coverage is not TallyCoverage.FINAL or case.polls_close_at is None:
        return
    counted_at = submission.counted_at
    done = case.now if counted_at is None or counted_at.tzinfo is None else min(case.now, counted_at)
    took = (done - case.polls_close_at).total_seconds()
    ballots = ballots_of(numbers)
    least = case.bounds.count_seconds_per_ballot * ballots
    if took < least:
        yield Objection("coverage", {"cast": ballots, "took": int(took // 60), "least": max(1, ceil(least / 60))})
