"""The board against a naive sum: whatever happens to whichever sheet, in whatever order."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given

from counting.vocabulary import ResultsStatus
from db.log import LogEntry
from feed.board import Board, GapError
from tests.feed.entries import BEGAN, Step, definition, log_of, naive, steps

ELECTION = definition()
ONE = Step(("mayor", "a-1"), (1, 2, 3), True, 0, False, False)


def _shown(board: Board) -> dict[tuple[str, str], dict[str, Any]]:
    names = next(iter(naive([]).values()))
    return {key: {name: getattr(count, name) for name in names} for key, count in board.counts()}


def _board(entries: list[LogEntry]) -> Board:
    board = Board(ELECTION)
    for entry in entries:
        board.add(entry)
    return board


@given(steps)
@example([])
@example([ONE, replace(ONE, votes=None)])
def test_every_result_is_the_sum_of_what_stands(what: list[Step]) -> None:
    entries = log_of(what)
    board = Board(ELECTION)
    for place, entry in enumerate(entries, start=1):
        board.add(entry)
        assert _shown(board) == naive(entries[:place])
    assert board.sequence == len(entries)
    assert board.last_report_at == (entries[-1].recorded_at if entries else None)
    assert board.counted_until == max(
        (e.standing.counted_at for e in entries if e.standing and e.standing.counted_at), default=None
    )


@given(steps)
def test_a_view_does_not_change_any_more(what: list[Step]) -> None:
    entries = log_of(what)
    board, mayor, city = Board(ELECTION), ELECTION.contests["mayor"], ELECTION.areas["city"]
    views = []
    for entry in entries:
        board.add(entry)
        views.append(board.view(mayor, city, opened=True))
    for place, view in enumerate(views, start=1):
        assert view.count.votes == naive(entries[:place])["mayor", "city"]["votes"]
        assert sum(row.votes for row in view.rows) == sum(view.count.votes)


@given(steps)
def test_a_copy_goes_on_by_itself(what: list[Step]) -> None:
    entries = log_of(what)
    half = _board(entries[: len(entries) // 2])
    twin = half.copy()
    for entry in entries[len(entries) // 2 :]:
        twin.add(entry)
    assert _shown(half) == naive(entries[: len(entries) // 2])
    assert _shown(twin) == naive(entries)
    for entry in entries[len(entries) // 2 :]:
        half.add(entry)
    assert _shown(half) == _shown(twin) == naive(entries)


@given(steps)
def test_what_a_reader_holds_and_copies_taken_on_the_way_stay_as_they_were(what: list[Step]) -> None:
    """Counts are shared until they change: whoever holds one must never see it change."""
    entries = log_of(what)
    board = _board([])
    mayor, city = ELECTION.contests["mayor"], ELECTION.areas["city"]
    views, copies = [], []
    for entry in entries:
        views.append(board.view(mayor, city, opened=True))
        copies.append(board.copy())
        board.add(entry)
    for place, (view, copy) in enumerate(zip(views, copies, strict=True)):
        before = naive(entries[:place])
        assert _shown(copy) == before
        assert view.count.votes == before["mayor", "city"]["votes"]
    assert _shown(board) == naive(entries)


@given(steps)
def test_what_changed_since_a_position_is_what_a_later_entry_touched(what: list[Step]) -> None:
    entries = log_of(what)
    board = _board(entries)
    keys = [key for key, _ in board.counts()]
    for sequence in range(len(entries) + 1):
        before, now = naive(entries[:sequence]), naive(entries)
        touched = [key for key in keys if now[key]["sequence"] > sequence]
        assert board.changed_since(keys, sequence) == touched
        assert all(before[key] == now[key] for key in keys if key not in touched)


@pytest.mark.parametrize("sequence", [0, 1, 3, 7])
def test_an_entry_that_does_not_follow_is_refused_and_changes_nothing(sequence: int) -> None:
    first, second = log_of([ONE, replace(ONE, votes=(4, 5, 6))])
    board = _board([first])
    with pytest.raises(GapError, match=f"small: entry {sequence} after 1"):
        board.add(replace(second, sequence=sequence))
    assert _shown(board) == naive([first])


def test_an_entry_counts_in_each_area_up_to_its_contests_own_and_no_further() -> None:
    board = _board(log_of([Step(("council", "a-1"), (5, 6), True, 0, False, False)]))
    assert {key: count.votes for key, count in board.counts()} == {
        ("mayor", "city"): [0, 0, 0],
        ("mayor", "a"): [0, 0, 0],
        ("mayor", "b"): [0, 0, 0],
        ("council", "a"): [5, 6],
    }


def test_a_result_says_its_status_and_position_for_those_before_and_after_opening() -> None:
    board = _board(log_of([ONE]))
    mayor, city = ELECTION.contests["mayor"], ELECTION.areas["city"]
    before, after = board.view(mayor, city, opened=False), board.view(mayor, city, opened=True)
    assert (before.status, before.position.sequence) == (ResultsStatus.PRE_ELECTION, -1)
    assert (after.status, after.position.sequence) == (ResultsStatus.UNOFFICIAL_PARTIAL, 1)
    assert after.count.updated_at is not None and after.count.updated_at > BEGAN
