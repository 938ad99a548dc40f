"""Cuts: numbered states of a whole election that all outlets can quote."""

from strawberry import ID

from gql.context import Info
from gql.errors import bad_input
from gql.resolvers.lookup import feed_of
from gql.schema.types.cut import Cut
from gql.schema.types.pages import page_size


async def cuts(info: Info, election_id: ID, first: int | None = 20, before: int | None = None) -> list[Cut]:
    """Before counting opens there is none, whoever asks."""
    feed, size = feed_of(info, election_id), page_size(first, 20)
    if before is not None and before < 0:
        raise bad_input("before", "ต้องไม่น้อยกว่า 0", f"must be 0 or more, not {before}")
    found = await info.context.services.cuts.page(feed, size, before)
    return [Cut(feed=feed, cut=cut) for cut in found]
