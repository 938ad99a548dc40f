"""Whoever is in a group from the start, joins late, is cut anywhere or stalls for a while holds the same in the end."""

import asyncio
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counting.vocabulary import ElectionPhase
from feed.kinds import Ending, UpdateKind
from feed.pace import Pace
from feed.position import Position
from feed.reports import UnknownPositionError
from feed.selection import Selection
from feed.updates import Updates
from tests.feed.entries import Step, log_of, naive, steps
from tests.feed.halls import ELECTION, Hall
from tests.feed.pages import log_in_memory
from tests.feed.watchers import Rendered, Watcher

ONE = Step(("mayor", "a-1"), (1, 2, 3), True, 0, False, False)
SELECTIONS = st.sampled_from([Selection(), Selection(area_ids=("a",)), Selection(contest_ids=("council",))])


def _run(work: Callable[[], Any]) -> Any:
    async def bounded() -> Any:
        async with asyncio.timeout(120):
            return await work()

    return asyncio.run(bounded())


@pytest.mark.parametrize("mode", ["latest", "every"])
@settings(max_examples=25)
@given(
    what=steps,
    chosen=SELECTIONS,
    cuts=st.lists(st.tuples(st.integers(0, 25), st.sampled_from(["join", "cut", "stall", "resume"])), max_size=12),
)
def test_any_mix_of_joining_cutting_and_stalling_ends_with_the_same(
    mode: str, what: list[Step], chosen: Selection, cuts: list[tuple[int, str]]
) -> None:
    entries = log_of(what)

    async def work() -> None:
        hall = Hall(mode, chosen)
        readers, done = [hall.reader()], 0
        for cut, deed in sorted(cuts):
            hall.pour(entries[done:cut])
            done = max(done, min(cut, len(entries)))
            victim = readers[cut % len(readers)]
            if deed == "join":
                readers.append(hall.reader())
            elif deed == "cut":
                position, before = await victim.cut(), list(victim.taken)
                readers[cut % len(readers)] = back = hall.reader(position)
                # It goes on with what it holds.
                back.taken.extend(before)
            elif mode == "latest":
                victim.stalled = deed == "stall"
            await asyncio.sleep(0)
        hall.pour(entries[done:])
        for reader in readers:
            reader.resume()
        for reader in readers:
            await reader.until(lambda reader=reader: reader.held == hall.expected(entries))
            positions = [update.position.sequence for update in reader.taken]
            assert positions == sorted(positions)
        for reader in readers:
            await reader.cut()
        assert hall.emptied

    _run(work)


@settings(max_examples=20)
@given(what=steps, chosen=SELECTIONS)
def test_a_reader_of_every_update_that_is_cut_after_each_of_them_misses_none_and_sees_none_twice(
    what: list[Step], chosen: Selection
) -> None:
    entries = log_of(what)
    sums = [naive(entries[:place]) for place in range(len(entries) + 1)]
    keys = chosen.keys(ELECTION)
    changing = [n for n in range(1, len(entries) + 1) if any(sums[n][key]["sequence"] == n for key in keys)]

    async def work() -> None:
        hall = Hall("every", chosen)
        always, cut, position = hall.reader(), hall.reader(), None
        told: list[int] = []
        await cut.until(lambda: len(cut.taken) == 1)
        await always.until(lambda: len(always.taken) == 1)
        taken = list(cut.taken)
        for entry in entries:
            hall.pour([entry])
            if entry.sequence in changing:
                await always.reaches(entry.sequence)
                await cut.reaches(entry.sequence)
                told += [update.position.sequence for update in cut.taken if update.results]
                position = await cut.cut()
                taken += cut.taken
                cut = hall.reader(position)
                await cut.until(lambda reader=cut: len(reader.taken) == 1)
                # What it is sent first is nothing new: it had all of it.
                assert [(update.kind, update.results) for update in cut.taken] == [(UpdateKind.DELTA, [])]
                cut.taken.clear()
        assert [n for n in told if n] == changing
        assert [update.position.sequence for update in always.taken[1:] if update.results] == changing
        cut.taken[:0] = taken
        assert cut.held == always.held == hall.expected(entries)

    _run(work)


@pytest.mark.parametrize("mode", ["latest", "every"])
def test_who_asks_for_what_there_is_none_of_has_an_empty_snapshot_and_then_only_signs_of_life(mode: str) -> None:
    async def work() -> None:
        hall = Hall(mode, Selection(contest_ids=("council",), area_ids=("b",)), Pace(0, 0.05))
        reader = hall.reader()
        await reader.until(lambda: len(reader.taken) == 1)
        hall.pour(log_of([ONE] * 3))
        await reader.until(lambda: len(reader.taken) >= 3 and reader.taken[-1].position.sequence == 3)
        assert [update.kind for update in reader.taken[:1]] == [UpdateKind.SNAPSHOT]
        assert {update.kind for update in reader.taken[1:]} == {UpdateKind.HEARTBEAT}
        assert not any(update.results for update in reader.taken)

    _run(work)


