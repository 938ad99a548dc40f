"""Results as they stood at an earlier position, however many copies were kept."""

import asyncio
from typing import Any, cast
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed.board import Board, GapError
from feed.history import History
from tests.feed.entries import Step, definition, log_of, naive, steps
from tests.feed.pages import log_in_memory

ELECTION = definition()
POOL = cast(Any, None)
ONE = Step(("mayor", "a-1"), (1, 2, 3), True, 0, False, False)


def _votes(board: Board) -> dict[tuple[str, str], list[int]]:
    return {key: count.votes for key, count in board.counts()}


@given(steps, st.integers(1, 7), st.integers(2, 4), st.lists(st.integers(0, 25), max_size=12))
def test_at_is_the_fold_of_so_many_entries(what: list[Step], step: int, copies: int, asked: list[int]) -> None:
    entries = log_of(what)
    with (
        patch("feed.history.FIRST_STEP", step),
        patch("feed.history.COPIES_MAX", copies),
        patch("feed.history.PAGE", 3),
        patch("feed.history.REMEMBERED", 2),
        log_in_memory(entries),
    ):
        board, history = Board(ELECTION), History(ELECTION)
        for entry in entries:
            board.add(entry)
            history.passed(board)
        assert len(history._copies) <= copies
        for sequence in [n for n in asked if n <= len(entries)]:
            found = asyncio.run(history.at(POOL, sequence))
            assert found.sequence == sequence
            expected = naive(entries[:sequence])
            assert _votes(found) == {key: value["votes"] for key, value in expected.items()}


def test_no_page_is_read_for_a_position_that_was_asked_for_before() -> None:
    entries = log_of([ONE] * 4)
    history = History(ELECTION)
    with log_in_memory(entries) as read:
        asyncio.run(history.at(POOL, 3))
        asyncio.run(history.at(POOL, 3))
    assert read == [(0, 3)]


def test_a_log_that_ends_too_early_is_told_and_not_waited_for() -> None:
    with log_in_memory(log_of([ONE] * 2)), pytest.raises(GapError, match="small: the log ends at 2, before 5"):
        asyncio.run(History(ELECTION).at(POOL, 5))
