"""What is pasted from pages and documents: spaces that do not break, marks that nobody sees, names in any script."""

import pytest
from small_package import SmallPackage

from counting.election import Text
from tallywire.package import read_package


def test_spaces_that_do_not_break_are_spaces_and_unseen_marks_are_gone(small: SmallPackage) -> None:
    small.change(
        "stations.csv", "s2,1002,1,โรงเรียน,", "\u200bs2\u00a0,1002,\u00a01,โรง\u200bเรียน,Old\u00a0school\u200e"
    )
    station = read_package(small.folder).election.stations[1]
    assert (station.code, station.number) == ("s2", 1)
    assert station.location == Text("โรงเรียน", "Old school")


@pytest.mark.parametrize("name", ["Élévra Nordánia", "وادي النور", "Νέα Ακτή", "ຫຼວງພະບາງ", "می‌خواهم", "東京都"])
def test_names_in_any_script_stay_as_they_are(small: SmallPackage, name: str) -> None:
    small.change("areas.csv", "เขตสอง", name)
    assert read_package(small.folder).election.areas[2].name.th == name


@pytest.mark.parametrize(
    ("written", "guess"), [("S2", '; is "s2" meant?'), ("s 2", ""), ("s/2", ""), ("ส2", ""), ("s02", "")]
)
def test_a_reference_in_other_letters_is_no_reference_and_the_fault_guesses(
    small: SmallPackage, written: str, guess: str
) -> None:
    small.change("registers.csv", "s2,mayor,600", f"{written},mayor,600")
    assert f'registers.csv:4:1 (column "station"): no station "{written}" in stations.csv{guess}' in small.faults()


@pytest.mark.parametrize("code", ["a b", "a/b", "á", "หนึ่ง", "..", "x" * 65, "s2?x"])
def test_codes_are_what_addresses_can_carry(small: SmallPackage, code: str) -> None:
    small.change("stations.csv", "s2,1002", f"{code},1002")
    assert any(fault.startswith(f'stations.csv:3:1 (column "code"): "{code}" is no code') for fault in small.faults())


def test_zeros_that_a_spreadsheet_took_from_a_code_are_guessed(small: SmallPackage) -> None:
    small.change("stations.csv", "s2,1002", "007,1002")
    small.change("registers.csv", "s2,mayor", "7,mayor")
    assert 'registers.csv:4:1 (column "station"): no station "7" in stations.csv; is "007" meant?' in small.faults()
