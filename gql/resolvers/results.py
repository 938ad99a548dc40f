"""Results now and at an earlier position, as queries and as a subscription; and the feed."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry
from strawberry import ID

from counting.vocabulary import AreaLevel as Level
from counting.vocabulary import ReportKind
from feed.board import Board
from feed.election_feed import ElectionFeed
from feed.kinds import DeliveryMode as Mode
from feed.position import Position
from feed.reports import UnknownPositionError, entries_after, start_after, stream
from feed.selection import Selection, UnknownSelectionError, selection
from feed.updates import Updates
from gql.context import Info
from gql.errors import not_found
from gql.given import GroupContext
from gql.keeping import PageServed
from gql.resolvers.lookup import feed_of, feed_with, position, unknown_position
from gql.schema.types.definition import Election
from gql.schema.types.marks import EARLIER
from gql.schema.types.pages import page_size
from gql.schema.types.report import FeedPage, TallyReport
from gql.schema.types.result import Result, ResultUpdate
from gql.schema.types.scalars import AreaLevel, Cursor, DeliveryMode

Earlier = Annotated[Cursor | None, strawberry.argument(directives=[EARLIER])]


async def result(info: Info, contest_id: ID, area_id: ID | None = None, at: Earlier = None) -> Result | None:
    """null where there is no such contest, or where it has no result in this area."""
    feed = feed_with(info.context, "contests", contest_id)
    if feed is None:
        return None
    area = feed.definition.contests[contest_id].area.id if area_id is None else area_id
    if feed.board.count(contest_id, area) is None:
        return None
    board = await _board_at(info, feed, position(at))
    (view,) = feed.views([(contest_id, area)], visible=info.context.may_see(feed), board=board)
    return Result(feed=feed, view=view)


async def results(
    info: Info,
    election_id: ID,
    contest_ids: list[ID] | None = None,
    area_ids: list[ID] | None = None,
    level: AreaLevel | None = None,
    at: Earlier = None,
) -> list[Result]:
    feed = feed_of(info, election_id)
    chosen = _chosen(feed, contest_ids, area_ids, level)
    board = await _board_at(info, feed, position(at))
    views = feed.views(chosen.keys(feed.definition), visible=info.context.may_see(feed), board=board)
    return [Result(feed=feed, view=view) for view in views]


async def result_updates(
    info: Info,
    election_id: ID,
    contest_ids: list[ID] | None = None,
    area_ids: list[ID] | None = None,
    level: AreaLevel | None = None,
    after: Cursor | None = None,
    mode: DeliveryMode | None = Mode.LATEST,
) -> AsyncGenerator[ResultUpdate, None]:
    if isinstance(info.context, GroupContext):
        async for update in info.context.events:
            yield ResultUpdate(feed=info.context.feed, update=update)
    services = info.context.services
    feed: ElectionFeed | None = feed_of(info, election_id)
    start = position(after)
    while feed is not None and not feed.closed:
        chosen = _chosen(feed, contest_ids, area_ids, level)
        updates = Updates(feed, services.database.pool, chosen, services.pace, info.context.may_see)
        source = updates.every(start) if mode is Mode.EVERY else updates.latest(start)
        async for update in source:
            yield ResultUpdate(feed=feed, update=update)
            start = update.position
        feed = services.tail.feed(election_id)


async def tally_reports(
    info: Info,
    election_id: ID,
    contest_ids: list[ID] | None = None,
    area_ids: list[ID] | None = None,
    after: Cursor | None = None,
) -> AsyncGenerator[TallyReport, None]:
    """Without `after`, from the first entry on."""
    if isinstance(info.context, GroupContext):
        async for entry in info.context.events:
            yield TallyReport(feed=info.context.feed, entry=entry)
    feed, database = feed_of(info, election_id), info.context.services.database.pool
    chosen = _chosen(feed, contest_ids, area_ids, None)
    start = await _start(feed, position(after))
    while not info.context.may_see(feed) and not feed.closed:
        await feed.changed()
    async for entry in stream(feed, database, chosen, start):
        yield TallyReport(feed=feed, entry=entry)


async def election_changed(info: Info, election_id: ID) -> AsyncGenerator[Election, None]:
    """Now, and whenever the phase or the definition changes."""
    if isinstance(info.context, GroupContext):
        async for _ in info.context.events:
            yield Election(feed=info.context.feed)
    feed: ElectionFeed | None = feed_of(info, election_id)
    while feed is not None and not feed.closed:
        seen = feed.state.phase
        yield Election(feed=feed)
        while feed.state.phase is seen and not feed.closed:
            await feed.changed()
        feed = info.context.services.tail.feed(election_id)


async def feed_page(info: Info, election_id: ID, after: Cursor | None = None, first: int | None = 500) -> FeedPage:
    feed, size = feed_of(info, election_id), page_size(first, 500)
    start = await _start(feed, position(after))
    if not info.context.may_see(feed):
        _note(info, PageServed(public=False, full=False, anchored=False, holds=False))
        return FeedPage(reports=[], cursor=Cursor(feed.position.encode()), has_more=False)
    entries = await entries_after(feed, info.context.services.database.pool, start, size)
    last = entries[-1].sequence if entries else start
    full = 0 < len(entries) == size and last < feed.sequence
    holds = any(entry.kind is ReportKind.HELD for entry in entries)
    _note(info, PageServed(feed.opened, full, anchored=after is not None, holds=holds))
    return FeedPage(
        reports=[TallyReport(feed=feed, entry=entry) for entry in entries],
        cursor=Cursor(feed.position_of(last).encode()),
        has_more=last < feed.sequence,
    )


def _note(info: Info, page: PageServed) -> None:
    if info.context.pages is not None:
        info.context.pages.append(page)


def _chosen(
    feed: ElectionFeed, contest_ids: list[ID] | None, area_ids: list[ID] | None, level: Level | None
) -> Selection:
    chosen = selection(contest_ids, area_ids, level)
    try:
        chosen.check(feed.definition)
    except UnknownSelectionError as error:
        raise not_found(error.field, error.value) from error
    return chosen


async def _start(feed: ElectionFeed, after: Position | None) -> int:
    try:
        return await start_after(feed, after)
    except UnknownPositionError as error:
        raise unknown_position("after") from error


async def _board_at(info: Info, feed: ElectionFeed, at: Position | None) -> Board | None:
    """None: the board as it stands now. Raises ApiError."""
    if at is None or not info.context.may_see(feed):
        return None
    if at.epoch != feed.definition.epoch or not await feed.reach(at.sequence):
        raise unknown_position("at")
    return await feed.history.at(info.context.services.database.pool, max(0, at.sequence))