@settings(max_examples=20)
@given(what=steps, chosen=SELECTIONS, cuts=st.lists(st.tuples(st.integers(0, 25), st.booleans()), max_size=8))
def test_readers_of_the_feed_have_each_entry_once_in_order_wherever_they_are_cut_or_stall(
    what: list[Step], chosen: Selection, cuts: list[tuple[int, bool]]
) -> None:
    entries = log_of(what)
    fitting = [entry.sequence for entry in entries if chosen.fits(ELECTION, entry)]

    async def work() -> None:
        hall = Hall("reports", chosen)
        always, broken, read, done = hall.reader(), hall.reader(), [], 0
        for cut, stall in sorted(cuts):
            hall.pour(entries[done:cut])
            done = max(done, min(cut, len(entries)))
            if stall:
                always.stalled = not always.stalled
                always.resume() if not always.stalled else None
            else:
                after = await broken.cut()
                read += [entry.sequence for entry in broken.taken]
                broken = hall.reader(after or (Position("e1", read[-1]) if read else None))
            await asyncio.sleep(0)
        hall.pour(entries[done:])
        always.resume()
        late = hall.reader()
        for reader, before in ((always, []), (late, []), (broken, read)):
            await reader.until(lambda r=reader, b=before: [*b, *(e.sequence for e in r.taken)] == fitting)
            await reader.cut()

    with patch("feed.election_feed.RECENT_ENTRIES", 4), patch("feed.report_group.PAGE", 3), log_in_memory(entries):
        _run(work)


def test_a_thousand_readers_who_come_at_once_are_answered_by_one_rendering_and_told_by_one_more() -> None:
    async def work() -> None:
        hall = Hall(pace=Pace(0.05, 60))
        readers = [hall.reader() for _ in range(1_000)]
        for reader in readers:
            await reader.until(lambda reader=reader: len(reader.taken) == 1)
        assert len(hall.rendered.events) == 1
        hall.pour(log_of([ONE]))
        for reader in readers:
            await reader.reaches(1)
        assert len(hall.rendered.events) == 2
        assert {tuple(reader.bodies) for reader in readers} == {(b"0", b"1")}

    _run(work)


def test_a_storm_of_readers_who_resume_at_few_positions_is_rendered_once_a_position() -> None:
    async def work() -> None:
        hall = Hall()
        hall.pour(log_of([ONE] * 6))
        readers = [hall.reader(Position("e1", number % 3 + 1)) for number in range(600)]
        for reader in readers:
            await reader.until(lambda reader=reader: len(reader.taken) == 1)
        assert len(hall.rendered.events) == 3
        assert {reader.taken[0].kind for reader in readers} == {UpdateKind.DELTA}

    _run(work)


def test_a_stalled_reader_of_the_latest_holds_no_one_up_and_skips_to_the_newest_when_it_moves() -> None:
    async def work() -> None:
        hall = Hall(pace=Pace(0, 60))
        lively, stalled = hall.reader(), hall.reader()
        await stalled.until(lambda: len(stalled.taken) == 1)
        stalled.stalled = True
        entries = log_of([ONE] * 5)
        for entry in entries:
            hall.pour([entry])
            await lively.reaches(entry.sequence)
        assert len(stalled.taken) == 1
        stalled.resume()
        await stalled.reaches(5)
        assert [(update.kind, update.conflated) for update in stalled.taken[1:]] == [(UpdateKind.DELTA, True)]
        assert not any(update.conflated for update in lively.taken)
        hall.pour(log_of([ONE] * 6)[5:])
        await stalled.reaches(6)
        assert not stalled.taken[-1].conflated

    _run(work)


@pytest.mark.parametrize("mode", ["latest", "every", "reports"])
def test_one_who_comes_without_room_is_sent_nothing_until_it_has_some(mode: str) -> None:
    async def work() -> None:
        hall = Hall(mode)
        hall.pour(log_of([ONE]))
        full = Watcher(hall.rendered)
        full.stalled = True
        full.join(hall.group)
        lively = hall.reader()
        await lively.reaches(1)
        hall.pour(log_of([ONE] * 2)[1:])
        await lively.reaches(2)
        assert full.taken == []
        full.resume()
        await full.reaches(2)
        assert len(full.taken) == (2 if mode == "reports" else 1)

    _run(work)


def test_a_stalled_reader_of_every_update_is_sent_away_and_the_others_go_on() -> None:
    async def work() -> None:
        hall = Hall("every")
        lively, stalled = hall.reader(), hall.reader()
        await stalled.until(lambda: len(stalled.taken) == 1)
        stalled.stalled = True
        hall.pour(log_of([ONE] * 5))
        await lively.reaches(5)
        assert stalled.task is not None
        await asyncio.wait_for(stalled.task, 60)
        assert (stalled.ending, len(stalled.taken)) == (Ending.SLOW, 1)
        assert [update.position.sequence for update in lively.taken] == [0, 1, 2, 3, 4, 5]

    _run(work)


