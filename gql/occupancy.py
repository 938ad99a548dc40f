"""How many at the same time: connections, sockets, subscriptions, by address and by token, in this process."""

import contextlib
from collections import Counter
from collections.abc import Iterator

from gql.limits import DEFAULT, Limit, Limits


class FullError(Exception):
    """There are as many as there may be of this."""

    def __init__(self, limit: Limit, most: int) -> None:
        super().__init__(f"at most {most:,} {limit.unit} ({limit.name})")
        self.limit = limit
        self.most = most


class Occupancy:
    def __init__(self, limits: Limits = DEFAULT) -> None:
        self._limits = limits
        self._taken: Counter[tuple[str, str]] = Counter()

    def enter(self, limit: Limit, whose: str | None) -> None:
        """One more; raises FullError. `whose` None: nobody who is counted. `leave` it exactly once after this."""
        if whose is None:
            return
        key, most = (limit.name, whose), self._limits.most(limit)
        if most is not None and self._taken[key] >= most:
            raise FullError(limit, most)
        self._taken[key] += 1

    def leave(self, limit: Limit, whose: str | None) -> None:
        if whose is None:
            return
        key = (limit.name, whose)
        self._taken[key] -= 1
        if self._taken[key] <= 0:
            del self._taken[key]

    @contextlib.contextmanager
    def place(self, limit: Limit, whose: str | None) -> Iterator[None]:
        """Taken while the block runs; raises FullError."""
        self.enter(limit, whose)
        try:
            yield
        finally:
            self.leave(limit, whose)
