"""Does the sheet agree with itself, and with the station's register?"""

from collections.abc import Iterator

from counting.case import Case, ContestFacts
from counting.numbers import ballots_of
from counting.rules.objection import Objection, Value, listed
from counting.tally import Numbers, Submission
from counting.vocabulary import TallyCoverage


def ballots_do_not_add_up(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """The parts are not the ballots cast. Without ballots cast nothing is compared with them.

    What is not legible can hold any number, so then only too many ballots contradict. Where a ballot carries one
    vote, valid ballots sent beside the votes must be their sum; elsewhere votes must fit on the valid ballots.
    """
    if case.contest is None:
        return
    several = case.contest.votes_per_ballot > 1
    yield from (_votes_over_ballots if several else _valid_ballots_as_sent)(submission, case.contest, numbers)
    cast = numbers.ballots_cast
    if cast is None:
        return
    open_ended = numbers.incomplete if not several else _parts_missing(submission)
    total = numbers.counted
    if total > cast or (total < cast and not open_ended):
        compared: dict[str, Value] = {"sum": total, "cast": cast, "diff": cast - total}
        kind = "several" if several else "cast"
        yield Objection(
            "ballotsCast", {"kind": kind, "written": int(submission.as_written), **_parts(numbers), **compared}
        )


def more_ballots_than_voters(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """More papers than people on the register: often the sheet of another station."""
    cast, registered = ballots_of(numbers), case.registered_voters
    if registered is not None and cast > registered:
        yield Objection("ballotsCast", {"cast": cast, "registered": registered, "diff": cast - registered})


def illegible(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """A number of a FINAL is null. In a PARTIAL null is what the board does not show yet."""
    if submission.coverage is not TallyCoverage.FINAL or case.contest is None:
        return
    candidates = [
        number for number, votes in zip(case.contest.ballot_numbers, numbers.votes, strict=True) if votes is None
    ]
    others = [name for name, value in _other_numbers(submission, case.contest) if value is None]
    if not candidates and not others:
        return
    found: dict[str, Value] = {
        "count": len(candidates) + len(others),
        "list": listed(candidates),
        "others": ", ".join(others),
        "legible": numbers.counted,
    }
    if numbers.ballots_cast is not None:
        found |= {"cast": numbers.ballots_cast, "diff": numbers.ballots_cast - numbers.counted}
    yield Objection(_first_illegible(submission, others), found)


def all_zero(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """No number is above zero: a sheet before its count. Null is not zero, and not a pass either."""
    fields = (*numbers.votes, numbers.invalid_ballots, numbers.no_vote_ballots)
    if not any(fields):
        found: dict[str, Value] = {"count": len(fields)}
        if numbers.ballots_cast is not None:
            found["cast"] = numbers.ballots_cast
        yield Objection("votes", found)


def _valid_ballots_as_sent(submission: Submission, contest: ContestFacts, numbers: Numbers) -> Iterator[Objection]:
    sent, total = submission.valid_ballots, numbers.valid_ballots
    if sent is not None and (total > sent or (total < sent and None not in numbers.votes)):
        written = int(submission.as_written)
        yield Objection(
            "validBallots",
            {"kind": "valid", "written": written, "sum": total, "valid": sent, "diff": sent - total},
        )


def _votes_over_ballots(submission: Submission, contest: ContestFacts, numbers: Numbers) -> Iterator[Objection]:
    votes = sum(number for number in numbers.votes if number is not None)
    fit = contest.votes_per_ballot * numbers.valid_ballots
    if votes > fit:
        compared: dict[str, Value] = {"votes": votes, "each": contest.votes_per_ballot}
        yield Objection(
            "validBallots",
            {
                "kind": "each",
                "written": int(submission.as_written),
                **compared,
                "valid": numbers.valid_ballots,
                "fit": fit,
                "diff": fit - votes,
            },
        )


def _parts(numbers: Numbers) -> dict[str, Value]:
    """A part that is not legible is left out, and shown as such."""
    parts: dict[str, Value] = {"votes": numbers.valid_ballots}
    if numbers.invalid_ballots is not None:
        parts["invalid"] = numbers.invalid_ballots
    if numbers.no_vote_ballots is not None:
        parts["noVote"] = numbers.no_vote_ballots
    return parts


def _parts_missing(submission: Submission) -> bool:
    return None in (submission.valid_ballots, submission.invalid_ballots, submission.no_vote_ballots)


def _other_numbers(submission: Submission, contest: ContestFacts) -> Iterator[tuple[str, int | None]]:
    """The sheet's numbers beside the candidates'. Ballots cast are not among them: a sheet may have none."""
    if contest.votes_per_ballot > 1:
        yield "validBallots", submission.valid_ballots
    yield "invalidBallots", submission.invalid_ballots
    yield "noVoteBallots", submission.no_vote_ballots


def _first_illegible(submission: Submission, others: list[str]) -> str:
    for index, row in enumerate(submission.votes):
        if row.votes is None:
            return f"votes.{index}.votes"
    return others[0]
