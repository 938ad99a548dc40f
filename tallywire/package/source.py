"""Where a table of the package stands: a CSV file, a workbook of its own, or a sheet of the workbook for all."""

from functools import lru_cache
from pathlib import Path

from tallywire.package.csv_rows import csv_rows
from tallywire.package.fault import Fault
from tallywire.package.raw_rows import FILE_BYTES_MAX, Sheet
from tallywire.package.xlsx_rows import workbook_sheets

WORKBOOK = "election.xlsx"
READ = (".csv", ".tsv", ".xlsx")
# What people save by mistake, and what to do about it.
OTHER_KINDS = {
    ".xls": 'an old Excel file; save it as "Excel Workbook (.xlsx)"',
    ".xlsm": 'a workbook with macros; save it as "Excel Workbook (.xlsx)"',
    ".ods": "an OpenDocument file; save it as .xlsx or as CSV in UTF-8",
    ".numbers": "a Numbers file; export it as .xlsx or as CSV in UTF-8",
    ".txt": "a text file; where it is a table, rename it to .csv",
}


def has_table(path: Path) -> bool:
    """Whether a table is there in whatever kind; `path` names it as CSV."""
    return bool(_files(path)) or (_book(path).is_file() and path.stem in _titles(_book(path)))


def read_sheet(path: Path, names: tuple[str, ...], faults: list[Fault]) -> Sheet | None:
    """`path` names the table as CSV; `names` are its columns. None, with a fault, where it cannot be read."""
    found = _files(path)
    book = _book(path)
    if book.is_file() and (not found or path.stem in _titles(book)):
        if path.stem in _titles(book):
            found.append(book)
        elif not _titles(book):
            # Whatever is wrong with the workbook is said once for each table that it may hold.
            return workbook_sheets(book, faults).get(path.stem)
    if len(found) > 1:
        kinds = " and in ".join(one.name for one in found)
        faults.append(Fault(path.name, None, None, None, f"the table stands twice, in {kinds}; keep one"))
        return None
    if not found:
        faults.append(Fault(path.name, None, None, None, _why_missing(path)))
        return None
    return _sheet(found[0], path.stem, names, faults)


def read_bytes(path: Path, faults: list[Fault]) -> bytes | None:
    """The whole file; None, with a fault, where it cannot be had."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            faults.append(Fault(path.name, None, None, None, f"larger than {FILE_BYTES_MAX >> 20} MiB"))
            return None
        return path.read_bytes()
    except OSError as error:
        faults.append(Fault(path.name, None, None, None, f"cannot be read: {error.strerror}"))
        return None


def _files(path: Path) -> list[Path]:
    return [one for kind in READ if (one := path.with_suffix(kind)).is_file()]


def _book(path: Path) -> Path:
    return path.parent / WORKBOOK


def _titles(book: Path) -> frozenset[str]:
    return _titles_of(book, book.stat().st_mtime_ns)


@lru_cache(4)
def _titles_of(book: Path, _changed_at: int) -> frozenset[str]:
    return frozenset(workbook_sheets(book, []))


def _why_missing(path: Path) -> str:
    if path.is_dir():
        return "a folder stands here, and a file must"
    if path.is_symlink():
        return "a link that leads nowhere"
    for kind, what in OTHER_KINDS.items():
        if path.with_suffix(kind).is_file():
            return f"the file is missing; {path.with_suffix(kind).name} is {what}"
    others = [one.name for one in path.parent.iterdir() if one.name.lower() == path.name and one.name != path.name]
    return f"the file is missing; {others[0]} must be named so" if others else "the file is missing"


def _sheet(path: Path, title: str, names: tuple[str, ...], faults: list[Fault]) -> Sheet | None:
    if path.suffix == ".xlsx":
        sheets = workbook_sheets(path, faults)
        # A workbook for one table may call its sheet anything.
        return sheets.get(title) or next(iter(sheets.values()), None)
    data = read_bytes(path, faults)
    return None if data is None else Sheet(path.name, None, csv_rows(path.name, data, names, faults))
