"""What a submission is answered, first and on every repetition."""

from dataclasses import dataclass, replace
from typing import Any

from counting.tally import Finding, Submission
from counting.vocabulary import TallyRule, Verdict
from db.new_tally import NewTally
from db.people import Person


@dataclass(frozen=True, slots=True)
class Request:
    """One submission and who sent it."""

    submission: Submission
    person: Person


@dataclass(frozen=True, slots=True)
class Accepted:
    """`sequence`: the newest log entry that this answer rests on, on disk by now. `tally` where it is new."""

    tally_id: str
    sequence: int
    tally: NewTally | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    tally_id: str
    findings: tuple[Finding, ...]
    tally: NewTally | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    client_tally_id: str
    findings: tuple[Finding, ...]
    replayed: bool = False


Answer = Accepted | Held | Rejected


def replayed(answer: Answer) -> Answer:
    return replace(answer, replayed=True)


def finding_to_json(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule.value,
        "verdict": finding.verdict.value,
        "field": finding.field,
        "numbers": finding.numbers,
    }


def finding_from_json(value: dict[str, Any]) -> Finding:
    return Finding(TallyRule(value["rule"]), Verdict(value["verdict"]), value["field"], value["numbers"])
