"""What is shown of cuts, the same on every node: lists of them, and their files.

Before counting opens there is none, whoever asks.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Literal
from urllib.parse import quote

from db.cuts import Cut, read_cut, read_cuts, read_packed_results
from db.database import Database
from feed.election_feed import ElectionFeed
from feed.stored_results import read_results

Shape = Literal["json", "csv"]
# Of Bangkok's governor and council some 100 kB each.
FILES_KEPT = 16


def address(election_id: str, number: int, shape: Shape) -> str:
    """Where a cut's file is served."""
    return f"/results/{quote(election_id, safe='')}/cuts/{number}.{shape}"


class Cuts:
    """`begin`: makes the zero report; called where a cut is asked for before the maker has come round."""

    def __init__(self, database: Database, begin: Callable[[], Awaitable[None]]) -> None:
        self._database = database
        self._begin = begin
        self._files: OrderedDict[tuple[str, str, int], bytes] = OrderedDict()

    async def page(self, feed: ElectionFeed, first: int, before: int | None = None) -> list[Cut]:
        """The newest first; `before`: those of smaller numbers alone."""
        if not feed.opened or first == 0 or before == 0:
            return []
        found = await self._read(feed, first, before)
        if not found:
            await self._begin()
            found = await self._read(feed, first, before)
        return found

    async def newest(self, feed: ElectionFeed) -> Cut | None:
        return next(iter(await self.page(feed, 1)), None)

    async def cut(self, feed: ElectionFeed, number: int) -> Cut | None:
        if not feed.opened:
            return None
        return await read_cut(self._database.pool, feed.id, feed.definition.epoch, number)

    async def packed_file(self, cut: Cut) -> bytes:
        """The file in gzip; the newest ones are kept at hand."""
        key = (cut.election_id, cut.epoch, cut.number)
        if key not in self._files:
            self._files[key] = await read_packed_results(self._database.pool, cut)
            while len(self._files) > FILES_KEPT:
                self._files.popitem(last=False)
        return self._files[key]

    async def content(self, cut: Cut) -> bytes:
        """The file as it was cut. Raises ChangedCutError."""
        return await read_results(self._database.pool, cut)

    async def _read(self, feed: ElectionFeed, first: int, before: int | None) -> list[Cut]:
        return await read_cuts(self._database.pool, feed.id, feed.definition.epoch, first, before)
