"""The feed entry by entry: the same entries in the same order, whether streamed or read by pages."""

from collections.abc import AsyncIterator, Sequence

import asyncpg

from db.log import LogEntry, read_entries
from feed.election_feed import ElectionFeed
from feed.position import Position
from feed.selection import Selection

PAGE = 500


class UnknownPositionError(Exception):
    """The position is of another epoch, or lies beyond the end of the log."""


async def stream(feed: ElectionFeed, database: asyncpg.Pool, chosen: Selection, after: int) -> AsyncIterator[LogEntry]:
    """Every entry after this sequence that fits, none left out; ends where the election is loaded anew."""
    while not feed.closed:
        for entry in await entries_after(feed, database, after, PAGE):
            after = entry.sequence
            if chosen.fits(feed.definition, entry):
                yield entry
        if feed.sequence == after:
            await feed.changed()


async def entries_after(feed: ElectionFeed, database: asyncpg.Pool, sequence: int, limit: int) -> Sequence[LogEntry]:
    """From memory where it reaches back so far, else from the log; never beyond what this node has folded."""
    recent = feed.recent_after(sequence, limit)
    if recent is not None:
        return recent
    head = feed.sequence
    return [entry for entry in await read_entries(database, feed.id, sequence, limit) if entry.sequence <= head]


async def start_after(feed: ElectionFeed, after: Position | None) -> int:
    """The sequence to begin behind; without `after`, the beginning. Raises UnknownPositionError."""
    if after is None:
        return 0
    if not feed.opened and after.epoch == feed.definition.epoch:
        # Whether a made-up position is known would tell how long the log is.
        return 0
    if after.epoch != feed.definition.epoch or not await feed.reach(after.sequence):
        raise UnknownPositionError
    return max(0, after.sequence)
