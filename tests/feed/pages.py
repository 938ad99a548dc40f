"""What stands in for the pool where a test needs only pages of the log."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unittest.mock import patch

from db.log import LogEntry


@contextmanager
def log_in_memory(entries: Sequence[LogEntry]) -> Iterator[list[tuple[int, int]]]:
    """`read_entries` reads from here; yields the (after, limit) of every page that was read."""
    read: list[tuple[int, int]] = []

    async def read_entries(_database: object, _election_id: str, after: int, limit: int) -> list[LogEntry]:
        read.append((after, limit))
        return list(entries[after : after + limit])

    with patch("feed.history.read_entries", read_entries), patch("feed.reports.read_entries", read_entries):
        yield read
