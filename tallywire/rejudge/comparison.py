"""What two sets of bounds make of one night: counts by rule and verdict, and every report whose fate differs."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from counting.judge import Judgement
from counting.rules.table import JUDGING_RULES, SHAPE_RULES
from counting.vocabulary import TallyRule, Verdict
from tallywire.rejudge.replay import Rejudged

RuleVerdict = tuple[TallyRule, Verdict]
ORDER = [row.rule for row in (*SHAPE_RULES, *JUDGING_RULES)]


@dataclass(slots=True)
class Comparison:
    """`held` as it happened; `hidden` of them for what the log does not tell, `untold` without their numbers.

    `before` and `after` count reports, each once for a rule and a verdict. `counted_after` and the others: fates.
    """

    entries: int = 0
    reports: int = 0
    held: int = 0
    hidden: int = 0
    untold: int = 0
    counted_after: int = 0
    held_after: int = 0
    refused_after: int = 0
    before: Counter[RuleVerdict] = field(default_factory=Counter)
    after: Counter[RuleVerdict] = field(default_factory=Counter)
    changed: list[Rejudged] = field(default_factory=list)

    def add(self, rejudged: Rejudged | None) -> None:
        """The next entry; None for a decision."""
        self.entries += 1
        if rejudged is None:
            return
        self.reports += 1
        self.held += rejudged.was_held
        self.hidden += rejudged.hidden
        self.untold += rejudged.before is None
        self.before.update(_found(rejudged.before))
        self.after.update(_found(rejudged.after))
        self.counted_after += rejudged.counts_after
        self.refused_after += rejudged.refused_after
        self.held_after += not rejudged.counts_after and not rejudged.refused_after
        if rejudged.differs:
            self.changed.append(rejudged)

    @property
    def counted(self) -> int:
        return self.reports - self.held

    def rows(self) -> Iterator[tuple[RuleVerdict, int, int]]:
        """By rule, in the order in which rules are asked, then verdict: how many before and after; no empty ones."""
        for rule in ORDER:
            for verdict in Verdict:
                key = (rule, verdict)
                if self.before[key] or self.after[key]:
                    yield key, self.before[key], self.after[key]


def _found(judgement: Judgement | None) -> set[RuleVerdict]:
    return {(finding.rule, finding.verdict) for finding in judgement.findings} if judgement else set()
