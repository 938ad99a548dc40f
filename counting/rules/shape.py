"""Is this a whole sheet of the contest: every candidate once, and numbers that can be counts?"""

from collections.abc import Iterator

from counting.case import Case, ContestFacts
from counting.rules.objection import Objection, Value, listed, shown
from counting.tally import Submission

TOTALS = (
    ("validBallots", "valid_ballots"),
    ("invalidBallots", "invalid_ballots"),
    ("noVoteBallots", "no_vote_ballots"),
    ("ballotsCast", "ballots_cast"),
)


def unknown_candidate(submission: Submission, case: Case) -> Iterator[Objection]:
    """A row of no candidate of this contest."""
    contest = case.contest
    if contest is None:
        return
    for index, row in enumerate(submission.votes):
        if row.candidate_id not in contest.position:
            numbers: dict[str, Value] = {"n": _ballot_number(row.candidate_id), "count": len(contest.candidate_ids)}
            yield Objection(f"votes.{index}.candidateId", numbers)


def duplicate_candidate(submission: Submission, case: Case) -> Iterator[Objection]:
    """A candidate's second row, and each further one, beside the first."""
    contest = case.contest
    if contest is None or len({row.candidate_id for row in submission.votes}) == len(submission.votes):
        return
    first: dict[str, int | None] = {}
    for index, row in enumerate(submission.votes):
        place = contest.position.get(row.candidate_id)
        if row.candidate_id in first and place is not None:
            numbers = {"n": contest.ballot_numbers[place]}
            yield Objection(
                f"votes.{index}.candidateId",
                {**numbers, **_value("a", first[row.candidate_id]), **_value("b", row.votes)},
            )
        first.setdefault(row.candidate_id, row.votes)


def missing_candidate(submission: Submission, case: Case) -> Iterator[Objection]:
    """Candidates without a row, all named in one objection: missing is not 0."""
    contest = case.contest
    if contest is None:
        return
    sent = {row.candidate_id for row in submission.votes}
    missing = [
        number
        for candidate, number in zip(contest.candidate_ids, contest.ballot_numbers, strict=True)
        if candidate not in sent
    ]
    if missing:
        total = len(contest.candidate_ids)
        yield Objection(
            "votes",
            {"count": len(missing), "list": listed(missing), "got": total - len(missing), "total": total},
        )


def negative_number(submission: Submission, case: Case) -> Iterator[Objection]:
    """A number below zero."""
    for field, numbers, value in _numbers_outside(0, None, submission, case.contest):
        yield Objection(field, {**numbers, "value": value})


def number_too_large(submission: Submission, case: Case) -> Iterator[Objection]:
    """A number above what any station's sheet can hold."""
    most = case.bounds.number_max
    for field, numbers, value in _numbers_outside(None, most, submission, case.contest):
        yield Objection(field, {**numbers, "value": value, "max": most})


def _numbers_outside(
    least: int | None, most: int | None, submission: Submission, contest: ContestFacts | None
) -> Iterator[tuple[str, dict[str, Value], int]]:
    """Numbers under `least` or over `most`: the path, the ballot number where it is a candidate's, the value."""
    low = float("-inf") if least is None else least
    high = float("inf") if most is None else most
    for index, row in enumerate(submission.votes):
        if row.votes is not None and not low <= row.votes <= high:
            yield f"votes.{index}.votes", {"n": _number_of(row.candidate_id, contest)}, row.votes
    for field, name in TOTALS:
        value: int | None = getattr(submission, name)
        if value is not None and not low <= value <= high:
            yield field, {}, value


def _number_of(candidate_id: str, contest: ContestFacts | None) -> Value:
    place = contest.position.get(candidate_id) if contest else None
    return _ballot_number(candidate_id) if contest is None or place is None else contest.ballot_numbers[place]


def _ballot_number(candidate_id: str) -> str:
    """Candidates' ids end in the ballot number."""
    return shown(candidate_id.rsplit("/", 1)[-1], 20)


def _value(name: str, votes: int | None) -> dict[str, Value]:
    """null is left out, and shown as not legible."""
    return {} if votes is None else {name: votes}
