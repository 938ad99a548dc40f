"""Taking tallies."""

import asyncio

from strawberry import ID

from counting.tally import Submission, VotesRow
from db.answers import Accepted, Answer, Held, Rejected, Request
from db.intake import SubmissionUnavailableError
from db.people import Person
from db.tables import TallyRow
from db.verdicts import ReporterRevokedError
from feed.election_feed import ElectionFeed
from feed.position import Position
from gql.context import Info
from gql.errors import ApiError, bad_input, unauthenticated, unavailable
from gql.limits import BATCH_MAX, EVIDENCE_MAX, ID_MAX, ROWS_MAX, TEXT_MAX
from gql.resolvers.lookup import feed_with
from gql.schema.types.scalars import Cursor
from gql.schema.types.submission import (
    SubmitTallyInput,
    SubmitTallyResult,
    TallyAccepted,
    TallyHeld,
    TallyRejected,
)
from gql.schema.types.tally import Finding, Tally


async def submit_tally(info: Info, input: SubmitTallyInput) -> SubmitTallyResult:  # noqa: A002
    check(input, "input")
    return await _submit(info, input)


async def submit_tallies(info: Info, inputs: list[SubmitTallyInput]) -> list[SubmitTallyResult]:
    """One bad tally stops no other; what cannot be stored at all fails the call, to be sent again whole."""
    if len(inputs) > BATCH_MAX.default:
        raise bad_input("inputs", f"ส่งได้ครั้งละ {BATCH_MAX.default}", f"at most {BATCH_MAX.default} a call")
    for place, one in enumerate(inputs):
        check(one, f"inputs.{place}")
    return list(await asyncio.gather(*[_submit(info, one) for one in inputs]))


def check(input: SubmitTallyInput, path: str) -> None:  # noqa: A002
    """Sizes that no honest client exceeds; raises ApiError."""
    for field, text, most in (
        ("clientTallyId", input.client_tally_id, ID_MAX.default),
        ("stationId", input.station_id, ID_MAX.default),
        ("contestId", input.contest_id, ID_MAX.default),
        ("replaces", input.replaces or "-", ID_MAX.default),
        ("note", input.note or "-", TEXT_MAX.default),
    ):
        if not 0 < len(text) <= most or "\0" in text:
            raise bad_input(f"{path}.{field}", f"ต้องยาว 1 ถึง {most} ตัวอักษร", f"must have 1 to {most} characters")
    if len(input.votes) > ROWS_MAX.default:
        raise bad_input(f"{path}.votes", f"ไม่เกิน {ROWS_MAX.default} แถว", f"at most {ROWS_MAX.default} rows")
    if len(input.evidence) > EVIDENCE_MAX.default:
        raise bad_input(f"{path}.evidence", f"ไม่เกิน {EVIDENCE_MAX.default} รูป", f"at most {EVIDENCE_MAX.default}")
    for digest in input.evidence:
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise bad_input(f"{path}.evidence", "ต้องเป็น sha256 เลขฐานสิบหก", "must be sha256 in lower-case hex")


async def _submit(info: Info, input: SubmitTallyInput) -> SubmitTallyResult:  # noqa: A002
    person = info.context.person
    assert person is not None
    submission = _submission(input, person)
    feed = _feed_for(info, submission, person)
    try:
        answer = await info.context.services.submit(feed.id, Request(submission, person))
    except SubmissionUnavailableError as error:
        raise unavailable() from error
    except ReporterRevokedError as error:
        raise unauthenticated() from error
    return await _result(info, feed, answer)


def _submission(input: SubmitTallyInput, person: Person) -> Submission:  # noqa: A002
    return Submission(
        client_tally_id=input.client_tally_id,
        station_id=input.station_id,
        contest_id=input.contest_id,
        coverage=input.coverage,
        votes=tuple([VotesRow(row.candidate_id, row.votes) for row in input.votes]),
        valid_ballots=input.valid_ballots,
        invalid_ballots=input.invalid_ballots,
        no_vote_ballots=input.no_vote_ballots,
        ballots_cast=input.ballots_cast,
        as_written=input.as_written,
        replaces=input.replaces,
        evidence=tuple(input.evidence),
        counted_at=input.counted_at,
        note=input.note,
        reporter=person.id,
    )


def _feed_for(info: Info, submission: Submission, person: Person) -> ElectionFeed:
    """The election that judges it: the person's own, else the one that knows the station or the contest."""
    tail = info.context.services.tail
    feed = tail.feed(person.election_id) if person.election_id else None
    feed = feed or feed_with(info, "stations", submission.station_id)
    feed = feed or feed_with(info, "contests", submission.contest_id)
    feed = feed or next(iter(tail.feeds()), None)
    if feed is None:
        raise ApiError("NOT_FOUND", "ยังไม่มีการเลือกตั้งในระบบ", "no election is served here", "stationId")
    return feed


async def _result(info: Info, feed: ElectionFeed, answer: Answer) -> SubmitTallyResult:
    if isinstance(answer, Rejected):
        return TallyRejected(
            client_tally_id=ID(answer.client_tally_id),
            findings=[Finding(facts=finding) for finding in answer.findings],
            replayed=answer.replayed,
        )
    tally = Tally(feed=feed, row=await _row(info, answer))
    if isinstance(answer, Held):
        findings = [Finding(facts=finding) for finding in answer.findings]
        return TallyHeld(tally=tally, findings=findings, replayed=answer.replayed)
    cursor = Cursor(Position(feed.definition.epoch, answer.sequence).encode())
    return TallyAccepted(tally=tally, cursor=cursor, replayed=answer.replayed)


async def _row(info: Info, answer: Accepted | Held) -> TallyRow:
    row = answer.tally or await info.context.loaders.tally.load(answer.tally_id)
    if row is None:
        raise unavailable()
    return row
