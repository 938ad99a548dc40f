"""Taking tallies."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

from strawberry import ID

from counting.tally import Submission, VotesRow
from db.answers import Accepted, Answer, Held, Rejected, Request
from db.intake import SubmissionUnavailableError
from db.new_tally import AnyTally
from db.people import Person
from db.verdicts import ReporterRevokedError
from feed.election_feed import ElectionFeed
from feed.position import Position
from gql.context import Context, Info
from gql.errors import ApiError, bad_input, unauthenticated, unavailable
from gql.lean_arguments import lean
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

# A SubmitTallyInput as GraphQL coerced it: names as in the schema, defaults filled in.
Values = Mapping[str, Any]
HEX = frozenset("0123456789abcdef")


@lean
async def submit_tally(info: Info, input: SubmitTallyInput) -> SubmitTallyResult:  # noqa: A002
    values = cast(Values, input)
    check(values, "input")
    return await _submit(info.context, values)


@lean
async def submit_tallies(info: Info, inputs: list[SubmitTallyInput]) -> list[SubmitTallyResult]:
    """One bad tally stops no other; what cannot be stored at all fails the call, to be sent again whole."""
    if len(inputs) > BATCH_MAX.default:
        raise bad_input("inputs", f"ส่งได้ครั้งละไม่เกิน {BATCH_MAX.default} ยอด", f"at most {BATCH_MAX.default} a call")
    several = cast(list[Values], inputs)
    for place, values in enumerate(several):
        check(values, f"inputs.{place}")
    return list(await asyncio.gather(*[_submit(info.context, values) for values in several]))


def check(values: Values, path: str) -> None:
    """Sizes that no honest client exceeds; raises ApiError."""
    for field, most in (
        ("clientTallyId", ID_MAX.default),
        ("stationId", ID_MAX.default),
        ("contestId", ID_MAX.default),
        ("replaces", ID_MAX.default),
        ("note", TEXT_MAX.default),
    ):
        text = values.get(field)
        if text is not None:
            _check_text(text, most, f"{path}.{field}")
    if len(values["votes"]) > ROWS_MAX.default:
        raise bad_input(f"{path}.votes", f"ไม่เกิน {ROWS_MAX.default} แถว", f"at most {ROWS_MAX.default} rows")
    for place, row in enumerate(values["votes"]):
        _check_text(row["candidateId"], ID_MAX.default, f"{path}.votes.{place}.candidateId")
    if len(values["evidence"]) > EVIDENCE_MAX.default:
        raise bad_input(f"{path}.evidence", f"ไม่เกิน {EVIDENCE_MAX.default} รูป", f"at most {EVIDENCE_MAX.default}")
    for digest in values["evidence"]:
        if len(digest) != 64 or not set(digest) <= HEX:
            raise bad_input(f"{path}.evidence", "ต้องเป็น sha256 เลขฐานสิบหกตัวพิมพ์เล็ก", "must be sha256 in lower-case hex")


def _check_text(text: str, most: int, field: str) -> None:
    """NUL is refused with the rest: PostgreSQL holds none."""
    if not 0 < len(text) <= most or "\0" in text:
        raise bad_input(field, f"ต้องยาว 1 ถึง {most} ตัวอักษร", f"must have 1 to {most} characters")


async def _submit(context: Context, values: Values) -> SubmitTallyResult:
    person = context.person
    assert person is not None
    submission = submission_from(values, person.id)
    feed = _feed_for(context, submission, person)
    try:
        answer = await context.services.submit(feed.id, Request(submission, person))
    except SubmissionUnavailableError as error:
        raise unavailable() from error
    except ReporterRevokedError as error:
        raise unauthenticated() from error
    return await _result(context, feed, answer)


def submission_from(values: Values, reporter: str) -> Submission:
    get = values.get
    return Submission(
        client_tally_id=values["clientTallyId"],
        station_id=values["stationId"],
        contest_id=values["contestId"],
        coverage=values["coverage"],
        votes=tuple([VotesRow(row["candidateId"], row.get("votes")) for row in values["votes"]]),
        valid_ballots=get("validBallots"),
        invalid_ballots=get("invalidBallots"),
        no_vote_ballots=get("noVoteBallots"),
        ballots_cast=get("ballotsCast"),
        as_written=values["asWritten"],
        replaces=get("replaces"),
        # The same photograph twice is one photograph.
        evidence=tuple(dict.fromkeys(values["evidence"])),
        counted_at=get("countedAt"),
        note=get("note"),
        reporter=reporter,
    )


def _feed_for(context: Context, submission: Submission, person: Person) -> ElectionFeed:
    """The election that judges it: the person's own, else the one that knows the station or the contest."""
    tail = context.services.tail
    feed = tail.feed(person.election_id) if person.election_id else None
    feed = feed or feed_with(context, "stations", submission.station_id)
    feed = feed or feed_with(context, "contests", submission.contest_id)
    feed = feed or next(iter(tail.feeds()), None)
    if feed is None:
        raise ApiError("NOT_FOUND", "ยังไม่มีการเลือกตั้งในระบบ", "no election is served here", "stationId")
    return feed


async def _result(context: Context, feed: ElectionFeed, answer: Answer) -> SubmitTallyResult:
    if isinstance(answer, Rejected):
        return TallyRejected(
            client_tally_id=ID(answer.client_tally_id),
            findings=[Finding(facts=finding) for finding in answer.findings],
            replayed=answer.replayed,
        )
    tally = Tally(feed=feed, row=await _row(context, answer))
    if isinstance(answer, Held):
        findings = [Finding(facts=finding) for finding in answer.findings]
        return TallyHeld(tally=tally, findings=findings, replayed=answer.replayed)
    cursor = Cursor(Position(feed.definition.epoch, answer.sequence).encode())
    return TallyAccepted(tally=tally, cursor=cursor, replayed=answer.replayed)


async def _row(context: Context, answer: Accepted | Held) -> AnyTally:
    row = answer.tally or await context.loaders.tally.load(answer.tally_id)
    if row is None:
        raise unavailable()
    return row
