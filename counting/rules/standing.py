"""Does the report follow from what stands here, and from what others sent?"""

from collections.abc import Iterator

from counting.case import Case, ContestFacts
from counting.numbers import ballots_of, same_numbers
from counting.rules.objection import Objection, Value, bilingual, local
from counting.rules.revision import corrects
from counting.tally import Numbers, Submission
from counting.third_report import deciding_rival
from counting.vocabulary import TallyCoverage

# A number by its ballot number or field: what it was, and what it is now.
Pair = tuple[str, int | None, int | None]


def same_numbers_elsewhere(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """Another station has the identical vector; small stations may well have."""
    cast = ballots_of(numbers)
    if case.same_numbers_at is not None and cast >= case.bounds.same_numbers_ballots_min:
        count = len(numbers.votes) + 2
        yield Objection("votes", {**bilingual("other", case.same_numbers_at), "count": count, "cast": cast})


def disagrees_with_another_report(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """Another reporter's FINAL stands with other numbers. The standing one stays until somebody decides.

    A third who agrees with the held one decides, where the election says so.
    """
    standing = case.standing
    if (
        standing is None
        or case.contest is None
        or standing.reporter == submission.reporter
        or not standing.coverage is submission.coverage is TallyCoverage.FINAL
        or corrects(submission, case)
        or same_numbers(standing.numbers, numbers)
        or deciding_rival(submission, case, numbers) is not None
    ):
        return
    pairs = _pairs(standing.numbers, numbers, case.contest)
    pairs.append(("ballotsCast", standing.numbers.ballots_cast, numbers.ballots_cast))
    differences = [pair for pair in pairs if pair[1] != pair[2]]
    yield Objection(
        "votes",
        {
            "reporter": standing.reporter,
            "time": local(standing.recorded_at, case),
            "count": len(differences),
            "differences": _triples(differences),
        },
    )


def lower_than_before(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """A number of the standing PARTIAL falls, or is left out again, without `replaces`.

    A FINAL after it too: public numbers go down only by an entry that says why. Where the PARTIAL is another
    reporter's, one objection holds all falls and names no field, as a reporter learns nothing of others'.
    """
    standing = case.standing
    if (
        standing is None
        or case.contest is None
        or standing.coverage is not TallyCoverage.PARTIAL
        or corrects(submission, case)
    ):
        return
    pairs = _pairs(standing.numbers, numbers, case.contest)
    falls: list[Pair] = [(name, old, new) for name, old, new in pairs if old and (new is None or new < old)]
    if standing.reporter != submission.reporter:
        if falls:
            yield Objection("votes", {"count": len(falls), "falls": _triples(falls), "own": 0})
        return
    for fall in falls:
        yield Objection(
            _path(fall[0], submission, case.contest),
            {"count": 1, "falls": _triples([fall]), "own": 1},
        )


def partial_after_final(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """The station's count is over, and this says that it goes on."""
    standing = case.standing
    if (
        standing is None
        or standing.coverage is not TallyCoverage.FINAL
        or submission.coverage is not TallyCoverage.PARTIAL
        or corrects(submission, case)
    ):
        return
    yield Objection(
        "coverage",
        {
            "finalTime": local(standing.recorded_at, case),
            "finalCast": ballots_of(standing.numbers),
            "time": local(case.now, case),
            "cast": ballots_of(numbers),
        },
    )


def offices_disagree(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """Everybody gets a paper of each contest, so the boxes of one station hold nearly as many."""
    if submission.coverage is not TallyCoverage.FINAL or case.contest is None:
        return
    mine, bounds = ballots_of(numbers), case.bounds
    for other in case.other_offices:
        apart = abs(mine - other.ballots)
        allowed = max(bounds.offices_apart_max, int(bounds.offices_apart_share * max(mine, other.ballots)))
        if apart > allowed:
            compared: dict[str, Value] = {"a": mine, "b": other.ballots, "diff": apart, "allowed": allowed}
            names = {**bilingual("contestA", case.contest.name), **bilingual("contestB", other.contest_name)}
            own = int(other.reporter == submission.reporter)
            yield Objection("ballotsCast", {**names, **compared, "own": own})


def _pairs(before: Numbers, after: Numbers, contest: ContestFacts) -> list[Pair]:
    """Each number as (ballot number or field, before, after); ballots cast left out, as no result counts them."""
    pairs: list[Pair] = [
        (str(number), old, new)
        for number, old, new in zip(contest.ballot_numbers, before.votes, after.votes, strict=True)
    ]
    if contest.votes_per_ballot > 1:
        pairs.append(("validBallots", before.valid_ballots, after.valid_ballots))
    pairs.append(("invalidBallots", before.invalid_ballots, after.invalid_ballots))
    pairs.append(("noVoteBallots", before.no_vote_ballots, after.no_vote_ballots))
    return pairs


def _triples(pairs: list[Pair]) -> str:
    """For storing: "8 210 202; invalidBallots 3 –", each as field, before, after."""
    return "; ".join(f"{name} {_dash(old)} {_dash(new)}" for name, old, new in pairs)


def _path(name: str, submission: Submission, contest: ContestFacts) -> str:
    if not name.isdigit():
        return name
    candidate = contest.candidate_ids[contest.ballot_numbers.index(int(name))]
    index = next(index for index, row in enumerate(submission.votes) if row.candidate_id == candidate)
    return f"votes.{index}.votes"


def _dash(number: int | None) -> str:
    return "–" if number is None else str(number)
