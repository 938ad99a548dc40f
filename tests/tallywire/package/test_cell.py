"""What a cell may hold, at each limit and one over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_package import SmallPackage

from tallywire.package import cell
from tallywire.package.fault import Fault
from tallywire.package.table import Cell

NUMBER_RULE = "must be a whole number from 0 to 2147483647, in digits alone"


def one(text: str) -> Cell:
    return Cell("t.csv", 2, 1, "a", text)


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("007", 7), ("2147483647", 2_147_483_647)])
def test_whole_numbers_reach_from_0_to_the_largest_int_of_the_api(text: str, value: int) -> None:
    faults: list[Fault] = []
    assert cell.whole_number(one(text), faults) == value
    assert faults == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234", 1_234),
        ("1 234 567", 1_234_567),
        ("12'345", 12_345),
        ("๕", 5),
        ("๑,๒๓๔", 1_234),
        ("٣٠", 30),
        ("0012", 12),
    ],
)
def test_numbers_are_read_as_people_and_spreadsheets_write_them(text: str, value: int) -> None:
    faults: list[Fault] = []
    assert cell.whole_number(one(text), faults) == value
    assert faults == []


@pytest.mark.parametrize(
    "text",
    ["-1", "2147483648", "1,23", "12,3456", "1,234 567", ",123", "1.0", "1.234", "1_000", "+5", "²", "½", "9" * 5_000],
)
def test_other_numbers_are_refused_with_their_text(text: str) -> None:
    faults: list[Fault] = []
    assert cell.whole_number(one(text), faults) == cell.UNREADABLE
    assert [(fault.what, fault.value) for fault in faults] == [(f'"{text}" {NUMBER_RULE}', text)]


def test_an_empty_number_is_no_zero() -> None:
    faults: list[Fault] = []
    assert cell.whole_number(one(""), faults) == cell.UNREADABLE
    assert [fault.what for fault in faults] == [f"is empty: {NUMBER_RULE}"]


@given(st.text(max_size=70))
def test_codes_are_safe_in_an_address(text: str) -> None:
    faults: list[Fault] = []
    read = cell.code(one(text), faults)
    safe = 1 <= len(text) <= 64 and text.isascii() and all(c.isalnum() or c in "._-" for c in text)
    assert bool(faults) == (not safe or set(text) == {"."})
    assert read == ("" if faults else text)


@pytest.mark.parametrize("text", ["", ".", "..", "a/b", "a b", "ก", "a\n", "x" * 65])
def test_these_are_no_codes(text: str) -> None:
    faults: list[Fault] = []
    assert cell.code(one(text), faults) == ""
    assert len(faults) == 1


def test_the_longest_code_passes() -> None:
    faults: list[Fault] = []
    assert cell.code(one("x" * 64), faults) == "x" * 64
    assert faults == []


@pytest.mark.parametrize("text", ["#fff", "#0a7d4g", "0a7d4f", "#0a7d4f0", "red"])
def test_colours_are_six_hexadecimal_digits(small: SmallPackage, text: str) -> None:
    small.change("candidates.csv", "#0A7D4F", text)
    assert small.faults() == [
        f'candidates.csv:2:9 (column "color"): "{text}" is no colour: must be # and six hexadecimal digits, as #0a7d4f'
    ]


def test_a_required_text_must_be_filled(small: SmallPackage) -> None:
    small.change("stations.csv", "โรงเรียน", " \u00a0")
    assert small.faults() == ['stations.csv:3:4 (column "location_th"): must not be empty']


@pytest.mark.parametrize("mark", ["\x00", "\t\x07", "\x85"])
def test_a_control_character_in_a_text_is_refused(small: SmallPackage, mark: str) -> None:
    small.change("stations.csv", "Temple", f"Tem{mark}ple")
    assert small.faults() == [
        'stations.csv:2:5 (column "location_en"): holds a line break or another control character'
    ]
