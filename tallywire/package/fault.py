"""What is wrong in an election package, and where."""

from collections.abc import Iterable
from dataclasses import dataclass
from string import ascii_uppercase

FAULTS_PRINTED_MAX = 20  # a terminal's worth; the exception itself holds all of them


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. It prints as `stations.csv:17:3 (column "area"): no area "1099xx" in areas.csv`.

    In a workbook, whose cells have letters, as `election.xlsx, sheet "stations", cell C17 (column "area"): …`.

    `line` counts physical lines and `column` cells, both from 1; None where the fault is about more than that.
    `name` is the column's heading, or in election.toml the key. `value` is the text that was found.
    """

    file: str
    line: int | None
    column: int | None
    name: str | None
    what: str
    value: str | None = None
    sheet: str | None = None

    def __str__(self) -> str:
        if self.name is None:
            return f"{self._place}: {self.what}"
        kind = "key" if self.column is None and self.file.endswith(".toml") else "column"
        return f'{self._place} ({kind} "{self.name}"): {self.what}'

    @property
    def _place(self) -> str:
        if self.sheet is None:
            return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        place = f'{self.file}, sheet "{self.sheet}"'
        if self.line is None:
            return place if self.column is None else f"{place}, column {letters(self.column)}"
        return (
            f"{place}, row {self.line}" if self.column is None else f"{place}, cell {letters(self.column)}{self.line}"
        )


class PackageFaults(Exception):  # noqa: N818 - it holds many, and is named for them
    """The package cannot be loaded. `faults` holds everything that was found, by file, line and column."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=_place))
        super().__init__(self.faults)

    def __str__(self) -> str:
        lines = [str(fault) for fault in self.faults[:FAULTS_PRINTED_MAX]]
        left = len(self.faults) - len(lines)
        return "\n".join([*lines, f"… and {left} more"] if left else lines)


def letters(column: int) -> str:
    """A column as spreadsheets name it: 1 is A, 27 is AA."""
    name = ""
    while column:
        column, place = divmod(column - 1, len(ascii_uppercase))
        name = ascii_uppercase[place] + name
    return name


def _place(fault: Fault) -> tuple[str, str, int, int]:
    return fault.file, fault.sheet or "", fault.line or 0, fault.column or 0
