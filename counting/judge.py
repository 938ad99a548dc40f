"""The judgement on one submission: what every rule found, and what becomes of the tally."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from counting.bounds import Bounds
from counting.case import Case
from counting.content import content_digest, differing_fields
from counting.numbers import numbers_of, same_numbers
from counting.rules.objection import Objection
from counting.rules.revision import corrects
from counting.rules.table import JUDGING_RULES, SHAPE_RULES
from counting.tally import Finding, Numbers, Submission
from counting.third_report import ThirdReport, deciding_rival, third_report
from counting.vocabulary import TallyCoverage, TallyRule, Verdict

__all__ = ["Judgement", "Outcome", "content_digest", "differing_fields", "judge"]

# A client can send thousands of wrong rows; nobody reads more than these.
FINDINGS_PER_RULE_MAX = 40

# What an equal report cannot be asked again: these look at the numbers alone, and those already stand.
ABOUT_NUMBERS = frozenset(
    {
        TallyRule.BALLOTS_DO_NOT_ADD_UP,
        TallyRule.MORE_BALLOTS_THAN_VOTERS,
        TallyRule.ILLEGIBLE,
        TallyRule.ALL_ZERO,
        TallyRule.TOO_EARLY,
        TallyRule.SAME_NUMBERS_ELSEWHERE,
        TallyRule.OFFICES_DISAGREE,
    }
)


class Outcome(StrEnum):
    """REJECT: stored for the audit only. HOLD: waits for an editor. COUNT: becomes the standing tally.

    RELEASE: the third of three reports: the held tally that it agrees with becomes the standing one.
    CONFIRM: another reporter's FINAL has these numbers, it gains a confirmation and no tally is made.
    REPEAT: the reporter's own standing tally says the same, it is the answer and nothing is made.
    """

    REJECT = "REJECT"
    HOLD = "HOLD"
    COUNT = "COUNT"
    RELEASE = "RELEASE"
    CONFIRM = "CONFIRM"
    REPEAT = "REPEAT"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`verdict` is the strictest among `findings`; a refused tally is told only what refuses it.

    `numbers` is None where the rows are not a sheet of the contest.
    `third`: what a report that confirms or releases decides about the held ones of its sheet.
    """

    findings: tuple[Finding, ...]
    verdict: Verdict | None
    numbers: Numbers | None
    outcome: Outcome
    third: ThirdReport | None = None


def judge(submission: Submission, case: Case) -> Judgement:
    """Every rule on one submission. Raises nothing, whatever a client sent."""
    refused = tuple(_shape_findings(submission, case))
    if refused or case.contest is None:
        return Judgement(refused, Verdict.REJECT, None, Outcome.REJECT)
    numbers = numbers_of(submission, case.contest)
    findings = tuple(_judging_findings(submission, case, numbers))
    verdict = strictest(findings)
    if verdict is Verdict.REJECT:
        refusing = tuple(finding for finding in findings if finding.verdict is Verdict.REJECT)
        return Judgement(refusing, Verdict.REJECT, numbers, Outcome.REJECT)
    if _repeats(submission, case, numbers):
        return Judgement((), None, numbers, Outcome.REPEAT)
    if _confirms(submission, case, numbers):
        findings = tuple(finding for finding in findings if finding.rule not in ABOUT_NUMBERS)
        verdict = strictest(findings)
        if verdict is Verdict.HOLD:
            return Judgement(findings, verdict, numbers, Outcome.HOLD)
        third = third_report(submission, case, numbers)
        return Judgement(findings, verdict, numbers, Outcome.CONFIRM, third)
    if verdict is Verdict.HOLD:
        return Judgement(findings, verdict, numbers, Outcome.HOLD)
    if deciding_rival(submission, case, numbers) is not None:
        third = third_report(submission, case, numbers)
        return Judgement(findings, verdict, numbers, Outcome.RELEASE, third)
    return Judgement(findings, verdict, numbers, Outcome.COUNT)


def strictest(findings: tuple[Finding, ...]) -> Verdict | None:
    """REJECT before HOLD before FLAG; None without findings."""
    found = {finding.verdict for finding in findings}
    return next((verdict for verdict in (Verdict.REJECT, Verdict.HOLD, Verdict.FLAG) if verdict in found), None)


def verdict_of(rule: TallyRule, default: Verdict, submission: Submission, bounds: Bounds) -> Verdict | None:
    """The verdict of a judging rule under these bounds; None: switched off.

    A sheet that itself does not add up, sent as it is written, is never refused for that.
    """
    verdict = bounds.verdicts.get(rule, default)
    if rule is TallyRule.BALLOTS_DO_NOT_ADD_UP and submission.as_written and verdict is Verdict.REJECT:
        return Verdict.HOLD
    return verdict


def _shape_findings(submission: Submission, case: Case) -> Iterator[Finding]:
    broken: set[TallyRule] = set()
    for row in SHAPE_RULES:
        if broken.isdisjoint(row.needs):
            for objection in islice(row.look(submission, case), FINDINGS_PER_RULE_MAX):
                broken.add(row.rule)
                yield _finding(row.rule, Verdict.REJECT, objection)


def _judging_findings(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Finding]:
    for row in JUDGING_RULES:
        verdict = row.verdict
        if row.can_be_changed:
            changed = verdict_of(row.rule, row.verdict, submission, case.bounds)
            if changed is None:
                continue
            verdict = changed
        for objection in islice(row.look(submission, case, numbers), FINDINGS_PER_RULE_MAX):
            yield _finding(row.rule, verdict, objection)


def _finding(rule: TallyRule, verdict: Verdict, objection: Objection) -> Finding:
    return Finding(rule, verdict, objection.field, objection.numbers)


def _repeats(submission: Submission, case: Case, numbers: Numbers) -> bool:
    """The same reporter says again what already stands; a correction must equal it in every number."""
    standing = case.standing
    if standing is None or standing.reporter != submission.reporter or standing.coverage != submission.coverage:
        return False
    if submission.replaces is not None:
        return standing.numbers == numbers
    return same_numbers(standing.numbers, numbers)


def _confirms(submission: Submission, case: Case, numbers: Numbers) -> bool:
    standing = case.standing
    return (
        standing is not None
        and standing.reporter != submission.reporter
        and standing.coverage is TallyCoverage.FINAL
        and submission.coverage is TallyCoverage.FINAL
        and not corrects(submission, case)
        and same_numbers(standing.numbers, numbers)
    )
