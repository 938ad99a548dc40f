"""Excel workbooks as editors have them: one for all tables, or one a table."""

import csv
import re
import zipfile
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


@pytest.mark.parametrize(
    ("over", "fault"),
    [
        ("B2:B3", 'cell B3 (column "area"): is merged with B2: take the cells apart, and fill each'),
        ("D3:E3", 'cell E3 (column "location_en"): is merged with D3: take the cells apart, and fill each'),
    ],
)
def test_merged_cells_are_no_empty_ones(small: SmallPackage, over: str, fault: str) -> None:
    """The texts of all but the first are lost in the file, and where a column may be empty nobody would see it."""
    book = workbook(small, "stations")
    book.worksheets[0].merge_cells(over)
    book.save(small.folder / WORKBOOK)
    assert f'{WORKBOOK}, sheet "stations", {fault}' in small.faults()


def test_merged_cells_that_hold_nothing_or_are_in_columns_of_ones_own_are_left_alone(small: SmallPackage) -> None:
    plain = read_package(small.folder).election
    book = workbook(small, "stations")
    sheet = book.worksheets[0]
    sheet["F1"], sheet["F2"] = "# remarks", "both"
    for over in ("F2:F3", "A5:D9"):
        sheet.merge_cells(over)
    book.save(small.folder / WORKBOOK)
    assert read_package(small.folder).election == plain


def test_a_formula_counts_by_what_it_came_to(small: SmallPackage) -> None:
    plain = read_package(small.folder).election
    workbook(small, "stations").save(small.folder / WORKBOOK)
    cells = {"A2": '<c r="A2" t="str"><f>"s"&amp;1</f><v>s1</v></c>', "C2": '<c r="C2"><f>1+0</f><v>1</v></c>'}
    in_sheet(small.folder / WORKBOOK, cells)
    assert read_package(small.folder).election == plain


def test_a_formula_that_no_program_computed_is_told_though_its_cell_may_be_empty(small: SmallPackage) -> None:
    book = workbook(small, "stations")
    book.worksheets[0]["E2"] = '=UPPER("town hall")'
    book.save(small.folder / WORKBOOK)
    (found,) = small.faults()
    assert found.startswith(f'{WORKBOOK}, sheet "stations", cell E2 (column "location_en"): holds a formula that was')


def test_a_formula_that_came_to_nothing_is_an_empty_cell(small: SmallPackage) -> None:
    small.change("stations.csv", "Temple", "")
    plain = read_package(small.folder).election
    workbook(small, "stations").save(small.folder / WORKBOOK)
    in_sheet(small.folder / WORKBOOK, {"E2": '<c r="E2" t="str"><f>IF(FALSE,"x","")</f><v></v></c>'})
    assert read_package(small.folder).election == plain


def in_sheet(path: Path, cells: dict[str, str]) -> None:
    """Puts cells into the first sheet's XML as a spreadsheet program writes them."""
    with zipfile.ZipFile(path) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    for place, cell in cells.items():
        sheet, changed = re.subn(rf'<c r="{place}"[^>]*?(?:/>|>.*?</c>)', lambda _, cell=cell: cell, sheet)
        assert changed == 1, place
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else content)


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
