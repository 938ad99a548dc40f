"""Single tallies, and pages of them."""

from datetime import datetime

from strawberry import ID

from counting.vocabulary import TallyState as State
from db.tables import TallyRow
from db.tallies import PageKey, TallyFilter, tally_page
from feed.election_feed import ElectionFeed
from gql.context import Info
from gql.errors import bad_input, forbidden, not_found, unauthenticated
from gql.resolvers.lookup import area_ids, feed_of
from gql.schema.types.pages import cursor_to_key, key_to_cursor, page_info, page_size
from gql.schema.types.scalars import TallyRule, TallyState
from gql.schema.types.tally import Tally, TallyConnection, TallyEdge


async def tally(info: Info, id: ID) -> Tally | None:  # noqa: A002
    # PostgreSQL takes no NUL, so no tally has one in its id.
    row = None if "\0" in id else await info.context.loaders.tally.load(id)
    feed = row and info.context.services.tail.feed(row.election_id)
    if not row or not feed or not info.context.may_see(feed):
        return None
    return Tally(feed=feed, row=row)


async def tallies(
    info: Info,
    election_id: ID,
    area_id: ID | None = None,
    station_id: ID | None = None,
    contest_id: ID | None = None,
    state: TallyState | None = None,
    rule: TallyRule | None = None,
    first: int | None = 50,
    after: str | None = None,
) -> TallyConnection:
    """Newest first. Held ones are shown to editors, and to those who sent them."""
    feed, size = feed_of(info, election_id), page_size(first)
    if rule is not None:
        _editors_only(info, feed)
    for field, wanted_id, known in (
        ("stationId", station_id, feed.definition.stations),
        ("contestId", contest_id, feed.definition.contests),
    ):
        if wanted_id is not None and wanted_id not in known:
            raise not_found(field, wanted_id)
    wanted = TallyFilter(
        feed.id,
        info.context.sight,
        area_ids=area_ids(feed, area_id),
        station_id=station_id,
        contest_id=contest_id,
        state=State(state) if state else None,
        rule=rule,
    )
    start = page_key(after)
    if not info.context.may_see(feed):
        return connection(feed, wanted, [], size, after)
    rows = await tally_page(info.context.services.database, wanted, start, size + 1)
    return connection(feed, wanted, rows, size, after)


def _editors_only(info: Info, feed: ElectionFeed) -> None:
    if info.context.person is None:
        raise unauthenticated()
    if not info.context.oversees(feed):
        raise forbidden()


def page_key(after: str | None) -> PageKey | None:
    """Raises ApiError."""
    if after is None:
        return None
    recorded_at, tally_id = cursor_to_key(after, 2)
    try:
        return datetime.fromisoformat(recorded_at), tally_id
    except ValueError:
        raise bad_input("after", "ไม่ใช่ cursor ของรายการนี้", "is no cursor of this connection") from None


def connection(
    feed: ElectionFeed, wanted: TallyFilter, rows: list[TallyRow], size: int, after: str | None
) -> TallyConnection:
    """`rows`: one more than the page's size where there are more."""
    edges = [
        TallyEdge(cursor=key_to_cursor(row.recorded_at.isoformat(), row.id), node=Tally(feed=feed, row=row))
        for row in rows[:size]
    ]
    page = page_info([edge.cursor for edge in edges], more=len(rows) > size, after=after)
    return TallyConnection(edges=edges, page_info=page, wanted=wanted)
