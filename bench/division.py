"""How the CPU of a delivery divides: folding, execution, encoding, framing, write, and what is left.

Folding: taking the change into the board. Execution: what changed, and its counts, ranks and shares. Encoding: from
those to the bytes of the answer, once a group and tick. Framing: a frame around them, for each reader. Write: handing
it to the transport, which is uvloop's send. What is left is the loop and the bookkeeping of readers. Framing and write
are timed on a sample.
"""

import contextlib
import time
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from db.log import LogEntry
from feed.election_feed import ElectionFeed
from feed.updates import Update, Updates
from gql.rendering import Rendering
from tallywire.sockets import DirectSocket, frame_header

PARTS = ("folding", "execution", "encoding", "framing", "write")
# Reading the clock costs about as much as framing, so that only one delivery in so many is timed.
SAMPLE = 16
clock = time.thread_time_ns


class Division:
    """Nanoseconds of CPU spent on each part."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(PARTS, 0)
        self.puts = 0
        # What two looks at the clock cost, which is no part of what they time.
        began = clock()
        for _ in range(1_000):
            clock()
        self.look = (clock() - began) // 1_001

    async def take(self) -> dict[str, float]:
        """Seconds since the last call."""
        taken = {name: spent / 1e9 for name, spent in self.spent.items()}
        self.spent = dict.fromkeys(PARTS, 0)
        return taken

    def add(self, part: str, nanoseconds: int, times: int = 1) -> None:
        self.spent[part] += max(0, nanoseconds - self.look) * times


@contextlib.contextmanager
def timed() -> Iterator[Division]:
    """The server of this process tells where its time goes."""
    division = Division()
    add, since, render = ElectionFeed.add, Updates.since, Rendering.__call__

    class TimedSocket(DirectSocket):
        def put(self, start: bytes, body: bytes, end: bytes) -> None:
            division.puts += 1
            if division.puts % SAMPLE or self.close_sent or self.transport.is_closing():
                super().put(start, body, end)
                return
            began = clock()
            frame = b"".join((frame_header(len(start) + len(body) + len(end)), start, body, end))
            between = clock()
            self.transport.write(frame)
            division.add("write", clock() - between, SAMPLE)
            division.add("framing", between - began, SAMPLE)

    def timed_add(feed: ElectionFeed, entry: LogEntry) -> None:
        began = clock()
        add(feed, entry)
        division.add("folding", clock() - began)

    def timed_since(updates: Updates, *arguments: Any, **named: Any) -> Update | None:
        began = clock()
        update = since(updates, *arguments, **named)
        for view in update.results if update else ():
            # Ranks and shares are worked out when first asked for; that is execution, not encoding.
            assert view.rows
        division.add("execution", clock() - began)
        return update

    async def timed_render(rendering: Rendering, event: Any) -> bytes:
        began = clock()
        body = await render(rendering, event)
        division.add("encoding", clock() - began)
        return body

    with (
        patch("tallywire.server.DirectSocket", TimedSocket),
        patch.object(ElectionFeed, "add", timed_add),
        patch.object(Updates, "since", timed_since),
        patch.object(Rendering, "__call__", timed_render),
    ):
        yield division
