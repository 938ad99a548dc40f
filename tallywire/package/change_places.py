"""Where in the package's files a change stands that comes too late, and in what words it is told."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from db.definition_changes import ORDER, DefinitionChange
from tallywire.package import area_rows, contest_rows, manifest, station_rows
from tallywire.package.fault import Fault
from tallywire.package.table import Row, read_table


@dataclass(frozen=True, slots=True)
class _File:
    """`key`: the columns whose codes name a row; `what` such a row is."""

    name: str
    what: str
    columns: tuple[str, ...]
    optional: tuple[str, ...]
    key: tuple[str, ...] = ("code",)

    def key_of(self, row: Row) -> tuple[str, ...]:
        return tuple(row[name].text for name in self.key)


OFFICIAL = "official.csv"
FILES = {
    "area": _File("areas.csv", "area", area_rows.COLUMNS, area_rows.OPTIONAL),
    "contest": _File("contests.csv", "contest", contest_rows.COLUMNS, contest_rows.OPTIONAL),
    "candidate": _File(
        *("candidates.csv", "candidate", contest_rows.CANDIDATE_COLUMNS, contest_rows.CANDIDATE_OPTIONAL),
        key=("contest", "ballot_number"),
    ),
    "station": _File(station_rows.FILE, "station", station_rows.COLUMNS, station_rows.OPTIONAL),
    "station_contest": _File(
        *(station_rows.REGISTERS_FILE, "register", station_rows.REGISTER_COLUMNS, ()), key=("station", "contest")
    ),
}


def changes_told(folder: Path, changes: Iterable[DefinitionChange]) -> list[Fault]:
    """Each change with its file, line and column, in the order of the changes; the package reads well."""
    by_table: dict[str, list[DefinitionChange]] = {}
    for change in changes:
        by_table.setdefault(change.table, []).append(change)
    return [told for table, some in by_table.items() for told in _told(folder, table, some)]


def counted_by_file(told: Iterable[Fault]) -> str:
    """`candidates.csv 1, registers.csv 2`."""
    return ", ".join(f"{file} {count:,}" for file, count in Counter(one.file for one in told).items())


def _told(folder: Path, table: str, changes: list[DefinitionChange]) -> Iterator[Fault]:
    if table == "election":
        for change in changes:
            name = str(change.column).replace("help_", "help_contact_")
            yield Fault(manifest.FILE, None, None, name, _was(change))
    elif table == "official_figure":
        yield Fault(OFFICIAL, None, None, None, "other figures; official results are brought with import --official")
    else:
        yield from _of_rows(FILES[table], folder, changes)


def _of_rows(file: _File, folder: Path, changes: list[DefinitionChange]) -> Iterator[Fault]:
    table = read_table(folder / file.name, file.columns, [], file.optional)
    rows = {} if table is None else {"/".join(file.key_of(row)): row for row in table.rows}
    changed_in = Counter(change.key for change in changes)
    for change in changes:
        row = rows.get("/".join(change.key))
        name = f'{file.what} "{" / ".join(change.key)}"'
        if row is None:
            what = f"the {name} is gone" if change.column is None else f"of the {name} {change.column} {_was(change)}"
            yield Fault(file.name, None, None, None, what)
        elif change.column is None:
            yield Fault(row.file, row.line, None, None, f"the {name} is new", sheet=row.sheet)
        elif change.column == ORDER:
            yield Fault(row.file, row.line, None, None, f"from the {name} on, lines stand in another order")
        else:
            cell = row[change.column.removesuffix("_id")]
            # A cell that is left empty follows from another one, which is told.
            if cell.text or changed_in[change.key] == 1 or change.brought is None:
                yield cell.fault(_was(change))


def _was(change: DefinitionChange) -> str:
    return f"was {_written(change.stood)}, and is {_written(change.brought)} here"


def _written(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    return f'"{value}"' if isinstance(value, str) else str(value)
