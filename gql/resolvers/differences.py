"""Where reported and official results differ, and statistics over stations."""

import re

from strawberry import ID

from counting.official import Difference as Facts
from counting.official import Key
from feed.comparison import NOTHING
from feed.election_feed import ElectionFeed
from gql.context import Info
from gql.errors import bad_input, not_found
from gql.resolvers.lookup import area_ids, feed_of, feed_with
from gql.schema.types.difference import Difference, DifferenceConnection, DifferenceEdge, OfficialVersion
from gql.schema.types.pages import cursor_to_key, key_to_cursor, page_info, page_size
from gql.schema.types.statistics import StationStatistics

KEY_PARTS = 6
NUMBER = re.compile(r"-?[0-9]{1,12}")


async def differences(
    info: Info,
    election_id: ID,
    contest_id: ID | None = None,
    area_id: ID | None = None,
    complete: bool | None = None,
    first: int | None = 50,
    after: str | None = None,
) -> DifferenceConnection:
    """`areaId`: the area and all inside it. `complete`: only those where nothing is missing (or, false, the others)."""
    feed, size = feed_of(info, election_id), page_size(first)
    if contest_id is not None and contest_id not in feed.definition.contests:
        raise not_found("contestId", contest_id)
    areas, start = area_ids(feed, area_id), _start(after)
    found = await info.context.services.comparisons.of(feed) if info.context.may_see(feed) else NOTHING
    inside = None if areas is None else frozenset(areas)
    wanted = [
        one
        for one in found.differences
        if contest_id in (None, one.figure.contest_id)
        and (inside is None or one.figure.area_id in inside)
        and complete in (None, one.complete)
    ]
    left = [one for one in wanted if start is None or one.key > start]
    edges = [_edge(feed, one) for one in left[:size]]
    return DifferenceConnection(
        edges=edges,
        page_info=page_info([edge.cursor for edge in edges], more=len(left) > size, after=after),
        total_count=len(wanted),
        version=OfficialVersion(facts=found.version) if found.version else None,
    )


async def station_statistics(info: Info, contest_id: ID, area_id: ID | None = None) -> StationStatistics | None:
    """null where there is no such contest, or where it has no result in this area."""
    feed = feed_with(info.context, "contests", contest_id)
    if feed is None:
        return None
    contest = feed.definition.contests[contest_id]
    area = next((one for one in contest.areas if area_id in (None, one.id)), None)
    if area is None:
        return None
    services, seen = info.context.services, info.context.may_see(feed)
    return StationStatistics(feed=feed, facts=await services.observations.of(feed, contest, area, visible=seen))


def _edge(feed: ElectionFeed, facts: Facts) -> DifferenceEdge:
    cursor = key_to_cursor(*(str(part) for part in facts.key))
    return DifferenceEdge(cursor=cursor, node=Difference(feed=feed, facts=facts))


def _start(after: str | None) -> Key | None:
    """Raises ApiError."""
    if after is None:
        return None
    parts = cursor_to_key(after, KEY_PARTS)
    if not all(NUMBER.fullmatch(part) for part in parts):
        raise bad_input("after", "ไม่ใช่ cursor ของรายการนี้", "is no cursor of this connection")
    return tuple(int(part) for part in parts)
