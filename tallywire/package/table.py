"""One table of the package as rows of cells that know their line and column, whatever kind of file it stands in."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tallywire.package.fault import Fault
from tallywire.package.heading import Heading, find_heading
from tallywire.package.raw_rows import RawRow, Sheet, cleaned
from tallywire.package.source import has_table, read_sheet

__all__ = ["CELL_CHARACTERS_MAX", "Cell", "Row", "Table", "has_table", "read_table"]

CELL_CHARACTERS_MAX = 10_000  # far above any name or list of votes; a lost quotation mark swallows more


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` is without the spaces around it. `line` is the first physical line of its row.

    `column` is None where the table has no such column, which then reads as empty.
    """

    file: str
    line: int
    column: int | None
    name: str
    text: str
    sheet: str | None = None

    def fault(self, what: str) -> Fault:
        return Fault(self.file, self.line, self.column, self.name, what, self.text, self.sheet)


@dataclass(frozen=True, slots=True)
class Row:
    file: str
    sheet: str | None
    line: int
    heading: Heading
    texts: tuple[str, ...]

    def __getitem__(self, name: str) -> Cell:
        index = self.heading.columns.get(name)
        if index is None:
            return Cell(self.file, self.line, None, name, "", self.sheet)
        written = self.heading.written[index]
        return Cell(self.file, self.line, index + 1, written, cleaned(self.texts[index]), self.sheet)


@dataclass(frozen=True, slots=True)
class Table:
    """`broken` are rows that cannot be read: their fault is noted, and others may still refer to them."""

    rows: tuple[Row, ...]
    broken: tuple[Row, ...]

    def texts(self, name: str) -> frozenset[str]:
        """Every text of one column, right or wrong, so that one faulty row brings no faults elsewhere."""
        readable = (row for row in self.broken if row.heading.columns[name] < len(row.texts))
        return frozenset(row[name].text for row in (*self.rows, *readable))


def read_table(path: Path, names: tuple[str, ...], faults: list[Fault], optional: tuple[str, ...] = ()) -> Table | None:
    """The rows under a heading of `names`, in any order; None where file or heading cannot be read.

    `path` names the table as CSV; it may stand in another kind of file. `optional`: names that may be left out.
    """
    sheet = read_sheet(path, names, faults)
    if sheet is None:
        return None
    heading = find_heading(sheet, names, optional, faults)
    return None if heading is None else _table(sheet, heading, faults)


def _table(sheet: Sheet, heading: Heading, faults: list[Fault]) -> Table:
    rows: list[Row] = []
    broken: list[Row] = []
    for raw in sheet.rows:
        if raw.blank:
            continue
        texts = _evened(raw, sheet, heading)
        row = Row(sheet.file, sheet.name, raw.line, heading, tuple(texts))
        found = list(_faults(raw, texts, sheet, heading))
        faults += found
        (broken if found else rows).append(row)
    return Table(tuple(rows), tuple(broken))


def _evened(raw: RawRow, sheet: Sheet, heading: Heading) -> list[str]:
    """As many cells as the heading has: spreadsheets leave out empty ones at the end, or write some more."""
    texts, width = raw.texts, heading.width
    while len(texts) > width and not cleaned(texts[-1]):
        texts = texts[:-1]
    return texts + [""] * (width - len(texts)) if sheet.even else texts


def _faults(raw: RawRow, texts: list[str], sheet: Sheet, heading: Heading) -> Iterator[Fault]:
    file, line, width = sheet.file, raw.line, heading.width
    for place, what in raw.troubles.items():
        if (name := heading.written.get(place)) is not None:
            yield Fault(file, line, place + 1, name, what, raw.texts[place], sheet.name)
    long = next((place for place, text in enumerate(texts) if len(text) > CELL_CHARACTERS_MAX), None)
    if long is not None:
        what = f"{len(texts[long]):,} characters in one cell; is a quotation mark missing?"
        yield Fault(file, line, long + 1, None, what, sheet=sheet.name)
    elif len(texts) != width:
        yield Fault(file, line, None, None, f"{len(texts)} cells, where the heading has {width}", sheet=sheet.name)
    else:
        for place in heading.nameless:
            if cleaned(texts[place]):
                what = "something stands here, and its column has no heading"
                yield Fault(file, line, place + 1, None, what, texts[place], sheet.name)
