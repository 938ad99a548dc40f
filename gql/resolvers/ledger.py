"""The ledger's head, and proofs against it."""

from strawberry import ID

from feed.election_feed import ElectionFeed
from gql.context import Info
from gql.errors import ApiError, bad_input
from gql.resolvers.lookup import feed_of
from gql.schema.types.ledger import Checkpoint, ConsistencyProof, InclusionProof
from ledger.reader import BeyondTheTreeError, NoHeadError
from ledger.store import StoredHead


async def checkpoint(info: Info, election_id: ID) -> Checkpoint:
    feed = feed_of(info, election_id)
    return Checkpoint(feed=feed, head=await _head(info, feed))


async def inclusion_proof(info: Info, election_id: ID, sequence: int, tree_size: int) -> InclusionProof:
    """That entry `sequence` stands in the tree of that size."""
    feed = feed_of(info, election_id)
    size = (await _head(info, feed)).size
    if not 0 <= tree_size <= size:
        raise _beyond("treeSize", size)
    try:
        proof = await info.context.services.ledger.inclusion(feed.id, sequence - 1, tree_size)
    except BeyondTheTreeError as error:
        raise _beyond("sequence", tree_size, first=1) from error
    return InclusionProof(proof=proof, sequence=sequence, tree_size=tree_size)


async def consistency_proof(info: Info, election_id: ID, from_size: int, to_size: int) -> ConsistencyProof:
    """That the tree of one size begins with that of the other."""
    feed = feed_of(info, election_id)
    size = (await _head(info, feed)).size
    if not 0 <= to_size <= size:
        raise _beyond("toSize", size)
    try:
        proof = await info.context.services.ledger.consistency(feed.id, from_size, to_size)
    except BeyondTheTreeError as error:
        raise _beyond("fromSize", to_size) from error
    return ConsistencyProof(proof=proof, from_size=from_size, to_size=to_size)


async def _head(info: Info, feed: ElectionFeed) -> StoredHead:
    try:
        if not info.context.may_see(feed):
            # Before counting a head would tell how many reports there are.
            raise NoHeadError(feed.id)
        return await info.context.services.ledger.head(feed.id)
    except NoHeadError as error:
        raise ApiError(
            "UNAVAILABLE",
            "บัญชีนี้ยังไม่มีลายเซ็นกำกับ ลองใหม่อีกครั้งในอีกสักครู่",
            "The log has no signed head yet; ask again in a moment",
        ) from error


def _beyond(field: str, last: int, first: int = 0) -> ApiError:
    return bad_input(field, f"ต้องอยู่ระหว่าง {first} ถึง {last}", f"must be between {first} and {last}")
