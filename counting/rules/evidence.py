"""Are there photographs, and of this station?"""

from collections.abc import Iterator

from counting.case import Case
from counting.rules.objection import Objection, bilingual, local
from counting.tally import Numbers, Submission
from counting.vocabulary import TallyCoverage


def evidence_missing(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """A FINAL with fewer photographs than the election requires; the same file twice is one photograph."""
    need = case.bounds.evidence_min
    if submission.coverage is not TallyCoverage.FINAL or need <= 0:
        return
    named = set(submission.evidence)
    have = len(named if case.evidence_held is None else named & case.evidence_held)
    if have < need:
        yield Objection("evidence", {"need": need, "have": have})


def same_evidence_elsewhere(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """The very file was sent for another station."""
    if case.station is None:
        return
    uses = {use.sha256: use for use in reversed(case.evidence_elsewhere)}
    for index, digest in enumerate(submission.evidence):
        use = uses.get(digest)
        if use is not None:
            yield Objection(
                f"evidence.{index}",
                {
                    "i": index + 1,
                    "station": case.station.number,
                    **bilingual("other", use.station),
                    "reporter": use.reporter,
                    "time": local(use.recorded_at, case),
                },
            )
