"""One table of a TOML file, whose faults name the line of their key."""

import re
from collections.abc import Mapping
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
