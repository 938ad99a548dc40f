"""A results file holds a whole board, in the same bytes wherever it is made."""

from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest
import rfc8785
from hypothesis import given, settings

from counting.vocabulary import ElectionPhase
from feed.board import Board
from feed.results_file import Heading, NotOurFormatError, board_of, results_file
from tests.feed.entries import Step, definition, log_of, steps

ELECTION = definition()
HEADING = Heading(7, datetime(2022, 5, 22, 18, 7, tzinfo=UTC), ElectionPhase.COUNTING, "root", "d" * 64, "e" * 64)


def _board(what: list[Step]) -> Board:
    board = Board(ELECTION)
    for entry in log_of(what):
        board.add(entry)
    return board


@settings(max_examples=25)
@given(steps)
def test_the_board_of_a_file_goes_on_as_the_one_that_it_was_made_of(what: list[Step]) -> None:
    half = len(what) // 2
    board, again = _board(what[:half]), board_of(ELECTION, results_file(_board(what[:half]), HEADING))
    assert dict(again.counts()) == dict(board.counts())
    for entry in log_of(what)[half:]:
        board.add(entry)
        again.add(entry)
    assert dict(again.counts()) == dict(board.counts())
    assert (again.sequence, again.last_report_at, again.counted_until) == (
        *(board.sequence, board.last_report_at, board.counted_until),
    )
    assert results_file(again, HEADING) == results_file(board, HEADING)


@settings(max_examples=25)
@given(steps)
def test_a_file_is_canonical_json(what: list[Step]) -> None:
    content = results_file(_board(what), HEADING)
    assert rfc8785.dumps(orjson.loads(content)) == content


def test_a_file_of_another_load_of_the_package_is_not_gone_on_from() -> None:
    content = results_file(_board([]), HEADING)
    with pytest.raises(NotOurFormatError):
        board_of(replace(ELECTION, epoch="e2"), content)
