"""Does the report follow from what stands here, and from what others sent?"""

from collections.abc import Iterator

from counting.case import Case, ContestFacts, HeldTally
from counting.numbers import ballots_of, same_numbers
from counting.rules.objection import Objection, Value, bilingual, local
from counting.rules.revision import corrects
from counting.tally import Numbers, StandingTally, Submission
from counting.vocabulary import TallyCoverage


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
        or _third_decides(submission, case, numbers)
    ):
        return
    differences = _differences(standing.numbers, numbers, case.contest)
    yield Objection(
        "votes",
        {
            "reporter": standing.reporter,
            "time": local(standing.recorded_at, case),
            "count": len(differences),
            "differences": "; ".join(differences),
        },
    )


def lower_than_before(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """A number of the standing PARTIAL falls, or is left out again, without `replaces`.

    A FINAL after it too: public numbers go down only by an entry that says why.
    """
    standing = case.standing
    if (
        standing is None
        or case.contest is None
        or standing.coverage is not TallyCoverage.PARTIAL
        or corrects(submission, case)
    ):
        return
    place_of = {row.candidate_id: index for index, row in enumerate(submission.votes)}
    for place, (old, new) in enumerate(zip(standing.numbers.votes, numbers.votes, strict=True)):
        if old and (new is None or new < old):
            field = f"votes.{place_of[case.contest.candidate_ids[place]]}.votes"
            yield Objection(field, {"n": case.contest.ballot_numbers[place], **_fall(old, new)})
    for field, old, new in _totals(standing.numbers, numbers, case.contest):
        if old and (new is None or new < old):
            yield Objection(field, _fall(old, new))


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
            yield Objection("ballotsCast", {**names, **compared})


def _third_decides(submission: Submission, case: Case, numbers: Numbers) -> bool:
    return case.bounds.third_report_decides and any(
        _agrees(rival, submission, case.standing, numbers) for rival in case.rivals
    )


def _agrees(rival: HeldTally, submission: Submission, standing: StandingTally | None, numbers: Numbers) -> bool:
    people = {rival.reporter, submission.reporter, standing.reporter if standing else ""}
    return len(people) == 3 and same_numbers(rival.numbers, numbers)


def _differences(stands: Numbers, new: Numbers, contest: ContestFacts) -> list[str]:
    """Each as "field new stands": a ballot number or the field's name, and – for what is not legible."""
    pairs = [
        (str(number), mine, theirs)
        for number, mine, theirs in zip(contest.ballot_numbers, new.votes, stands.votes, strict=True)
    ]
    pairs += [(field, mine, theirs) for field, theirs, mine in _totals(stands, new, contest)]
    pairs.append(("ballotsCast", new.ballots_cast, stands.ballots_cast))
    return [f"{field} {_dash(mine)} {_dash(theirs)}" for field, mine, theirs in pairs if mine != theirs]


def _totals(before: Numbers, after: Numbers, contest: ContestFacts) -> list[tuple[str, int | None, int | None]]:
    totals: list[tuple[str, int | None, int | None]] = [
        ("invalidBallots", before.invalid_ballots, after.invalid_ballots),
        ("noVoteBallots", before.no_vote_ballots, after.no_vote_ballots),
    ]
    if contest.votes_per_ballot > 1:
        totals.insert(0, ("validBallots", before.valid_ballots, after.valid_ballots))
    return totals


def _fall(old: int, new: int | None) -> dict[str, Value]:
    return {"old": old, "new": "–", "diff": old} if new is None else {"old": old, "new": new, "diff": old - new}


def _dash(number: int | None) -> str:
    return "–" if number is None else str(number)
