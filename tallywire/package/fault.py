"""What is wrong in an election package, and where."""

from collections.abc import Iterable
from dataclasses import dataclass

FAULTS_PRINTED_MAX = 20  # a terminal's worth; the exception itself holds all of them


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. It prints as `stations.csv:17:3 (column "area"): no area "1099xx" in areas.csv`.

    `line` counts physical lines and `column` cells, both from 1; None where the fault is about more than that.
    `name` is the column's heading, or in election.toml the key. `value` is the text that was found.
    """

    file: str
    line: int | None
    column: int | None
    name: str | None
    what: str
    value: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        if self.name is None:
            return f"{place}: {self.what}"
        kind = "key" if self.column is None else "column"
        return f'{place} ({kind} "{self.name}"): {self.what}'


class PackageFaults(Exception):  # noqa: N818 - it holds many, and is named for them
    """The package cannot be loaded. `faults` holds everything that was found, by file, line and column."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=_place))
        super().__init__(self.faults)

    def __str__(self) -> str:
        lines = [str(fault) for fault in self.faults[:FAULTS_PRINTED_MAX]]
        left = len(self.faults) - len(lines)
        return "\n".join([*lines, f"… and {left} more"] if left else lines)


def _place(fault: Fault) -> tuple[str, int, int]:
    return fault.file, fault.line or 0, fault.column or 0
