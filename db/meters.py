"""What the way in for tallies measures of itself; `/metrics` shows it, and docs/metrics.md says what each means."""

from collections.abc import Sequence

from prometheus_client import Counter, Histogram

from db.answers import Accepted, Answer, Held

TALLIES = Counter(
    "tallywire_tallies",
    "Submissions answered: ACCEPTED, HELD, REJECTED, CONFIRMED (equal numbers), REPLAYED (sent again), FAILED",
    ["verdict"],
)
for verdict in ("ACCEPTED", "HELD", "REJECTED", "CONFIRMED", "REPLAYED", "FAILED"):
    TALLIES.labels(verdict)
FINDINGS = Counter("tallywire_findings", "Findings of the rules in new answers", ["rule", "verdict"])
UNAVAILABLE = Counter("tallywire_submissions_kept", "Submissions answered with: keep it, and send it again")
ANSWER = Histogram(
    "tallywire_tally_answer_seconds",
    "From a submission being handed in to its answer being on disk",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25),
)
BATCH = Histogram(
    "tallywire_batch_tallies",
    "Submissions that share one transaction",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128),
)
BATCH_SECONDS = Histogram(
    "tallywire_batch_seconds",
    "What one such transaction took, commit included",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def count_answers(answers: Sequence[Answer | Exception]) -> None:
    """Of one batch, once it is on disk."""
    for answer in answers:
        if isinstance(answer, Exception):
            TALLIES.labels("FAILED").inc()
        elif answer.replayed:
            TALLIES.labels("REPLAYED").inc()
        elif isinstance(answer, Accepted):
            TALLIES.labels("ACCEPTED" if answer.tally else "CONFIRMED").inc()
            for found in answer.tally.findings if answer.tally else ():
                FINDINGS.labels(found["rule"], found["verdict"]).inc()
        else:
            TALLIES.labels("HELD" if isinstance(answer, Held) else "REJECTED").inc()
            for finding in answer.findings:
                FINDINGS.labels(finding.rule.value, finding.verdict.value).inc()
