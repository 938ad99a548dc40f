"""The editors' queue, decisions on it, and taking tallies back."""

from collections.abc import AsyncGenerator

from strawberry import ID

from counting.vocabulary import ReviewDecision, TallyState
from db.answers import finding_from_json
from db.decision import REASON_MAX, BadReasonError
from db.review_case import Conflict, CountNotOpenError, Decided, Outcome, UnknownTallyError
from db.review_decisions import OwnTallyError, review_tally
from db.tallies import TallyFilter, tally_page
from db.verdicts import ReporterRevokedError
from db.withdrawal import withdraw_tally
from feed.election_feed import ElectionFeed
from feed.position import Position
from feed.reports import stream
from feed.selection import selection
from gql.context import Info
from gql.errors import ApiError, bad_input, forbidden, not_found, unauthenticated, unavailable
from gql.limits import ID_MAX
from gql.resolvers.lookup import area_ids, feed_of
from gql.resolvers.tallies import connection, page_key
from gql.schema.types.pages import page_size
from gql.schema.types.review import ReviewConflict, ReviewTallyInput, TallyWithdrawn, WithdrawTallyInput
from gql.schema.types.scalars import Cursor, TallyRule
from gql.schema.types.submission import TallyAccepted, TallyRejected
from gql.schema.types.tally import Finding, Tally, TallyConnection


async def review_queue(
    info: Info,
    election_id: ID,
    area_id: ID | None = None,
    rule: TallyRule | None = None,
    first: int | None = 50,
    after: str | None = None,
) -> TallyConnection:
    feed, size = _own_feed(info, election_id), page_size(first)
    wanted = TallyFilter(
        feed.id, info.context.sight, area_ids=area_ids(feed, area_id), state=TallyState.HELD, rule=rule
    )
    database = info.context.services.database
    rows = await tally_page(database, wanted, page_key(after), size + 1, oldest_first=True)
    return connection(feed, wanted, rows, size, after)


async def review_queue_changed(info: Info, election_id: ID, area_id: ID | None = None) -> AsyncGenerator[Tally, None]:
    """From now on; an entry that changes how many are held brings in, or takes out, the tally that it names."""
    services = info.context.services
    feed: ElectionFeed | None = _own_feed(info, election_id)
    area_ids(_own_feed(info, election_id), area_id)
    chosen = selection(None, None if area_id is None else [area_id])
    while feed is not None:
        async for entry in stream(feed, services.database.pool, chosen, feed.sequence):
            if entry.held != entry.held_before:
                row = await info.context.loaders.tally.load(entry.tally_id)
                if row is not None:
                    yield Tally(feed=feed, row=row)
        feed = services.tail.feed(election_id)


async def review(info: Info, input: ReviewTallyInput) -> TallyAccepted | TallyRejected | ReviewConflict:  # noqa: A002
    context, person = info.context, info.context.person
    assert person is not None
    tally_id = _known_text(input.tally_id, "input.tallyId")
    standing_id = None if input.standing_id is None else _known_text(input.standing_id, "input.standingId")
    try:
        outcome = await review_tally(
            context.services.database.pool,
            tally_id,
            ReviewDecision(input.decision),
            input.reason,
            person=person,
            actor=context.actor,
            standing_id=standing_id,
        )
    except REFUSALS as error:
        raise _refused(error, tally_id) from error
    tally = await _decided(info, outcome)
    if isinstance(outcome, Conflict):
        return ReviewConflict(tally=tally, standing_id=outcome.standing_id)
    if input.decision is ReviewDecision.ACCEPT:
        return TallyAccepted(tally=tally, cursor=_cursor(tally.feed, outcome), replayed=outcome.replayed)
    findings = [Finding(facts=finding_from_json(value)) for value in tally.row.findings]
    return TallyRejected(client_tally_id=None, findings=findings, replayed=outcome.replayed, refused=tally)


async def withdraw(info: Info, input: WithdrawTallyInput) -> TallyWithdrawn | ReviewConflict:  # noqa: A002
    context, person = info.context, info.context.person
    assert person is not None
    tally_id = _known_text(input.tally_id, "input.tallyId")
    try:
        outcome = await withdraw_tally(
            context.services.database.pool, tally_id, input.reason, person=person, actor=context.actor
        )
    except REFUSALS as error:
        raise _refused(error, tally_id) from error
    tally = await _decided(info, outcome)
    if isinstance(outcome, Conflict):
        return ReviewConflict(tally=tally, standing_id=outcome.standing_id)
    return TallyWithdrawn(tally=tally, cursor=_cursor(tally.feed, outcome))


REFUSALS = (BadReasonError, UnknownTallyError, OwnTallyError, CountNotOpenError, ReporterRevokedError)


def _refused(error: Exception, tally_id: str) -> ApiError:
    """Why nothing was decided, in words for who asked."""
    if isinstance(error, ReporterRevokedError):
        return unauthenticated()
    if isinstance(error, UnknownTallyError):
        return not_found("input.tallyId", tally_id)
    if isinstance(error, OwnTallyError):
        return ApiError(
            "FORBIDDEN",
            "ยอดนี้คุณส่งเอง ให้บรรณาธิการคนอื่นตัดสิน",
            "You sent this tally yourself: another editor decides on it",
            "input.tallyId",
        )
    if isinstance(error, CountNotOpenError):
        return ApiError(
            "PHASE_NOT_ALLOWED",
            f"ทำสิ่งนี้ไม่ได้ในช่วง {error.phase.value}",
            f"This cannot be done in {error.phase.value}",
            "input.tallyId",
        )
    return bad_input(
        "input.reason",
        f"ต้องบอกเหตุผล หนึ่งบรรทัด 1 ถึง {REASON_MAX} ตัวอักษร",
        f"must say why, in one line of 1 to {REASON_MAX} characters",
    )


def _own_feed(info: Info, election_id: str) -> ElectionFeed:
    """The queue of an election that is this editor's; raises ApiError."""
    feed, person = feed_of(info, election_id), info.context.person
    if person is None or not person.belongs_to(feed.id):
        raise forbidden()
    return feed


def _known_text(text: str, field: str) -> str:
    """PostgreSQL takes no NUL, so no id has one; raises ApiError."""
    if not 0 < len(text) <= ID_MAX.default or "\0" in text:
        raise not_found(field, text[: ID_MAX.default].replace("\0", ""))
    return text


async def _decided(info: Info, outcome: Outcome) -> Tally:
    """The tally as it stands after the decision; rings the bell for what was written."""
    row = await info.context.loaders.tally.load(outcome.tally_id)
    feed = info.context.services.tail.feed(row.election_id) if row else None
    if row is None or feed is None:
        raise unavailable()
    if isinstance(outcome, Decided):
        info.context.services.bell.ring(feed.id)
    return Tally(feed=feed, row=row)


def _cursor(feed: ElectionFeed, outcome: Decided) -> Cursor:
    return Cursor(Position(feed.definition.epoch, outcome.sequence).encode())
