"""Is the sheet unlike its district? Only a mark: the range is the district's own so far, never a fixed number."""

from collections.abc import Iterator

from counting.bounds import Bounds
from counting.case import Case, Spread
from counting.rules.objection import Objection, Value
from counting.spread import outside, range_at
from counting.tally import Numbers, Submission
from counting.vocabulary import TallyCoverage


def turnout_out_of_range(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """Ballots over registered voters."""
    spread = case.district.turnout if case.district else None
    cast, registered = numbers.counted, case.registered_voters
    if registered and _far(submission, case, cast, registered, spread):
        yield Objection(
            "ballotsCast", {"cast": cast, "registered": registered, **_range(cast, registered, spread, case.bounds)}
        )


def share_out_of_range(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """A candidate's votes over valid ballots."""
    valid = numbers.valid_ballots
    if case.district is None or case.contest is None or not valid:
        return
    if len(case.district.shares) != len(numbers.votes):
        return
    for place, (votes, spread) in enumerate(zip(numbers.votes, case.district.shares, strict=True)):
        # Asked of every candidate of every FINAL, and nearly always the whole answer.
        if votes is None or spread is None or spread.lo <= votes / valid <= spread.hi:
            continue
        if _far(submission, case, votes, valid, spread):
            n = case.contest.ballot_numbers[place]
            yield Objection(
                f"votes.{_row(submission, case.contest.candidate_ids[place])}.votes",
                {"n": n, "votes": votes, **_range(votes, valid, spread, case.bounds)},
            )


def invalid_ballots_out_of_range(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """Invalid ballots over all ballots."""
    spread = case.district.invalid if case.district else None
    invalid, cast = numbers.invalid_ballots, numbers.counted
    if invalid is not None and _far(submission, case, invalid, cast, spread):
        yield Objection(
            "invalidBallots", {"invalid": invalid, "cast": cast, **_range(invalid, cast, spread, case.bounds)}
        )


def no_vote_out_of_range(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """Ballots for nobody over all ballots."""
    spread = case.district.no_vote if case.district else None
    no_vote, cast = numbers.no_vote_ballots, numbers.counted
    if no_vote is not None and _far(submission, case, no_vote, cast, spread):
        yield Objection(
            "noVoteBallots", {"noVote": no_vote, "cast": cast, **_range(no_vote, cast, spread, case.bounds)}
        )


def _far(submission: Submission, case: Case, value: int, of: int, spread: Spread | None) -> bool:
    """Only a FINAL is compared: what is first on a board is no sample of the station."""
    if spread is None or submission.coverage is not TallyCoverage.FINAL:
        return False
    return spread.n >= case.bounds.range_stations_min and outside(value, of, spread, case.bounds)


def _range(value: int, of: int, spread: Spread | None, bounds: Bounds) -> dict[str, Value]:
    if spread is None or not of:
        return {}
    lo, hi = range_at(spread, of, bounds)
    return {"share": value / of, "lo": lo, "hi": hi, "stations": spread.n}


def _row(submission: Submission, candidate_id: str) -> int:
    return next(index for index, row in enumerate(submission.votes) if row.candidate_id == candidate_id)
