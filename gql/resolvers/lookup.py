"""Finding what an id names; "not yours" reads the same as "not there"."""

from feed.election_feed import ElectionFeed
from feed.position import Position, decode
from gql.context import Context, Info
from gql.errors import ApiError, not_found


def feed_of(info: Info, election_id: str, field: str = "electionId") -> ElectionFeed:
    """Raises ApiError where no such election is served."""
    feed = info.context.services.tail.feed(election_id)
    if feed is None:
        raise not_found(field, election_id)
    return feed


def feed_with(context: Context, noun: str, wanted: str) -> ElectionFeed | None:
    """The election whose `noun` (areas, contests, stations) holds an id."""
    feeds = context.services.tail.feeds()
    return next((feed for feed in feeds if wanted in getattr(feed.definition, noun)), None)


def area_ids(feed: ElectionFeed, area_id: str | None, field: str = "areaId") -> tuple[str, ...] | None:
    """The area and all inside it; None for everywhere. Raises ApiError."""
    if area_id is None:
        return None
    area = feed.definition.areas.get(area_id)
    if area is None:
        raise not_found(field, area_id)
    return tuple(inside.id for inside in area.subtree())


def position(cursor: str | None) -> Position | None:
    """The scalar has refused what is no cursor."""
    return None if cursor is None else decode(cursor)


def unknown_position(field: str) -> ApiError:
    return ApiError(
        "UNKNOWN_POSITION",
        f"{field}: ตำแหน่งนี้ไม่อยู่ในฟีดของการเลือกตั้งนี้ เริ่มใหม่โดยไม่ส่ง {field}",
        f"{field}: this position is not in this election's feed; begin anew without {field}",
        field,
    )
