"""Events that a group hands to its operation, one by one, in the place of those that a resolver would wait for."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from feed.election_feed import ElectionFeed
from gql.context import Context, Services


class Events:
    """What the group has to tell."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Any] = asyncio.Queue()

    def give(self, event: Any) -> None:
        self._queue.put_nowait(event)

    async def __aiter__(self) -> AsyncIterator[Any]:
        while True:
            yield await self._queue.get()


@dataclass(slots=True)
class GroupContext(Context):
    """In whose rights a group's operation runs: those that all of its members have."""

    admitted: ClassVar[bool] = True
    feed: ElectionFeed = field(kw_only=True)
    events: Events = field(kw_only=True)


def context_of_group(services: Services, feed: ElectionFeed, one: Context) -> GroupContext:
    """In the rights of `one` of its members, with nothing of its request."""
    return GroupContext(services, person=one.person, feed=feed, events=Events())
