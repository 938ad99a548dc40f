from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from scene import GOVERNOR, numbers, sheet

from counting.numbers import ballots_of, numbers_digest, numbers_of, same_numbers

maybe = st.one_of(st.none(), st.integers(0, 3))


@given(maybe, maybe, maybe, maybe)
def test_numbers_are_the_same_exactly_where_their_digests_are(
    first: int | None, second: int | None, third: int | None, fourth: int | None
) -> None:
    one, other = numbers(first, second), numbers(third, fourth)
    if one.ballots_cast == other.ballots_cast:
        assert same_numbers(one, other) == (numbers_digest(one) == numbers_digest(other))


def test_null_is_not_zero_in_a_comparison() -> None:
    assert not same_numbers(numbers(1, None), numbers(1, 0))
    assert numbers_digest(numbers(1, None)) != numbers_digest(numbers(1, 0))


def test_two_totals_that_differ_are_two_sheets() -> None:
    one = numbers(1, 2)
    assert not same_numbers(one, replace(one, ballots_cast=999))
    assert same_numbers(one, replace(one, ballots_cast=None))
    assert same_numbers(replace(one, ballots_cast=None), one)


def test_valid_ballots_are_the_legible_votes_whatever_was_sent() -> None:
    assert numbers_of(sheet(100, None, 200, valid_ballots=999), GOVERNOR).valid_ballots == 300


def test_papers_in_the_box_are_the_more_of_the_total_and_the_parts() -> None:
    assert ballots_of(replace(numbers(100, 50), ballots_cast=400)) == 400
    assert ballots_of(replace(numbers(100, 50), ballots_cast=10)) == 162
    assert ballots_of(replace(numbers(100, 50), ballots_cast=None)) == 162
