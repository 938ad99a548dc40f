"""Any cut of any stream of updates, put together again, holds what the whole holds."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, cast
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counting.vocabulary import AreaLevel, ElectionPhase
from db.log import LogEntry
from feed.election_feed import ElectionFeed
from feed.kinds import UpdateKind
from feed.position import Position
from feed.reports import UnknownPositionError, entries_after, start_after, stream
from feed.selection import Selection
from feed.updates import Pace, Update, Updates
from tests.feed.entries import Step, definition, log_of, naive, state, steps
from tests.feed.pages import log_in_memory

ELECTION = definition()
POOL = cast(Any, None)
QUICK = Pace(tick=0, heartbeat=0.01)
SELECTIONS = st.builds(
    Selection,
    st.sampled_from([None, ("mayor",), ("council",), ("council", "mayor")]),
    st.sampled_from([None, ("city",), ("a",), ("a", "b")]),
    st.sampled_from([None, AreaLevel.CITY, AreaLevel.DISTRICT]),
)
ONE = Step(("mayor", "a-1"), (1, 2, 3), True, 0, False, False)


class Reader:
    """Applies what it is sent, and nothing else."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], tuple[list[int], int]] = {}
        self.position: Position | None = None
        self.taken: list[Update] = []

    def take(self, update: Update) -> None:
        if update.kind is UpdateKind.SNAPSHOT:
            self.held.clear()
        for view in update.results:
            self.held[view.contest.id, view.area.id] = (list(view.count.votes), view.count.sequence)
        self.position = update.position
        self.taken.append(update)

    async def read(self, source: AsyncIterator[Update], until: int) -> None:
        """Up to this sequence, then the line breaks."""
        async for update in source:
            self.take(update)
            if update.position.sequence >= until:
                return


def _feed(phase: ElectionPhase = ElectionPhase.COUNTING) -> ElectionFeed:
    return ElectionFeed(ELECTION, state(phase))


def _updates(feed: ElectionFeed, chosen: Selection | None = None, pace: Pace = QUICK) -> Updates:
    return Updates(feed, POOL, chosen or Selection(), pace, lambda feed: feed.opened)


def _pour(feed: ElectionFeed, entries: list[LogEntry]) -> None:
    for entry in entries:
        feed.add(entry)
    feed.pulse()


def _expected(chosen: Selection, entries: list[LogEntry]) -> dict[tuple[str, str], tuple[list[int], int]]:
    sums = naive(entries)
    return {key: (sums[key]["votes"], sums[key]["sequence"]) for key in chosen.keys(ELECTION)}


async def _with_cuts(
    what: list[Step], cuts: list[int], chosen: Selection, mode: Callable[[Updates], Any]
) -> tuple[Reader, Reader, Reader, list[LogEntry]]:
    """From the start; with a broken line at each cut; at the end only."""
    entries = log_of(what)
    feed, always, broken, late = _feed(), Reader(), Reader(), Reader()
    sources = mode(_updates(feed, chosen))(None)
    await always.read(sources, 0)
    done = 0
    for cut in [*sorted(min(cut, len(entries)) for cut in cuts), len(entries)]:
        _pour(feed, entries[done:cut])
        done = cut
        await broken.read(mode(_updates(feed, chosen))(broken.position), cut)
        await always.read(sources, cut) if cut else None
    await late.read(mode(_updates(feed, chosen))(None), len(entries))
    return always, broken, late, entries


@pytest.mark.parametrize("mode", ["latest", "every"])
@given(what=steps, cuts=st.lists(st.integers(0, 25), max_size=6), chosen=SELECTIONS)
def test_whoever_was_there_came_back_or_came_late_holds_the_same(
    mode: str, what: list[Step], cuts: list[int], chosen: Selection
) -> None:
    readers = asyncio.run(_with_cuts(what, cuts, chosen, lambda updates: getattr(updates, mode)))
    *held, entries = [*readers[:3], readers[3]]
    for reader in held:
        assert reader.held == _expected(chosen, entries)  # type: ignore[attr-defined]
        assert reader.position == Position("e1", len(entries))  # type: ignore[attr-defined]