@pytest.mark.parametrize("mode", ["latest", "every"])
def test_a_quiet_hour_has_heartbeats_for_all(mode: str) -> None:
    async def work() -> None:
        hall = Hall(mode, pace=Pace(0, 0.05))
        readers = [hall.reader() for _ in range(3)]
        for reader in readers:
            await reader.until(lambda reader=reader: len(reader.taken) >= 3)
            assert {update.kind for update in reader.taken[1:]} == {UpdateKind.HEARTBEAT}

    _run(work)


def test_a_reader_of_quiet_results_has_heartbeats_while_others_change() -> None:
    async def work() -> None:
        hall = Hall(chosen=Selection(area_ids=("b",)), pace=Pace(0, 0.05))
        reader = hall.reader()

        async def busy() -> None:
            for entry in log_of([ONE] * 10_000):
                hall.pour([entry])
                await asyncio.sleep(0.005)

        task = asyncio.create_task(busy())
        await reader.until(lambda: len(reader.taken) >= 4)
        task.cancel()
        assert {update.kind for update in reader.taken[1:]} == {UpdateKind.HEARTBEAT}

    _run(work)


@pytest.mark.parametrize("mode", ["latest", "every"])
def test_before_counting_all_see_zeros_and_at_its_opening_a_snapshot(mode: str) -> None:
    async def work() -> None:
        hall = Hall(mode, phase=ElectionPhase.VOTING)
        hall.pour(log_of([ONE]))
        reader = hall.reader()
        await reader.until(lambda: len(reader.taken) == 1)
        hall.enter(ElectionPhase.COUNTING)
        await reader.reaches(1)
        before, opened = reader.taken
        assert (before.position.sequence, before.results[0].count.votes) == (-1, [0, 0, 0])
        assert (opened.kind, opened.results[0].count.votes) == (UpdateKind.SNAPSHOT, [1, 2, 3])
        back = hall.reader(before.position)
        await back.reaches(1)
        assert (back.taken[0].kind, back.taken[0].reset) == (UpdateKind.DELTA, False)

    _run(work)


def test_readers_of_the_election_are_told_its_phases_and_nothing_else() -> None:
    async def work() -> None:
        hall = Hall("phases", phase=ElectionPhase.VOTING)
        reader = hall.reader()
        await reader.until(lambda: len(reader.taken) == 1)
        hall.enter(ElectionPhase.COUNTING)
        await reader.until(lambda: len(reader.taken) == 2)
        hall.pour(log_of([ONE]))
        hall.enter(ElectionPhase.CLOSED)
        await reader.until(lambda: len(reader.taken) == 3)

    _run(work)


@pytest.mark.parametrize("mode", ["latest", "every", "reports", "phases"])
@pytest.mark.parametrize("ending", list(Ending)[:3])
def test_the_end_of_a_feed_is_told_to_all(mode: str, ending: Ending) -> None:
    async def work() -> None:
        hall = Hall(mode)
        hall.pour(log_of([ONE]))
        readers = [hall.reader() for _ in range(3)]
        for reader in readers:
            await reader.until(lambda reader=reader: len(reader.taken) == 1)
        hall.feed.close(ending)
        for reader in readers:
            assert reader.task is not None
            await asyncio.wait_for(reader.task, 60)
            assert reader.ending is ending

    _run(work)


def test_a_group_that_falls_leaves_no_reader_in_silence() -> None:
    async def work() -> None:
        hall = Hall()
        reader = hall.reader()
        await reader.until(lambda: len(reader.taken) == 1)
        with patch.object(Updates, "since", side_effect=RuntimeError("planted")):
            hall.pour(log_of([ONE]))
            assert reader.task is not None
            await asyncio.wait_for(reader.task, 60)
        assert reader.ending is Ending.AWAY
        again = hall.reader()
        await again.reaches(1)

    _run(work)


@pytest.mark.parametrize("mode", ["latest", "every", "reports"])
def test_a_group_ends_with_its_last_reader_though_something_changes_just_then(mode: str) -> None:
    """asyncio.wait_for swallowed the cancellation where both came in the same moment, and the group ran for ever."""

    async def work(moments: int) -> None:
        hall = Hall(mode)
        reader = hall.reader()
        await reader.until(lambda: len(reader.taken) == (mode != "reports"))
        for _ in range(5):
            await asyncio.sleep(0)
        task = hall.group._task
        assert task is not None and reader.task is not None
        hall.pour(log_of([ONE]))
        for _ in range(moments):
            await asyncio.sleep(0)
        reader.task.cancel()
        async with asyncio.timeout(60):
            await asyncio.wait({task})

    for moments in range(6):
        _run(lambda moments=moments: work(moments))


@pytest.mark.parametrize("after", [Position("another", 1), Position("e1", 9)])
def test_a_stream_does_not_begin_at_a_position_that_is_unknown(after: Position) -> None:
    async def work() -> None:
        await Hall("reports").group.sit(Watcher(Rendered()), after)

    with patch("feed.election_feed.REACH_SECONDS", 0.02), pytest.raises(UnknownPositionError):
        _run(work)
