"""One CSV file as rows of cells that know their line and column."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tallywire.package.fault import Fault

CELL_CHARACTERS_MAX = 10_000  # far above any name or list of votes; a lost quotation mark swallows more


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` is without the spaces around it. `line` is the first physical line of its row."""

    file: str
    line: int
    column: int
    name: str
    text: str

    def fault(self, what: str) -> Fault:
        return Fault(self.file, self.line, self.column, self.name, what, self.text)


@dataclass(frozen=True, slots=True)
class Row:
    file: str
    line: int
    columns: Mapping[str, int]
    texts: tuple[str, ...]

    def __getitem__(self, name: str) -> Cell:
        index = self.columns[name]
        return Cell(self.file, self.line, index + 1, name, self.texts[index].strip())


@dataclass(frozen=True, slots=True)
class Table:
    """`broken` are rows of the wrong length: their fault is noted, and others may still refer to them."""

    rows: tuple[Row, ...]
    broken: tuple[Row, ...]

    def texts(self, name: str) -> frozenset[str]:
        """Every text of one column, right or wrong, so that one faulty row brings no faults elsewhere."""
        whole = {row[name].text for row in self.rows}
        return frozenset(whole.union(row[name].text for row in self.broken if row.columns[name] < len(row.texts)))


def read_table(path: Path, names: tuple[str, ...], faults: list[Fault]) -> Table | None:
    """The rows under a heading of exactly `names`, in any order; None where file or heading cannot be read."""
    file = path.name
    if not path.is_file():
        faults.append(Fault(file, None, None, None, "the file is missing"))
        return None
    lines = _lines(file, _decoded(file, path.read_bytes(), faults), faults)
    heading = next(lines, None)
    if heading is None:
        faults.append(Fault(file, None, None, None, "the file is empty; its first line must name the columns"))
        return None
    columns = _columns(file, heading, names, faults)
    return None if columns is None else _table(file, lines, columns, len(heading[1]), faults)


def _decoded(file: str, data: bytes, faults: list[Fault]) -> str:
    """The text as UTF-8; a byte order mark, which spreadsheets write, is dropped."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        for number, line in enumerate(data.split(b"\n"), start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                what = f"not UTF-8: byte 0x{line[error.start]:02x}; save the file as UTF-8"
                faults.append(Fault(file, number, None, None, what))
        return data.decode("utf-8-sig", errors="replace")


def _lines(file: str, text: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of its first physical line; rows without a single character are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            texts = next(reader, None)
        except csv.Error as error:
            faults.append(Fault(file, line, None, None, f"not readable as CSV from here on: {error}"))
            return
        if texts is None:
            return
        if any(cell.strip() for cell in texts):
            yield line, texts


def _columns(
    file: str, heading: tuple[int, list[str]], names: tuple[str, ...], faults: list[Fault]
) -> dict[str, int] | None:
    line, texts = heading
    columns: dict[str, int] = {}
    complete = True
    for index, text in enumerate(text.strip() for text in texts):
        if text in columns or text not in names:
            what = "this column stands here twice" if text in columns else f"unknown column; known: {', '.join(names)}"
            faults.append(Fault(file, line, index + 1, text, what, text))
        columns.setdefault(text, index)
    for name in names:
        if name not in columns:
            faults.append(Fault(file, line, None, None, f'the column "{name}" is missing', name))
            complete = False
    return columns if complete else None


def _table(
    file: str, lines: Iterator[tuple[int, list[str]]], columns: Mapping[str, int], width: int, faults: list[Fault]
) -> Table:
    rows: list[Row] = []
    broken: list[Row] = []
    for line, texts in lines:
        row = Row(file, line, columns, tuple(texts))
        long = next((i for i, text in enumerate(texts) if len(text) > CELL_CHARACTERS_MAX), None)
        if long is not None:
            what = f"{len(texts[long]):,} characters in one cell; is a quotation mark missing?"
            faults.append(Fault(file, line, long + 1, None, what))
            broken.append(row)
        elif len(texts) != width:
            faults.append(Fault(file, line, None, None, f"{len(texts)} cells, where the heading has {width}"))
            broken.append(row)
        else:
            rows.append(row)
    return Table(tuple(rows), tuple(broken))