@given(what=steps, chosen=SELECTIONS)
def test_every_sends_one_update_an_entry_and_merges_none(what: list[Step], chosen: Selection) -> None:
    entries = log_of(what)
    keys = chosen.keys(ELECTION)

    async def work() -> list[Update]:
        feed, reader = _feed(), Reader()
        source = _updates(feed, chosen).every(None)
        await reader.read(source, 0)
        _pour(feed, entries)
        await reader.read(source, len(entries)) if entries else None
        return [update for update in reader.taken if update.kind is UpdateKind.DELTA]

    deltas = asyncio.run(work())
    sums = [naive(entries[:place]) for place in range(len(entries) + 1)]
    wanted = [n for n in range(1, len(entries) + 1) if any(sums[n][key]["sequence"] == n for key in keys)]
    assert [delta.position.sequence for delta in deltas] == wanted
    for delta in deltas:
        now = sums[delta.position.sequence]
        assert [(view.contest.id, view.area.id) for view in delta.results] == [
            key for key in keys if now[key]["sequence"] == delta.position.sequence
        ]
        assert all(view.count.votes == now[view.contest.id, view.area.id]["votes"] for view in delta.results)


def test_every_reaches_back_beyond_memory_without_leaving_an_entry_out() -> None:
    entries = log_of([Step(("mayor", "a-1"), (n, 0, 0), False, 0, False, False) for n in range(1, 13)])

    async def work() -> list[int]:
        feed, reader = _feed(), Reader()
        source = _updates(feed).every(None)
        await reader.read(source, 0)
        _pour(feed, entries)
        await asyncio.wait_for(reader.read(source, 12), 60)
        return [update.position.sequence for update in reader.taken if update.kind is UpdateKind.DELTA]

    with patch("feed.election_feed.RECENT_ENTRIES", 3), patch("feed.updates.PAGE", 2), log_in_memory(entries) as read:
        assert asyncio.run(work()) == [*range(1, 13)]
    assert read


def test_every_waits_where_the_log_is_ahead_of_this_node() -> None:
    """It ran on past what the node had folded, and then turned in a circle without letting anybody else run."""
    entries = log_of([ONE] * 9)

    async def work() -> list[int]:
        feed, reader = _feed(), Reader()
        source = _updates(feed).every(None)
        await reader.read(source, 0)
        _pour(feed, entries[:5])
        await asyncio.wait_for(reader.read(source, 5), 60)
        _pour(feed, entries[5:])
        await asyncio.wait_for(reader.read(source, 9), 60)
        return [update.position.sequence for update in reader.taken if update.kind is UpdateKind.DELTA]

    with patch("feed.election_feed.RECENT_ENTRIES", 1), log_in_memory(entries):
        assert asyncio.run(work()) == [*range(1, 10)]


@pytest.mark.parametrize("mode", ["latest", "every"])
def test_a_quiet_hour_has_heartbeats(mode: str) -> None:
    async def work() -> list[Update]:
        feed, reader = _feed(), Reader()
        _pour(feed, log_of([ONE]))
        async for update in getattr(_updates(feed), mode)(None):
            reader.take(update)
            if len(reader.taken) == 4:
                break
        return reader.taken

    first, *others = asyncio.run(work())
    assert first.kind is UpdateKind.SNAPSHOT
    assert [(u.kind, u.results, u.position.sequence) for u in others] == [(UpdateKind.HEARTBEAT, [], 1)] * 3


@pytest.mark.parametrize("mode", ["latest", "every"])
def test_a_reader_of_quiet_results_has_heartbeats_while_others_change(mode: str) -> None:
    async def work() -> list[UpdateKind]:
        feed, reader = _feed(), Reader()
        source = getattr(_updates(feed, Selection(area_ids=("b",)), Pace(0, 0.05)), mode)(None)
        await reader.read(source, 0)

        async def busy() -> None:
            for entry in log_of([ONE] * 40):
                _pour(feed, [entry])
                await asyncio.sleep(0.01)

        task = asyncio.create_task(busy())
        async for update in source:
            reader.take(update)
            if len(reader.taken) == 4:
                break
        assert not task.done()
        task.cancel()
        return [update.kind for update in reader.taken]

    assert asyncio.run(work()) == [UpdateKind.SNAPSHOT] + [UpdateKind.HEARTBEAT] * 3


@pytest.mark.parametrize("mode", ["latest", "every"])
@pytest.mark.parametrize("after", [Position("another", 1), Position("e1", 3)])
def test_a_position_that_cannot_be_continued_begins_anew_and_says_so(mode: str, after: Position) -> None:
    async def work() -> Update:
        feed = _feed()
        _pour(feed, log_of([ONE, ONE]))
        return cast(Update, await anext(getattr(_updates(feed), mode)(after)))

    with patch("feed.election_feed.REACH_SECONDS", 0.05):
        update = asyncio.run(work())
    assert (update.kind, update.reset, len(update.results)) == (UpdateKind.SNAPSHOT, True, 4)
    assert update.position == Position("e1", 2)


