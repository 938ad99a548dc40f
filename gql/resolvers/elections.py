"""Elections, contests, candidates, areas and stations."""

from strawberry import ID

from counting.vocabulary import StationState as State
from db.stations import StationFilter, station_page
from gql.context import Info
from gql.errors import bad_input, not_found
from gql.resolvers.lookup import area_ids, feed_of, feed_with
from gql.schema.types.definition import Area, Candidate, Contest, Election
from gql.schema.types.pages import cursor_to_key, key_to_cursor, page_info, page_size
from gql.schema.types.scalars import StationState
from gql.schema.types.station import Station, StationConnection, StationEdge


def elections(info: Info) -> list[Election]:
    return [Election(feed=feed) for feed in info.context.services.tail.feeds()]


def election(info: Info, id: ID) -> Election | None:  # noqa: A002
    feed = info.context.services.tail.feed(id)
    return Election(feed=feed) if feed else None


def contest(info: Info, id: ID) -> Contest | None:  # noqa: A002
    feed = feed_with(info.context, "contests", id)
    return Contest(feed=feed, node=feed.definition.contests[id]) if feed else None


def candidates(info: Info, contest_id: ID) -> list[Candidate]:
    feed = feed_with(info.context, "contests", contest_id)
    if feed is None:
        raise not_found("contestId", contest_id)
    nodes = feed.definition.contests[contest_id].candidates
    return [Candidate(feed=feed, node=node) for node in nodes]


def area(info: Info, id: ID) -> Area | None:  # noqa: A002
    feed = feed_with(info.context, "areas", id)
    return Area(feed=feed, node=feed.definition.areas[id]) if feed else None


def station(info: Info, id: ID) -> Station | None:  # noqa: A002
    feed = feed_with(info.context, "stations", id)
    return Station(feed=feed, node=feed.definition.stations[id]) if feed else None


async def stations(
    info: Info,
    election_id: ID,
    area_id: ID | None = None,
    contest_id: ID | None = None,
    state: StationState | None = None,
    first: int | None = 50,
    after: str | None = None,
) -> StationConnection:
    """By id. `state`: in the contest, or in any contest where none is named."""
    feed, size = feed_of(info, election_id), page_size(first)
    if contest_id is not None and contest_id not in feed.definition.contests:
        raise not_found("contestId", contest_id)
    if state not in (None, State.SILENT) and not info.context.may_see(feed):
        raise bad_input("state", "ยังไม่เปิดนับ", "counting has not opened")
    # Before counting every station is shown as silent, so that which ones are is told to nobody.
    shown = state if info.context.may_see(feed) else None
    wanted = StationFilter(feed.id, area_ids(feed, area_id), contest_id, shown)
    start = None if after is None else cursor_to_key(after, 1)[0]
    ids = await station_page(info.context.services.database, wanted, start, size + 1)
    edges = [
        StationEdge(
            cursor=key_to_cursor(station_id), node=Station(feed=feed, node=feed.definition.stations[station_id])
        )
        for station_id in ids[:size]
    ]
    page = page_info([edge.cursor for edge in edges], more=len(ids) > size, after=after)
    return StationConnection(edges=edges, page_info=page, wanted=wanted)
