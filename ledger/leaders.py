"""Who leads, by how much, and whether that can still change: what follows from the sums of one result.

After `counting.result`, written a second time, so that an auditor's reading depends on nothing of the server's.
"""

from collections.abc import Sequence

from ledger.terms import ContestTerms


def leading(votes: Sequence[int], contest: ContestTerms) -> list[bool]:
    """In ballot order. A tie over the last seat leaves it open; lists that share seats have no leaders."""
    if contest.proportional:
        return [False] * len(votes)
    if len(votes) <= contest.seats:
        return [True] * len(votes)
    first_out = sorted(votes, reverse=True)[contest.seats]
    return [own > first_out for own in votes]


def margin(votes: Sequence[int], contest: ContestTerms) -> int | None:
    """Votes between the last who leads and the first who does not; None where either is nobody."""
    leaders = leading(votes, contest)
    inside = [own for own, leads in zip(votes, leaders, strict=True) if leads]
    outside = [own for own, leads in zip(votes, leaders, strict=True) if not leads]
    return min(inside) - max(outside) if inside and outside else None


def decided(
    votes: Sequence[int], disputed: Sequence[int], outstanding: int, at_most: int, contest: ContestTerms
) -> bool:
    """Nothing outstanding can change who leads: not if all that is disputed fell away and all else went to one.

    `disputed`: the part of `votes` from disputed stations. `outstanding`: stations; `at_most`: ballots that may come.
    """
    if contest.proportional:
        return not outstanding
    if len(votes) <= contest.seats:
        return True
    sure = [own - unsure for own, unsure in zip(votes, disputed, strict=True)]
    leaders = leading(votes, contest)
    inside = [own for own, leads in zip(sure, leaders, strict=True) if leads]
    outside = [own for own, leads in zip(sure, leaders, strict=True) if not leads]
    return len(inside) == contest.seats and min(inside, default=0) > max(outside) + at_most
