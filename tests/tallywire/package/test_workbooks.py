"""Excel workbooks as editors have them: one for all tables, or one a table."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from small_package import SmallPackage

from tallywire.package import read_package, read_station_counts
from tallywire.package.source import WORKBOOK

TABLES = ("areas", "contests", "candidates", "stations", "registers", "official", "station_counts")


def rows_of(small: SmallPackage, table: str) -> list[list[Any]]:
    """The CSV's rows as a person would have typed them: numbers as numbers, but for codes with zeros in front."""

    def typed(text: str) -> Any:
        return int(text) if text.isdigit() and not text.startswith("0") else text

    with (small.folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return [[typed(text) for text in row] for row in csv.reader(file)]


def workbook(small: SmallPackage, *tables: str) -> Workbook:
    """A workbook with these tables instead of their CSV files."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for table in tables:
        sheet = book.create_sheet(table)
        for row in rows_of(small, table):
            sheet.append(row)
        (small.folder / f"{table}.csv").unlink()
    return book


def test_one_workbook_holds_all_tables(small: SmallPackage) -> None:
    plain = read_package(small.folder).election
    counts = read_station_counts(small.folder, plain)
    book = workbook(small, *TABLES)
    book.create_sheet("notes").append(["whatever", "people write"])
    book.save(small.folder / WORKBOOK)
    election = read_package(small.folder).election
    assert election == plain
    assert read_station_counts(small.folder, election) == counts


def test_a_workbook_for_one_table_calls_its_sheet_as_it_likes(small: SmallPackage) -> None:
    plain = read_package(small.folder).election
    book = workbook(small, "stations")
    book.worksheets[0].title = "แผ่น1"
    book.save(small.folder / "stations.xlsx")
    assert read_package(small.folder).election == plain


def test_a_title_across_merged_cells_trailing_rows_and_numbers_as_text_are_read(small: SmallPackage) -> None:
    plain = read_package(small.folder).election
    book = workbook(small, "registers")
    sheet = book.worksheets[0]
    sheet.insert_rows(1, 2)
    sheet["A1"] = "ผู้มีสิทธิเลือกตั้ง 2565"
    sheet.merge_cells("A1:C1")
    sheet["C4"] = "'500".lstrip("'")
    sheet["C5"] = "๔๙๐"
    sheet["C6"] = 600.0
    sheet["A400"] = " "
    book.save(small.folder / WORKBOOK)
    assert read_package(small.folder).election == plain


def test_a_code_keeps_the_zeros_that_its_format_shows(small: SmallPackage) -> None:
    small.change("stations.csv", "s2,1002", "00123,1002")
    small.change("registers.csv", "s2,mayor", "00123,mayor")
    small.change("station_counts.csv", "s2,mayor", "00123,mayor")
    book = workbook(small, "stations")
    book.worksheets[0]["A3"] = 123
    book.worksheets[0]["A3"].number_format = "00000"
    book.save(small.folder / "stations.xlsx")
    assert [station.code for station in read_package(small.folder).election.stations] == ["s1", "00123"]


@pytest.mark.parametrize(
    ("cell", "value", "fault"),
    [
        ("B3", "1003", 'cell B3 (column "area"): no area "1003" in areas.csv'),
        ("C3", date(2022, 5, 1), 'cell C3 (column "number"): holds a date or a time'),
        ("C3", 1.5, 'cell C3 (column "number"): "1.5" must be a whole number'),
        ("C3", True, 'cell C3 (column "number"): holds TRUE'),
        ("D3", "#REF!", 'cell D3 (column "location_th"): holds the error #REF!'),
        ("C3", None, 'cell C3 (column "number"): is empty'),
        ("G3", "note", "row 3: 7 cells, where the heading has 5"),
    ],
)
def test_each_fault_names_file_sheet_row_and_letter(small: SmallPackage, cell: str, value: Any, fault: str) -> None:
    book = workbook(small, "stations")
    book.worksheets[0][cell] = value
    if value == "#REF!":
        book.worksheets[0][cell].data_type = "e"
    book.save(small.folder / WORKBOOK)
    assert any(found.startswith(f'{WORKBOOK}, sheet "stations", {fault}') for found in small.faults()), small.faults()


def test_a_table_that_stands_twice_is_told(small: SmallPackage) -> None:
    Workbook().save(small.folder / "areas.xlsx")
    assert "areas.csv: the table stands twice, in areas.csv and in areas.xlsx; keep one" in small.faults()


def test_a_file_that_is_no_workbook_is_told(small: SmallPackage) -> None:
    (small.folder / "areas.csv").rename(small.folder / "areas.xlsx")
    assert small.faults()[0].startswith("areas.xlsx: not readable as an Excel workbook (.xlsx): ")


@pytest.mark.parametrize(("kind", "hint"), [(".xls", "an old Excel file"), (".ods", "an OpenDocument file")])
def test_other_spreadsheets_are_named_and_told_how_to_save(small: SmallPackage, kind: str, hint: str) -> None:
    (small.folder / "areas.csv").rename(small.folder / f"areas{kind}")
    assert small.faults()[0].startswith(f"areas.csv: the file is missing; areas{kind} is {hint}")


def test_an_empty_workbook_is_told(small: SmallPackage, tmp_path: Path) -> None:
    (small.folder / "areas.csv").unlink()
    Workbook().save(small.folder / "areas.xlsx")
    assert small.faults()[0] == 'areas.xlsx, sheet "Sheet": the file is empty; its first line must name the columns'
