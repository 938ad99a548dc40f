"""Readers who know more than those around them: they came ahead of the others, or from a node that is ahead."""

import asyncio
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest

from feed.kinds import Ending, UpdateKind
from feed.pace import Pace
from feed.position import Position
from feed.reports import UnknownPositionError, start_after
from tests.feed.entries import Step, log_of
from tests.feed.halls import Hall

ONE = Step(("mayor", "a-1"), (1, 2, 3), True, 0, False, False)


def run(work: Callable[[], Any]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(60):
            await work()

    asyncio.run(bounded())


def test_a_heartbeat_takes_nobody_back_who_came_ahead_of_the_others() -> None:
    """Where a node had stood still: one who came by then knew entries that the others were yet to be told."""
    entries = log_of([ONE] * 3)

    async def work() -> None:
        hall = Hall("every", pace=Pace(tick=0, heartbeat=0.02))
        telling: asyncio.Lock = hall.group._telling  # type: ignore[attr-defined]
        there = hall.reader()
        await there.until(lambda: bool(there.taken))

        async def waiting(count: int) -> None:
            while len(telling._waiters or ()) < count:  # type: ignore[attr-defined]  # noqa: ASYNC110
                await asyncio.sleep(0)

        async with telling:
            # Before the heartbeat, which is due a moment later.
            ahead = hall.reader()
            await waiting(2)
            hall.pour(entries)
        for reader in (there, ahead):
            # Until its next sign of life after all of them.
            await reader.until(
                lambda reader=reader: (
                    reader.taken[-1].position.sequence == len(entries) and reader.taken[-1].kind is UpdateKind.HEARTBEAT
                )
            )
            positions = [update.position.sequence for update in reader.taken]
            assert positions == sorted(positions)
        await asyncio.gather(there.cut(), ahead.cut())

    run(work)


@pytest.mark.parametrize("mode", ["latest", "every", "reports"])
def test_a_position_that_cannot_be_looked_for_is_not_called_unknown(mode: str) -> None:
    """Another node gave it out, and this one cannot read the log: it sends such readers elsewhere."""

    async def work() -> None:
        hall = Hall(mode)
        hall.pour(log_of([ONE]))
        hall.feed.looked_from = -1.0
        reader = hall.reader(Position("e1", 3))
        assert reader.task is not None
        await reader.task
        assert (reader.ending, reader.taken) == (Ending.AWAY, [])

    with patch("feed.election_feed.REACH_SECONDS", 0.01), patch("feed.election_feed.BEHIND_SECONDS", 0.02):
        run(work)


def test_a_position_is_unknown_once_the_log_was_looked_at_and_does_not_go_so_far() -> None:
    async def work() -> None:
        feed = Hall("reports").feed
        feed.looked_from = -1.0
        asked = asyncio.create_task(start_after(feed, Position("e1", 9)))
        await asyncio.sleep(0.05)
        assert not asked.done()
        feed.looked_from = asyncio.get_running_loop().time()
        with pytest.raises(UnknownPositionError):
            await asked

    with patch("feed.election_feed.REACH_SECONDS", 0.01), patch("feed.election_feed.AGAIN_SECONDS", 0.01):
        run(work)
