"""What became of the tallies sent: counted while the night runs, and again by the report at its end."""

from collections import Counter
from dataclasses import dataclass, field

from tallywire.client import Accepted, Answer, Held, Rejected
from tallywire.simulate.sending import PlannedTally

Outcome = Accepted | Held | Rejected


@dataclass(slots=True)
class Score:
    """Counts of tallies, each clientTallyId once in `sent`. `seconds`: of each answered request with tallies.

    `mistakes_taken`: deliberate slips that the server accepted; `settled` counts tallies in their last version.
    `doubts`: by kind, what came on top of the truth; `decided`: by what editors did, conflicts among them.
    """

    sent: int = 0
    resent: int = 0
    accepted: int = 0
    replayed: int = 0
    confirmed: int = 0
    settled: int = 0
    mistyped: int = 0
    mistakes_taken: int = 0
    bursts: int = 0
    withdrawn: int = 0
    corrected: int = 0
    photographs: int = 0
    photographs_refused: int = 0
    set_right: int = 0
    doubts: Counter[str] = field(default_factory=Counter)
    decided: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    finals: Counter[str] = field(default_factory=Counter)

    def request_answered(self, answer: Answer, tallies: int, times_sent: int) -> None:
        self.seconds.append(answer.seconds)
        self.resent += tallies * (times_sent - 1)

    def tally_answered(self, planned: PlannedTally, outcome: Outcome, wrong: bool, *, corrects: bool = False) -> None:
        """Takes the outcome of one clientTallyId, once; a second answer to it goes to `repeat_answered`."""
        self.sent += 1
        self.replayed += outcome.replayed
        self.mistyped += wrong
        if isinstance(outcome, Accepted):
            self.accepted += 1
            self.confirmed += outcome.tally.confirmations > 0
            self.mistakes_taken += wrong
            self.corrected += bool(corrects)
        else:
            rules = {finding.rule.value for finding in outcome.findings}
            (self.held if isinstance(outcome, Held) else self.rejected).update(rules)
        if planned.doubt is not None:
            self.doubts[planned.doubt.value] += 1
        elif not wrong:
            self.settled += 1
            self.finals[planned.station] += planned.is_final

    def repeat_answered(self, outcome: Outcome) -> None:
        self.replayed += outcome.replayed
