"""The [rules] table: every bound can be set, and only judging rules have another verdict."""

from dataclasses import fields
from typing import Any

import pytest
from small_package import SmallPackage

from counting.bounds import Bounds
from counting.vocabulary import TallyRule, Verdict
from tallywire.package import read_package


def test_what_is_not_set_has_its_default(small: SmallPackage) -> None:
    assert read_package(small.folder).election.bounds == Bounds(version="small.1")


def _other(value: object) -> object:
    if isinstance(value, bool):
        return not value
    assert isinstance(value, int | float)
    return value + 1 if isinstance(value, int) else value / 2


def test_every_bound_can_be_set(small: SmallPackage) -> None:
    defaults = {field.name: field.default for field in fields(Bounds) if field.name not in ("version", "verdicts")}
    changed: dict[str, Any] = {name: _other(value) for name, value in defaults.items()}
    lines = [f"{name} = {str(value).lower()}" for name, value in changed.items()]
    small.change("election.toml", 'version = "small.1"', "\n".join(['version = "small.1"', *lines]))
    assert read_package(small.folder).election.bounds == Bounds(version="small.1", **changed)


def test_verdicts_are_changed_and_switched_off(small: SmallPackage) -> None:
    small.add("election.toml", '[rules.verdicts]\nNOT_ASSIGNED = "FLAG"\nTOO_EARLY = "OFF"')
    assert read_package(small.folder).election.bounds.verdicts == {
        TallyRule.NOT_ASSIGNED: Verdict.FLAG,
        TallyRule.TOO_EARLY: None,
    }


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("number_max = -1", 'election.toml:12 (key "rules.number_max"): must be from 0 to 2147483647'),
        ("number_max = 1.5", 'election.toml:12 (key "rules.number_max"): must be a whole number'),
        ("number_max = true", 'election.toml:12 (key "rules.number_max"): must be a whole number'),
        ("offices_apart_share = 1.01", 'election.toml:12 (key "rules.offices_apart_share"): is a share: '),
        ("range_spread = nan", 'election.toml:12 (key "rules.range_spread"): must be a number, 0 or more'),
        ("range_spread = true", 'election.toml:12 (key "rules.range_spread"): must be a number, 0 or more'),
        ("third_report_decides = 1", 'election.toml:12 (key "rules.third_report_decides"): must be true or false'),
        ("turnout_max = 1", 'election.toml:12 (key "rules.turnout_max"): unknown key; known: count_seconds'),
        (
            'verdicts.ALL_ZERO = "WARN"',
            'election.toml:12 (key "rules.verdicts.ALL_ZERO"): "WARN" is not one of REJECT, ',
        ),
        ('verdicts.ALL_ONE = "HOLD"', 'election.toml:12 (key "rules.verdicts.ALL_ONE"): unknown rule; rules with '),
        (
            'verdicts.NEGATIVE_NUMBER = "FLAG"',
            'election.toml:12 (key "rules.verdicts.NEGATIVE_NUMBER"): this rule is the same in every election; ',
        ),
        ('verdicts.STALE_REVISION = "OFF"', 'election.toml:12 (key "rules.verdicts.STALE_REVISION"): this rule is the'),
    ],
)
def test_a_wrong_bound_is_named_with_its_line(small: SmallPackage, line: str, fault: str) -> None:
    small.add("election.toml", line)
    (found,) = small.faults()
    assert found.startswith(fault)


@pytest.mark.parametrize(("old", "line"), [('version = "small.1"', ":10"), ('[rules]\nversion = "small.1"', "")])
def test_the_rules_have_a_version(small: SmallPackage, old: str, line: str) -> None:
    small.change("election.toml", old, "[rules]" if not line else "")
    (fault,) = small.faults()
    assert fault.startswith("election.toml")
    assert '(key "rules.version"): is missing' in fault
