"""What a third report decides between two that differ, where the election's package says that it does.

Two of three people who say the same are believed over the one who does not. Only reports about which nothing else is
doubtful have a voice, and each person has one.
"""

from dataclasses import dataclass

from counting.case import Case, HeldTally
from counting.numbers import same_numbers
from counting.tally import Numbers, Submission
from counting.vocabulary import TallyCoverage


@dataclass(frozen=True, slots=True)
class ThirdReport:
    """`releases`: the held tally that counts from now on; None: what stands goes on standing.

    `refuses`: the held ones that two people contradict, one's own earlier word among them.
    """

    releases: str | None
    refuses: tuple[str, ...]


def deciding_rival(submission: Submission, case: Case, numbers: Numbers) -> HeldTally | None:
    """The held tally that this report agrees with, against what one other person alone has sent."""
    standing = case.standing
    if (
        not case.bounds.third_report_decides
        or standing is None
        or standing.confirmations
        or not standing.coverage is submission.coverage is TallyCoverage.FINAL
        or standing.reporter == submission.reporter
    ):
        return None
    people = {standing.reporter, submission.reporter}
    agreeing = (rival for rival in case.rivals if rival.decides and same_numbers(rival.numbers, numbers))
    return next((rival for rival in agreeing if rival.reporter not in people), None)


def third_report(submission: Submission, case: Case, numbers: Numbers) -> ThirdReport | None:
    """What follows for the held tallies of a sheet, once this report counts or confirms; None: nothing."""
    standing = case.standing
    if not case.bounds.third_report_decides or standing is None or submission.coverage is not TallyCoverage.FINAL:
        return None
    if same_numbers(standing.numbers, numbers):
        releases = None
    elif (rival := deciding_rival(submission, case, numbers)) is not None:
        releases = rival.id
    else:
        return None
    refuses = tuple(rival.id for rival in case.rivals if rival.decides and not same_numbers(rival.numbers, numbers))
    return ThirdReport(releases, refuses) if releases or refuses else None
