"""Cursors: opaque, exact, and nothing else is one."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed.position import BadCursorError, Position, decode

EPOCHS = st.text("0123456789abcdef", min_size=1, max_size=16)


@given(EPOCHS, st.integers(-1, 2**63))
def test_a_position_comes_back_as_it_was_given_out(epoch: str, sequence: int) -> None:
    assert decode(Position(epoch, sequence).encode()) == Position(epoch, sequence)


@given(EPOCHS, st.integers(-1, 10**6), EPOCHS, st.integers(-1, 10**6))
def test_two_positions_have_one_cursor_only_where_they_are_the_same(
    epoch: str, sequence: int, other: str, later: int
) -> None:
    one, two = Position(epoch, sequence), Position(other, later)
    assert (one.encode() == two.encode()) == (one == two)


@given(st.text(max_size=40))
def test_any_other_text_is_refused_or_is_the_one_way_to_write_a_position(text: str) -> None:
    try:
        position = decode(text)
    except BadCursorError:
        return
    assert position.encode() == text


@pytest.mark.parametrize(
    "inside", ["", ".", "e1", "e1.", ".5", "e1.-2", "e1.+5", "e1. 5", "e1.1_0", "e1.05", "e1.5.6", "e1.๕", "e1.5e3"]
)
def test_what_reads_like_a_position_and_is_none_is_refused(inside: str) -> None:
    with pytest.raises(BadCursorError):
        decode(base64.urlsafe_b64encode(inside.encode()).decode().rstrip("="))


@pytest.mark.parametrize("cursor", ["", "!", "ก", "ZTEuNQ=", "ZTEuNQ==", "ZTEuNR", " ZTEuNQ", "ZTEuNQ\n"])
def test_another_spelling_of_a_cursor_is_refused(cursor: str) -> None:
    assert decode("ZTEuNQ") == Position("e1", 5)
    with pytest.raises(BadCursorError):
        decode(cursor)
