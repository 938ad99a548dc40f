"""The house style that no linter knows: modules of one purpose, short enough to read."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("counting", "db", "feed", "gql", "ledger", "tallywire", "bench", "docs_site", "tests")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LINES_MAX = 400
FORBIDDEN = {"utils", "common", "base", "manager", "helpers", "misc"}


def test_there_are_modules_to_look_at() -> None:
    assert len(MODULES) > 100


def test_no_module_is_longer_than_one_can_read_at_once() -> None:
    # What Alembic wrote once stays as it is, and what ariadne-codegen writes is not read.
    long = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in MODULES
        if not {"versions", "generated"} & set(path.parts)
    }
    assert {name: lines for name, lines in long.items() if lines > LINES_MAX} == {}


def test_no_two_files_of_tests_share_a_name() -> None:
    # Where folders of tests are no packages, pytest refuses the second of two that are called alike.
    names = [path.name for path in MODULES if path.name.startswith("test_")]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


def test_no_module_is_named_after_nothing() -> None:
    assert [str(path) for path in MODULES if path.stem in FORBIDDEN] == []


@pytest.mark.parametrize(
    "path", [path for path in MODULES if not {"tests", "generated"} & set(path.parts) and path.stat().st_size]
)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    first = path.read_text().lstrip()
    assert first.startswith(('"""', "#!")), f"{path} has no docstring"
