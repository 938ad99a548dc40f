"""A small election to judge in: two candidates' contests, one station, and what a case would hold of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from counting.bounds import Bounds
from counting.case import Case, ContestFacts, StationFacts
from counting.election import Text
from counting.judge import judge
from counting.tally import Finding, Numbers, StandingTally, Submission, VotesRow
from counting.vocabulary import ElectionPhase, TallyCoverage, TallyRule, VotingVariation

CLOSE = datetime(2022, 5, 22, 10, 0, tzinfo=UTC)
CANDIDATES = ("e/gov/1", "e/gov/2", "e/gov/8")

GOVERNOR = ContestFacts("e/gov", Text("ผู้ว่าฯ กทม.", "Governor"), Text("กรุงเทพฯ", "Bangkok"), CANDIDATES, (1, 2, 8))
COUNCIL = ContestFacts(
    "e/council",
    Text("ส.ก. ดินแดง", "Council, Din Daeng"),
    Text("ดินแดง", "Din Daeng"),
    CANDIDATES,
    (1, 2, 8),
    votes_per_ballot=2,
    voting_variation=VotingVariation.N_OF_M,
    seats=2,
)
STATION = StationFacts("e/1026-12", 12, Text("ดินแดง", "Din Daeng"))


def sheet(*votes: int | None, invalid: int | None = 5, no_vote: int | None = 7, **changes: object) -> Submission:
    """A FINAL by อาสา-7Q4 that adds up unless told otherwise."""
    parts = [*votes, invalid, no_vote]
    cast = None if None in parts else sum(part for part in parts if part is not None)
    rows = tuple(VotesRow(candidate, number) for candidate, number in zip(CANDIDATES, votes, strict=True))
    plain = Submission(
        client_tally_id="6f1c",
        station_id=STATION.id,
        contest_id=GOVERNOR.id,
        coverage=TallyCoverage.FINAL,
        votes=rows,
        valid_ballots=None,
        invalid_ballots=invalid,
        no_vote_ballots=no_vote,
        ballots_cast=cast,
        as_written=False,
        replaces=None,
        evidence=(),
        counted_at=None,
        note=None,
        reporter="อาสา-7Q4",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def partial(*votes: int | None, **changes: object) -> Submission:
    return sheet(*votes, coverage=TallyCoverage.PARTIAL, **changes)  # type: ignore[arg-type]


def case(**changes: object) -> Case:
    """Three hours after polls closed, at an assigned station with 600 voters where nothing stands."""
    plain = Case(
        now=CLOSE + timedelta(hours=3),
        phase=ElectionPhase.COUNTING,
        polls_close_at=CLOSE,
        time_zone="Asia/Bangkok",
        bounds=Bounds("1"),
        station=STATION,
        contest=GOVERNOR,
        registered_voters=600,
        assigned=True,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def numbers(*votes: int | None, invalid: int | None = 5, no_vote: int | None = 7) -> Numbers:
    valid = sum(vote for vote in votes if vote is not None)
    cast = valid + (invalid or 0) + (no_vote or 0)
    return Numbers(tuple(votes), valid, invalid, no_vote, None if None in votes else cast)


def standing(
    *votes: int | None, by: str = "อาสา-7Q4", coverage: TallyCoverage = TallyCoverage.FINAL, revision: int = 1
) -> StandingTally:
    recorded = CLOSE + timedelta(hours=2, minutes=58)
    return StandingTally("t1", revision, coverage, numbers(*votes), by, recorded)


def rules(submission: Submission, case: Case) -> list[TallyRule]:
    return [finding.rule for finding in judge(submission, case).findings]


def finding(rule: TallyRule, submission: Submission, case: Case) -> Finding:
    """The first finding of the rule; fails where there is none."""
    return next(found for found in judge(submission, case).findings if found.rule is rule)
