"""A sheet of an Excel workbook as rows of texts, read as it goes: numbers, codes with zeros, dates, errors."""

import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from tallywire.package.fault import Fault
from tallywire.package.raw_rows import FILE_BYTES_MAX, RawRow, Sheet
from tallywire.package.xlsx_traps import Traps, find_traps

# openpyxl raises whatever its parts do where a file is not a workbook inside.
UNREADABLE = (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, TypeError, SyntaxError)
UNPACKED_MAX = 2 * FILE_BYTES_MAX
ZEROS = re.compile(r"0+")
EPOCH_YEAR = 1900


def workbook_sheets(path: Path, faults: list[Fault]) -> dict[str, Sheet]:
    """The workbook's sheets by name in small letters; none, with a fault, where it cannot be read."""
    file = path.name
    try:
        if _unpacked(path) > UNPACKED_MAX:
            faults.append(Fault(file, None, None, None, f"unpacks to more than {UNPACKED_MAX >> 20:,} MiB"))
            return {}
        with warnings.catch_warnings():
            # Of styles and extensions that no table needs.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except UNREADABLE as error:
        what = f"not readable as an Excel workbook (.xlsx): {error or type(error).__name__}"
        faults.append(Fault(file, None, None, None, what))
        return {}
    return {
        sheet.title.strip().lower(): Sheet(file, sheet.title, _rows(file, sheet, faults), even=True)
        for sheet in book.worksheets
    }


def _unpacked(path: Path) -> int:
    with zipfile.ZipFile(path) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def _rows(file: str, sheet: Any, faults: list[Fault]) -> Iterator[RawRow]:
    # What a workbook says of its own size is often wrong: a chart's corner, or nothing at all.
    sheet.reset_dimensions()
    try:
        traps = find_traps(sheet._get_source(), sheet._get_source())
    except UNREADABLE:
        # The rows themselves say from where on it cannot be read.
        traps = Traps()
    rows = sheet.iter_rows()
    line = 0
    while True:
        line += 1
        try:
            cells = next(rows, None)
        except UNREADABLE as error:
            what = f"not readable from here on: {error or type(error).__name__}"
            faults.append(Fault(file, line, None, None, what, sheet=sheet.title))
            return
        if cells is None:
            return
        texts, troubles = [], {}
        for place, cell in enumerate(cells):
            text, trouble = _text(cell)
            texts.append(text)
            if trouble is not None:
                troubles[place] = trouble
        troubles |= traps.of(line, texts)
        texts += [""] * (max(troubles, default=0) + 1 - len(texts))
        yield RawRow(line, texts, troubles)


def _text(cell: Any) -> tuple[str, str | None]:
    """What stands in a cell, and what is the matter with it where that is neither text nor number."""
    value = cell.value
    if value is None:
        return "", None
    if isinstance(value, str):
        return (value, f"holds the error {value}") if cell.data_type == "e" else (value, None)
    if isinstance(value, bool):
        return str(value).upper(), f"holds {str(value).upper()}; a text or a number belongs here"
    if isinstance(value, int | float):
        return _number(value, cell.number_format), None
    if isinstance(value, datetime | date | time | timedelta):
        what = "holds a date or a time, as Excel makes of 1-2 or 3/4; format the column as text and type it again"
        return str(value), what
    return str(value), f"holds {type(value).__name__}; a text or a number belongs here"


def _number(value: float, shown_as: str) -> str:
    """Digits alone where it is whole; with the zeros in front that its format shows."""
    if isinstance(value, float) and not value.is_integer():
        return repr(value)
    digits = str(int(value))
    return digits.zfill(len(shown_as)) if ZEROS.fullmatch(shown_as or "") else digits
