"""The numbers of a tally: made from a submission, compared with another's, and told by a digest."""

from hashlib import sha256

from counting.case import ContestFacts
from counting.tally import Numbers, Submission


def numbers_of(submission: Submission, contest: ContestFacts) -> Numbers:
    """The numbers in ballot order. The rows must have passed the rules of shape: each candidate once."""
    places = contest.position
    votes: list[int | None] = [None] * len(contest.candidate_ids)
    for row in submission.votes:
        votes[places[row.candidate_id]] = row.votes
    return Numbers(
        votes=tuple(votes),
        valid_ballots=valid_ballots(votes, submission.valid_ballots, contest.votes_per_ballot),
        invalid_ballots=submission.invalid_ballots,
        no_vote_ballots=submission.no_vote_ballots,
        ballots_cast=submission.ballots_cast,
    )


def valid_ballots(votes: list[int | None], as_sent: int | None, votes_per_ballot: int) -> int:
    """The sum of the legible votes; as sent where a ballot carries several votes.

    Where it was not sent then, the fewest ballots that can carry these votes: it never claims a paper too many.
    """
    legible = [number for number in votes if number is not None]
    if votes_per_ballot <= 1:
        return sum(legible)
    if as_sent is not None:
        return as_sent
    return max(-(-sum(legible) // votes_per_ballot), max(legible, default=0))


def ballots_of(numbers: Numbers) -> int:
    """Papers in the box: as the sheet says, or what its parts add up to, whichever is more."""
    return max(numbers.ballots_cast or 0, numbers.counted)


def same_numbers(one: Numbers, other: Numbers) -> bool:
    """The same sheet: every number equal. A total that only one of them carries is no difference."""
    return (
        one.votes == other.votes
        and one.valid_ballots == other.valid_ballots
        and one.invalid_ballots == other.invalid_ballots
        and one.no_vote_ballots == other.no_vote_ballots
        and (one.ballots_cast == other.ballots_cast or one.ballots_cast is None or other.ballots_cast is None)
    )


def numbers_digest(numbers: Numbers) -> str:
    """sha256 (hex) of what is counted, to find the identical vector at another station."""
    counted = (*numbers.votes, numbers.valid_ballots, numbers.invalid_ballots, numbers.no_vote_ballots)
    return sha256(",".join("-" if number is None else str(number) for number in counted).encode()).hexdigest()
