"""The [rules] table of election.toml, or of a file of its own: the bounds that this election's rules compare with."""

import math
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from counting.bounds import Bounds
from counting.rules.table import JUDGING_RULES
from counting.vocabulary import TallyRule, Verdict
from tallywire.package.cell import NUMBER_MAX
from tallywire.package.fault import Fault, PackageFaults
from tallywire.package.toml_keys import TomlKeys, parse_toml

OFF = "OFF"
NAMED = frozenset({"version", "verdicts"})
CHANGEABLE = tuple(row.rule for row in JUDGING_RULES if row.can_be_changed)


def read_bounds(keys: TomlKeys) -> Bounds:
    """Bounds of the keys that are set, and the defaults of the others; `version` must be set."""
    defaults = {field.name: field.default for field in fields(Bounds) if field.name not in NAMED}
    keys.check_known(frozenset(defaults) | NAMED)
    version = keys.required("version", str, 'a text in quotes, as "bkk-2022.1"')
    if version is not None and not version.strip():
        keys.fault("version", "must not be empty", version)
    values: dict[str, Any] = {"version": version or "", "verdicts": _verdicts(keys.inside("verdicts"))}
    for name, default in defaults.items():
        assert default is not MISSING, name
        value = _value(keys, name, default)
        if value is not None:
            values[name] = value
    return Bounds(**values)


def read_bounds_file(path: Path) -> Bounds:
    """Bounds of a file of their own: an election.toml, or its table of rules alone. Raises PackageFaults."""
    faults: list[Fault] = []
    keys = parse_toml(path, path.name, faults)
    bounds = None
    if keys is not None:
        bounds = read_bounds(keys.inside("rules") if "rules" in keys.values else keys)
    if bounds is None or faults:
        raise PackageFaults(faults)
    return bounds


def _value(keys: TomlKeys, name: str, default: object) -> bool | int | float | None:
    if isinstance(default, bool):
        return keys.optional(name, bool, "true or false")
    if isinstance(default, int):
        number = keys.optional(name, int, "a whole number")
        if number is not None and not 0 <= number <= NUMBER_MAX:
            keys.fault(name, f"must be from 0 to {NUMBER_MAX}", str(number))
        return number
    return _fraction(keys, name)


def _fraction(keys: TomlKeys, name: str) -> float | None:
    value = keys.values.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        keys.fault(name, "must be a number, 0 or more", str(value))
        return None
    if name.endswith("_share") and value > 1:
        keys.fault(name, "is a share: must be from 0 to 1", str(value))
    return float(value)


def _verdicts(keys: TomlKeys) -> dict[TallyRule, Verdict | None]:
    verdicts: dict[TallyRule, Verdict | None] = {}
    for name, word in keys.values.items():
        if name not in CHANGEABLE:
            known = "this rule is the same in every election" if name in TallyRule.__members__ else "unknown rule"
            keys.fault(name, f"{known}; rules with a verdict of their own: {', '.join(CHANGEABLE)}", str(word))
        elif word == OFF:
            verdicts[TallyRule(name)] = None
        elif word in list(Verdict):
            verdicts[TallyRule(name)] = Verdict(word)
        else:
            keys.fault(name, f'"{word}" is not one of {", ".join(Verdict)}, {OFF}', str(word))
    return verdicts
