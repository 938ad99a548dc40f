"""Cells of a sheet that read as empty though something stands there: merged ones, formulas never computed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO
from xml.etree.ElementTree import Element, iterparse

from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from tallywire.package.fault import letters

CHUNK_BYTES = 1 << 20
# A name may be cut in two between chunks.
OVERLAP_BYTES = 64
# No table has so many; a title may be merged over all sixteen thousand that a sheet has.
COLUMNS_MAX = 100
ROWS_MAX = 1_048_576
TRAP = re.compile(rb"<(?:\w+:)?(?:f|mergeCell)[\s/>]")
UNCOMPUTED = "holds a formula that was never computed; open the file in a spreadsheet program, and save it there"

Merged = tuple[int, int, int, int]


@dataclass(slots=True)
class Traps:
    """`formulas`: columns without a value, by row, both from 1. `merged`: first column and row, last column and row."""

    formulas: dict[int, list[int]] = field(default_factory=dict)
    merged: list[Merged] = field(default_factory=list)
    _open: list[tuple[Merged, bool]] = field(default_factory=list)

    def of(self, line: int, texts: Sequence[str]) -> dict[int, str]:
        """What is the matter with the cells of one row, by place from 0; rows are asked for from the top, each once."""
        found = {column - 1: UNCOMPUTED for column in self.formulas.pop(line, ())}
        while self.merged and self.merged[-1][1] <= line:
            left, top, _, _ = one = self.merged.pop()
            self._open.append((one, top == line and left <= len(texts) and bool(texts[left - 1].strip())))
        self._open = [(one, filled) for one, filled in self._open if one[3] >= line]
        for (left, top, right, _), filled in self._open:
            for column in range(left, min(right, COLUMNS_MAX) + 1) if filled else ():
                if (line, column) != (top, left):
                    found[column - 1] = f"is merged with {letters(left)}{top}: take the cells apart, and fill each"
        return found


def find_traps(first: IO[bytes], second: IO[bytes]) -> Traps:
    """Of a sheet's XML, given twice: most sheets hold neither, and are not parsed. Raises SyntaxError."""
    with first, second:
        return _parsed(second) if _has_any(first) else Traps()


def _has_any(source: IO[bytes]) -> bool:
    before = b""
    while chunk := source.read(CHUNK_BYTES):
        if TRAP.search(before + chunk):
            return True
        before = chunk[-OVERLAP_BYTES:]
    return False


def _parsed(source: IO[bytes]) -> Traps:
    traps = Traps()
    for _, element in iterparse(source):
        match element.tag.rpartition("}")[2]:
            case "c":
                if _uncomputed(element):
                    row, column = coordinate_to_tuple(element.get("r", "A1"))
                    traps.formulas.setdefault(row, []).append(column)
            case "mergeCell":
                left, top, right, bottom = range_boundaries(element.get("ref", "A1"))
                traps.merged.append((left or 1, top or 1, right or COLUMNS_MAX, bottom or ROWS_MAX))
            case "row":
                element.clear()
    # The next one last, as rows come from the top.
    traps.merged.sort(key=lambda one: -one[1])
    return traps


def _uncomputed(cell: Element) -> bool:
    """A formula that came to an empty text is one, and says so by its type."""
    parts = {part.tag.rpartition("}")[2]: part.text for part in cell}
    return "f" in parts and not parts.get("v") and cell.get("t") != "str"
