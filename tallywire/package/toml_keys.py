"""One table of a TOML file, whose faults name the line of their key."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from tallywire.package.fault import Fault

Value = TypeVar("Value")


class TomlKeys:
    """`way` leads from the file's top to this table; `values` is what stands in it."""

    def __init__(
        self, file: str, text: str, values: Mapping[str, Any], way: tuple[str, ...], faults: list[Fault]
    ) -> None:
        self.values = values
        self._file = file
        self._text = text
        self._way = way
        self._faults = faults

    def fault(self, key: str, what: str, value: str | None = None) -> None:
        way = (*self._way, key)
        self._faults.append(Fault(self._file, line_of(self._text, way), None, ".".join(way), what, value))

    def check_known(self, known: frozenset[str]) -> None:
        for key in self.values:
            if key not in known:
                self.fault(key, f"unknown key; known: {', '.join(sorted(known))}")

    def inside(self, key: str) -> "TomlKeys":
        """The table under a key; empty, with a fault, where something else stands there."""
        values = self.values.get(key, {})
        if not isinstance(values, dict):
            self.fault(key, "must be a table", str(values))
            values = {}
        return TomlKeys(self._file, self._text, values, (*self._way, key), self._faults)

    def optional(self, key: str, kind: type[Value], rule: str) -> Value | None:
        value = self.values.get(key)
        # In Python True is an int; in the file it is not.
        if value is None or (isinstance(value, kind) and (kind is bool or not isinstance(value, bool))):
            return value
        self.fault(key, f"must be {rule}", str(value))
        return None

    def required(self, key: str, kind: type[Value], rule: str) -> Value | None:
        if key not in self.values:
            self.fault(key, f"is missing: must be {rule}")
        return self.optional(key, kind, rule)


def parse_toml(path: Path, name: str, faults: list[Fault]) -> TomlKeys | None:
    """The top of a file that faults call `name`; None, with a fault, where it cannot be read."""
    if not path.is_file():
        faults.append(Fault(name, None, None, None, "the file is missing"))
        return None
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        faults.append(
            Fault(name, line, None, None, f"not UTF-8: byte 0x{data[error.start]:02x}; save the file as UTF-8")
        )
        return None
    try:
        # Some editors write Windows line ends, which TOML takes; a lone carriage return it does not.
        return TomlKeys(name, text, tomllib.loads(text), (), faults)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line_number = int(at[1]) if at else text.count("\n") + 1
        what = re.sub(r" \(at .*\)", "", str(error))
        faults.append(Fault(name, line_number, None, None, f"not readable as TOML: {what}"))
        return None


def line_of(text: str, way: tuple[str, ...]) -> int | None:
    """The line that sets a key, else of the table around it; None where neither stands in the file."""
    table: tuple[str, ...] = ()
    best: tuple[int, int] | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        heading = re.match(r"\s*\[([^\[\]]+)\]", line)
        setting = re.match(r"\s*([A-Za-z0-9_.\"' -]+?)\s*=", line)
        if heading:
            table = here = _parts(heading[1])
        elif setting:
            here = (*table, *_parts(setting[1]))
        else:
            continue
        if way[: len(here)] == here and (best is None or len(here) > best[0]):
            best = (len(here), number)
    return best[1] if best else None


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
