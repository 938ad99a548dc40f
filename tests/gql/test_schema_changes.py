"""`python -m gql.schema.changes`, as `make check` runs it: what it lets through and what it refuses."""

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from graphql import build_schema

from gql.schema import changes

TODAY = date(2027, 6, 1)
RELEASED = "enum E { A B } type Query { old(way: Int): Int @deprecated(reason: %s) other(e: E, b: Int): E }"
USED = '"Use `other`. Until 2027-05-31."'


def refused(before: str, after: str) -> list[str]:
    return changes.complaints(build_schema(before), build_schema(after), TODAY)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ("type Query { kept: Int }", "Field Query.other was removed."),
        ("enum E { A } type Query { other(e: E, b: Int): E }", "E.B"),
        ("enum E { A B } type Query { other(e: E): E }", "Query.other(b:)"),
        ("enum E { A B } type Query { other(e: E!, b: Int): E }", "Query.other(e:)"),
        ("enum E { A B } type Query { other(e: E, b: Int): Int }", "Query.other"),
        ("enum E { A B } type Query { other(e: E, b: Int, c: Int!): E }", "Query.other(c:)"),
    ],
)
def test_what_breaks_a_document_that_worked_is_refused(after: str, said: str) -> None:
    before = "enum E { A B } type Query { other(e: E, b: Int): E }"
    found = refused(before, after)
    assert [line for line in found if said in line], found


def test_what_is_added_is_let_through() -> None:
    before = "type Query { a: Int }"
    assert refused(before, "enum E { A } type Query { a(more: Int = 1): Int b: E }") == []


def test_what_was_deprecated_goes_only_after_its_day() -> None:
    after = "enum E { A B } type Query { other(e: E, b: Int): E }"
    assert refused(RELEASED % USED, after) == []
    later = RELEASED % '"Use `other`. Until 2027-06-01."'
    assert [line for line in refused(later, after) if "Query.old" in line]


@pytest.mark.parametrize(
    "reason", ['"Use `other`."', '"Until 31 May."', '"Until 2027-02-30."', '"No longer supported"']
)
def test_a_deprecation_without_its_date_is_refused(reason: str) -> None:
    schema = RELEASED % reason
    assert refused(schema, schema) == [
        'Query.old is deprecated without its date: end the reason with "Until YYYY-MM-DD."'
    ]
    assert refused(RELEASED % USED, RELEASED % USED) == []


def test_arguments_inputs_and_enum_values_are_held_to_it_too() -> None:
    odd = """input I { x: Int @deprecated(reason: "x") } enum E { A B @deprecated(reason: "b") }
    type Query { f(i: I, a: Int @deprecated(reason: "a")): E }"""
    assert {line.split(" is ")[0] for line in refused(odd, odd)} == {"I.x", "E.B", "Query.f(a:)"}


def test_the_check_ends_with_1_and_names_what_broke(checkout: Path, tmp_path: Path) -> None:
    """The command itself, beside a schema from which a field was taken."""
    module = tmp_path / "changes.py"
    shutil.copy(checkout / "gql" / "schema" / "changes.py", module)
    served = (checkout / "gql" / "schema" / "schema.graphql").read_text("utf-8")
    (tmp_path / "released.graphql").write_text(served, "utf-8")
    (tmp_path / "schema.graphql").write_text(served.replace("  margin: Int\n", "", 1), "utf-8")
    ran = subprocess.run([sys.executable, str(module)], capture_output=True, text=True, check=False)
    assert ran.returncode == 1 and ran.stderr == "refused: Field Result.margin was removed.\n"


def test_today_nothing_that_was_released_is_broken() -> None:
    assert changes.main([]) == 0
