"""Cuts are made once, by whoever comes first, of what is signed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import asyncpg
import pytest

from counting.vocabulary import ElectionPhase
from db.cuts import Cut, newest_cut, read_cuts, read_due
from db.log import read_entries
from db.phases import set_phase
from feed.cut_maker import CutMaker
from feed.cuts import Cuts
from feed.stored_results import ChangedCutError, read_results
from feed.tail import Tail
from ledger.checkpoint import checked_head
from ledger.cut_line import CutLine, cut_line_of
from ledger.merkle import EMPTY_ROOT
from tests.ledger.conftest import Sealed, sealed

__all__ = ["sealed"]
NEVER, ALWAYS = 3_600.0, 0.000001


@asynccontextmanager
async def _tail(at: Sealed) -> AsyncIterator[Tail]:
    tail = Tail(at.database)
    await tail.start()
    yield tail
    await tail.close()


async def _all(at: Sealed) -> list[Cut]:
    return (await read_cuts(at.database.pool, at.election, at.at.definition.epoch, 100))[::-1]


async def _told(at: Sealed) -> CutLine | None:
    head, _ = checked_head((await at.ledger.head(at.election)).note, [at.key])
    return cut_line_of(head.extensions)


async def test_the_zero_report_is_of_the_opening_whatever_came_since_and_stands_in_the_next_head(
    sealed: Sealed,
) -> None:
    await sealed.reports(3)
    await sealed.seal()
    assert await _told(sealed) is None
    async with _tail(sealed) as tail:
        await CutMaker(sealed.database, tail, NEVER).cut_all()
    (cut,) = await _all(sealed)
    opened = await sealed.database.pool.fetchval("SELECT opened_at FROM election")
    assert (cut.number, cut.sequence, cut.taken_at, cut.root) == (0, 0, opened, EMPTY_ROOT)
    assert b'"stationsReporting":1' not in await read_results(sealed.database.pool, cut)
    await sealed.seal()
    assert await _told(sealed) == CutLine(0, 0, cut.results_sha256)


async def test_makers_on_many_nodes_make_each_cut_once(sealed: Sealed) -> None:
    async with _tail(sealed) as one, _tail(sealed) as other:
        makers = [CutMaker(sealed.database, tail, ALWAYS) for tail in (one, other, one, other)]
        for _ in range(3):
            await sealed.reports(2)
            await sealed.seal()
            await asyncio.gather(*(maker.cut_all(wait=True) for maker in makers))
    cuts = await _all(sealed)
    assert [cut.number for cut in cuts] == list(range(len(cuts)))
    assert [cut.sequence for cut in cuts] == [0, 2, 4, 6] or [cut.sequence for cut in cuts] == [0, 4, 6]


async def test_nothing_is_cut_while_nothing_changes_but_the_close_is(sealed: Sealed) -> None:
    await sealed.seal()
    async with _tail(sealed) as tail:
        maker = CutMaker(sealed.database, tail, ALWAYS)
        for _ in range(3):
            await maker.cut_all()
        assert [cut.number for cut in await _all(sealed)] == [0]
        async with sealed.database.pool.acquire() as connection:
            await set_phase(connection, sealed.election, ElectionPhase.CLOSED)
        await maker.cut_all()
        assert [cut.number for cut in await _all(sealed)] == [0]
        await sealed.seal()
        await maker.cut_all()
        await maker.cut_all()
    assert [(cut.number, cut.phase) for cut in await _all(sealed)] == [
        (0, ElectionPhase.COUNTING),
        (1, ElectionPhase.CLOSED),
    ]


async def test_a_span_passes_before_the_next_cut(sealed: Sealed) -> None:
    await sealed.seal()
    async with _tail(sealed) as tail:
        await CutMaker(sealed.database, tail, NEVER).cut_all()
    await sealed.reports(1)
    await sealed.seal()
    opened = await sealed.database.pool.fetchval("SELECT opened_at FROM election")
    edge = datetime.fromtimestamp((opened.timestamp() // 60 + 1) * 60, UTC)
    pool = sealed.database.pool
    assert await read_due(pool, edge - timedelta(microseconds=1), 60.0) == []
    assert [due.last for due in await read_due(pool, edge, 60.0)] == [0]


async def test_a_maker_killed_at_work_leaves_no_half_and_another_makes_the_cut(sealed: Sealed) -> None:
    await sealed.seal()
    async with _tail(sealed) as tail:
        maker = CutMaker(sealed.database, tail, ALWAYS)
        with patch("feed.cut_maker.add_cut", side_effect=asyncio.CancelledError), pytest.raises(asyncio.CancelledError):
            await maker.cut_all()
        assert await _all(sealed) == []
        await CutMaker(sealed.database, tail, ALWAYS).cut_all()
    assert [cut.number for cut in await _all(sealed)] == [0]


async def test_before_counting_and_without_a_ledger_nothing_is_cut(sealed: Sealed) -> None:
    async with _tail(sealed) as tail:
        maker = CutMaker(sealed.database, tail, ALWAYS)
        await maker.cut_all()
        assert await _all(sealed) == []
        await sealed.seal()
        async with sealed.database.pool.acquire() as connection:
            await set_phase(connection, sealed.election, ElectionPhase.VOTING)
        await maker.cut_all()
        await tail.look()
        feed = tail.feed(sealed.election)
        assert feed is not None and await Cuts(sealed.database, maker.begin).page(feed, 5) == []
    assert await _all(sealed) == []


async def test_results_at_a_position_go_on_from_the_nearest_cut(sealed: Sealed) -> None:
    async with _tail(sealed) as tail:
        maker = CutMaker(sealed.database, tail, ALWAYS)
        await sealed.seal()
        await maker.cut_all()
        await sealed.reports(230)
        await sealed.seal()
        await tail.look()
        await maker.cut_all()
        await sealed.reports(5)
    async with _tail(sealed) as tail:
        feed = tail.feed(sealed.election)
        assert feed is not None
        with patch("feed.history.read_entries", side_effect=AssertionError("the log was read")):
            cut = await feed.history.at(sealed.database.pool, 230)
        assert (cut.sequence, cut.last_report_at is not None) == (230, True)
        after = await feed.history.at(sealed.database.pool, 233)
        live = feed.board.count("small/mayor", "small/city")
        count, then = after.count("small/mayor", "small/city"), cut.count("small/mayor", "small/city")
        assert live is not None and count is not None and then is not None
        assert (then.votes[0], count.sequence, count.stations) == (230, 233, live.stations)


@pytest.mark.parametrize("changed", [False, True])
async def test_a_node_with_a_long_log_starts_from_its_newest_cut_and_stands_as_one_that_folded_it_all(
    sealed: Sealed, changed: bool
) -> None:
    """From the log itself, where the file is not the one that was cut."""
    async with _tail(sealed) as tail:
        maker = CutMaker(sealed.database, tail, ALWAYS)
        await sealed.seal()
        await maker.cut_all()
        await sealed.reports(30)
        await sealed.seal()
        await tail.look()
        await maker.cut_all()
        await sealed.reports(4)
        await tail.look()
        whole = tail.feed(sealed.election)
    if changed:
        alone = "ALTER TABLE cut DISABLE TRIGGER cut_stays; UPDATE cut SET results = '' WHERE number = 1"
        await sealed.database.pool.execute(alone)
    with patch("feed.tail.FOLDED_ENTRIES", 10), patch("feed.tail.read_entries", wraps=read_entries) as read:
        async with _tail(sealed) as tail:
            begun = tail.feed(sealed.election)
            assert begun is not None and whole is not None
            assert read.await_args_list[0].args[2] == (0 if changed else 30)
            assert (begun.sequence, begun.board.last_report_at) == (34, whole.board.last_report_at)
            assert dict(begun.board.counts()) == dict(whole.board.counts())
            assert begun.board.counted_until == whole.board.counted_until
            assert (await begun.history.at(sealed.database.pool, 7)).sequence == 7
            assert (await begun.history.at(sealed.database.pool, 32)).sequence == 32


async def test_a_stored_file_that_was_changed_is_not_gone_on_from(sealed: Sealed) -> None:
    await sealed.seal()
    pool = sealed.database.pool
    async with _tail(sealed) as tail:
        await CutMaker(sealed.database, tail, ALWAYS).cut_all()
    with pytest.raises(asyncpg.RestrictViolationError):
        await pool.execute("UPDATE cut SET results = ''")
    await pool.execute("ALTER TABLE cut DISABLE TRIGGER cut_stays; UPDATE cut SET results = ''")
    cut = await newest_cut(pool, sealed.election, sealed.at.definition.epoch)
    assert cut is not None
    with pytest.raises(ChangedCutError):
        await read_results(pool, cut)
