"""What readers of the election itself are told: how it stands now, and then each change of its phase."""

from collections.abc import Hashable
from dataclasses import dataclass

from feed.election_feed import ElectionFeed
from feed.position import Position


@dataclass(frozen=True, slots=True)
class Standing:
    """The election as it stands; `position` is that of its feed."""

    position: Position


class Phases:
    def __init__(self, feed: ElectionFeed) -> None:
        self._feed = feed

    def stage(self) -> Hashable:
        return self._feed.state.phase

    async def reach(self, after: Position | None) -> None:
        """There is nothing to continue from."""

    def first(self, after: Position | None) -> Standing:
        return Standing(self._feed.position)

    def since(self, seen: int, stage: Hashable, *, conflated: bool) -> Standing | None:
        return None if stage == self.stage() else Standing(self._feed.position)

    def beat(self) -> None:
        """Nothing is said while the phase stays; the connection has its own pings."""