@pytest.mark.parametrize("mode", ["latest", "every"])
def test_a_position_that_another_node_gave_out_is_waited_for(mode: str) -> None:
    async def work() -> Update:
        feed = _feed()
        first = asyncio.create_task(anext(getattr(_updates(feed), mode)(Position("e1", 2))))
        await asyncio.sleep(0.02)
        _pour(feed, log_of([ONE, ONE]))
        return cast(Update, await first)

    update = asyncio.run(work())
    assert (update.kind, update.reset, update.results, update.position.sequence) == (UpdateKind.DELTA, False, [], 2)


@pytest.mark.parametrize("mode", ["latest", "every"])
def test_before_counting_all_see_zeros_and_at_its_opening_a_snapshot(mode: str) -> None:
    async def work() -> tuple[Reader, Update]:
        feed, reader = _feed(ElectionPhase.VOTING), Reader()
        _pour(feed, log_of([ONE]))
        source = getattr(_updates(feed), mode)(None)
        reader.take(await anext(source))
        feed.enter(state(ElectionPhase.COUNTING, 1))
        feed.pulse()
        reader.take(await anext(source))
        return reader, await anext(getattr(_updates(feed), mode)(reader.taken[0].position))

    reader, back = asyncio.run(work())
    before, opened = reader.taken
    assert before.position == Position("e1", -1)
    assert [view.count.votes for view in before.results] == [[0, 0, 0]] * 3 + [[0, 0]]
    assert before.last_report_at is None
    assert (opened.kind, opened.position.sequence) == (UpdateKind.SNAPSHOT, 1)
    assert opened.results[0].count.votes == [1, 2, 3]
    assert (back.kind, back.reset) == (UpdateKind.DELTA, False)
    assert back.results[0].count.votes == [1, 2, 3]


def test_latest_ends_where_the_election_is_loaded_anew() -> None:
    async def work() -> list[Update]:
        feed = _feed()
        source = _updates(feed).latest(None)
        taken = [await anext(source)]
        feed.close()
        return taken + [update async for update in source]

    assert len(asyncio.run(work())) == 1


def test_a_slow_reader_skips_to_the_newest_values_and_is_told() -> None:
    async def work() -> tuple[Update, Update]:
        feed = _feed()
        source = _updates(feed, pace=Pace(0.01, 5)).latest(None)
        await anext(source)
        first = asyncio.create_task(anext(source))
        await asyncio.sleep(0.02)
        _pour(feed, log_of([ONE] * 3)[:1])
        calm = await first
        await asyncio.sleep(0.05)
        _pour(feed, log_of([ONE] * 3)[1:])
        return calm, await anext(source)

    calm, hurried = asyncio.run(work())
    assert (calm.conflated, hurried.conflated, hurried.position.sequence) == (False, True, 3)


@given(what=steps, cuts=st.lists(st.integers(0, 25), max_size=6), limit=st.integers(1, 7), memory=st.integers(1, 9))
def test_pages_of_the_feed_cut_anywhere_are_the_whole_in_order(
    what: list[Step], cuts: list[int], limit: int, memory: int
) -> None:
    entries = log_of(what)

    async def work() -> list[int]:
        feed, read = _feed(), []
        done = 0
        for cut in [*sorted(min(cut, len(entries)) for cut in cuts), len(entries)]:
            _pour(feed, entries[done:cut])
            done = cut
            while page := await entries_after(feed, POOL, read[-1] if read else 0, limit):
                assert len(page) <= limit
                read += [entry.sequence for entry in page]
        return read

    with patch("feed.election_feed.RECENT_ENTRIES", memory), log_in_memory(entries):
        assert asyncio.run(work()) == [*range(1, len(entries) + 1)]


@given(what=steps, cut=st.integers(0, 25), chosen=SELECTIONS)
def test_the_stream_of_reports_cut_anywhere_goes_on_behind_it(what: list[Step], cut: int, chosen: Selection) -> None:
    entries = log_of(what)
    fitting = [entry.sequence for entry in entries if chosen.fits(ELECTION, entry)]

    async def work() -> list[int]:
        feed, read = _feed(), []
        _pour(feed, entries)
        after = await start_after(feed, None)
        for part in (fitting[:cut], fitting[cut:]):
            source = stream(feed, POOL, chosen, after)
            for _ in part:
                entry = await asyncio.wait_for(anext(source), 60)
                read.append(entry.sequence)
                after = await start_after(feed, Position("e1", entry.sequence))
        return read

    assert asyncio.run(work()) == fitting


@pytest.mark.parametrize("after", [Position("another", 1), Position("e1", 9)])
def test_a_stream_does_not_begin_at_a_position_that_is_unknown(after: Position) -> None:
    with patch("feed.election_feed.REACH_SECONDS", 0.02), pytest.raises(UnknownPositionError):
        asyncio.run(start_after(_feed(), after))
