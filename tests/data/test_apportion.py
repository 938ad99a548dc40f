"""Whole parts and whole tables keep the sums that they are given."""

import importlib.util
import random
from types import ModuleType

import pytest
from bkk2022_folder import FOLDER
from hypothesis import given
from hypothesis import strategies as st


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("apportion", FOLDER / "apportion.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


APPORTION = _loaded()

weights = st.lists(st.floats(0.01, 100), min_size=1, max_size=12)


@given(st.integers(0, 10_000), weights)
def test_parts_sum_to_the_whole_and_lie_within_one_of_their_quota(total: int, by: list[float]) -> None:
    parts = APPORTION.apportion(total, by)
    assert sum(parts) == total
    assert all(abs(part - total * weight / sum(by)) < 1 + 1e-6 for part, weight in zip(parts, by, strict=True))


@given(st.lists(st.tuples(st.floats(0.01, 100), st.integers(0, 50)), min_size=1, max_size=12), st.data())
def test_no_part_passes_its_cap(pairs: list[tuple[float, int]], data: st.DataObject) -> None:
    caps = [cap for _, cap in pairs]
    total = data.draw(st.integers(0, sum(caps)))
    parts = APPORTION.apportion(total, [weight for weight, _ in pairs], caps)
    assert sum(parts) == total
    assert all(0 <= part <= cap for part, cap in zip(parts, caps, strict=True))


def test_more_than_the_caps_hold_is_an_error() -> None:
    with pytest.raises(ValueError, match="1 of 6 find no place"):
        APPORTION.apportion(6, [1.0, 1.0], [2, 3])


@given(st.data())
def test_a_rounded_table_keeps_every_row_and_column_sum(data: st.DataObject) -> None:
    width = data.draw(st.integers(1, 6))
    table = data.draw(st.lists(st.lists(st.integers(0, 30), min_size=width, max_size=width), min_size=1, max_size=8))
    table = [[row[0] + 1, *row[1:]] for row in table]
    rows = [sum(row) for row in table]
    columns = [sum(row[j] for row in table) for j in range(width)]
    chance = random.Random(data.draw(st.integers(0, 2**32)))
    start = [[(0.5 + chance.random()) * row * column for column in columns] for row in rows]
    whole = APPORTION.rounded(APPORTION.fit(start, rows, columns), rows, columns, chance)
    assert [sum(row) for row in whole] == rows
    assert [sum(row[j] for row in whole) for j in range(width)] == columns
    assert all(number >= 0 for row in whole for number in row)


def test_tables_whose_sums_disagree_are_an_error() -> None:
    with pytest.raises(ValueError, match="rows sum to 3, columns to 4"):
        APPORTION.rounded([[1.5, 1.5]], [3], [2, 2], random.Random(1))
