"""Heads for those who wait for the next one: while somebody does, the log is sealed more often."""

import asyncio

from feed.tail import Tail
from ledger.reader import Ledger
from ledger.sealer import Sealer
from ledger.store import StoredHead

WAIT_SECONDS_MAX = 10.0
# While somebody waits, this is how old the newest head becomes at most before the next is made.
AWAITED_SECONDS = 0.4
LOOK_SECONDS = 0.1


class Heads:
    """`sealer` None: a follower, whose heads are the origin's."""

    def __init__(self, ledger: Ledger, tail: Tail, sealer: Sealer | None) -> None:
        self._ledger = ledger
        self._tail = tail
        self._sealer = sealer
        self._ending = False

    def end(self) -> None:
        """This process ends: whoever waits is answered with what there is."""
        self._ending = True

    async def beyond(self, election_id: str, size: int, seconds: float) -> StoredHead:
        """The first head of more than `size` entries; the newest one where none came in so many seconds.

        Raises NoHeadError.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + min(seconds, WAIT_SECONDS_MAX)
        while True:
            head = await self._ledger.head(election_id)
            feed = self._tail.feed(election_id)
            remaining = deadline - clock()
            if head.size > size or remaining <= 0 or self._ending or feed is None or feed.closed:
                return head
            if feed.sequence > head.size:
                if self._sealer is not None:
                    await self._sealer.hasten(AWAITED_SECONDS)
                await asyncio.sleep(min(LOOK_SECONDS, remaining))
                continue
            try:
                await asyncio.wait_for(feed.changed(), min(1.0, remaining))
            except TimeoutError:
                continue
