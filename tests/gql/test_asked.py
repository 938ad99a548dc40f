"""Subscriptions that ask the same are known as equal, wherever each of them continues; and nothing piles up."""

import asyncio
from typing import Any

import pytest

from feed.position import Position
from gql.asked import REMEMBERED_CHARACTERS_MAX, Asked, Reading
from gql.schema.build import build_schema

SCHEMA = build_schema()
ONE, OTHER = Position("e1", 5), Position("e1", 77)
BODY = "{ resultUpdates(electionId: $e, after: $after) { kind } }"
VARIABLE = f"subscription Live($e: ID!, $after: Cursor) {BODY}"
REQUIRED = f"subscription Live($e: ID!, $after: Cursor!) {BODY}"
SPREAD = "subscription Live($e: ID!, $after: Cursor) { ...R } fragment R on Subscription " + BODY


def _literal(position: Position) -> str:
    return VARIABLE.replace("$after)", f'"{position.encode()}")').replace(", $after: Cursor", "")


def _default(position: Position) -> str:
    return VARIABLE.replace("$after: Cursor", f'$after: Cursor = "{position.encode()}"')


def _read(reading: Reading, query: str, name: str | None = None, **variables: Any) -> Asked | None:
    return asyncio.run(reading.read(query, {"e": "small", **variables}, name))


def _known(reading: Reading, query: str, name: str | None = None, **variables: Any) -> Asked:
    asked = _read(reading, query, name, **variables)
    assert asked is not None
    return asked


@pytest.mark.parametrize("query", [VARIABLE, REQUIRED, SPREAD])
def test_readers_at_different_positions_ask_the_same(query: str) -> None:
    reading = Reading(SCHEMA)
    asked = [_known(reading, query, after=position.encode()) for position in (ONE, OTHER, ONE)]
    assert [one.after for one in asked] == [ONE, OTHER, ONE]
    assert len({one.key for one in asked}) == 1
    # What one of them sent is kept, so that a position that must be sent is there where the operation runs.
    assert asked[0].variables == {"e": "small", "after": ONE.encode()}


@pytest.mark.parametrize("write", [_literal, _default])
def test_a_position_that_stands_in_the_document_makes_no_difference(write: Any) -> None:
    reading = Reading(SCHEMA)
    asked = [_known(reading, write(position)) for position in (ONE, OTHER)]
    assert [one.after for one in asked] == [ONE, OTHER]
    assert len({one.key for one in asked}) == 1


def test_white_space_and_variables_that_nobody_declared_make_no_difference() -> None:
    reading = Reading(SCHEMA)
    spaced = VARIABLE.replace("{ kind }", "{\n  kind # what it is\n}")
    keys = {_known(reading, VARIABLE).key, _known(reading, spaced).key, _known(reading, VARIABLE, other=1).key}
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("other", "variables"),
    [
        (VARIABLE.replace("kind", "cursor"), {}),
        (VARIABLE.replace("{ kind }", "{ x: kind }"), {}),
        (VARIABLE, {"e": "other"}),
        (VARIABLE.replace("Live", "Other"), {}),
        (VARIABLE.replace("after: $after", 'after: $after, areaIds: ["a"]'), {}),
    ],
)
def test_what_asks_something_else_is_another(other: str, variables: dict[str, Any]) -> None:
    reading = Reading(SCHEMA)
    assert _known(reading, VARIABLE).key != _known(reading, other, **variables).key


def test_a_variable_that_is_used_elsewhere_too_is_part_of_the_question() -> None:
    reading = Reading(SCHEMA)
    query = VARIABLE.replace("$after: Cursor", "$after: Cursor, $c: ID").replace(
        "{ kind }", "{ results { contest { result(areaId: $c) { status } } } }"
    )
    one, other = (_known(reading, query, c=area) for area in ("small/a", "small/b"))
    assert one.key != other.key


def test_of_several_operations_the_one_that_is_named_is_asked() -> None:
    reading = Reading(SCHEMA)
    query = (
        VARIABLE
        + " subscription Second($e: ID!) { electionChanged(electionId: $e) { phase } } query Q { elections { id } }"
    )
    assert _known(reading, query, "Live", after=ONE.encode()).field == "resultUpdates"
    assert _known(reading, query, "Second").field == "electionChanged"
    assert _read(reading, query) is None and _read(reading, query, "Q") is None


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (VARIABLE, {"after": "nonsense"}),
        (VARIABLE, {"after": 5}),
        (VARIABLE, {"after": ["x"]}),
        (REQUIRED, {}),
        (REQUIRED, {"after": None}),
        (VARIABLE, {"e": None}),
        (VARIABLE.replace("kind", "nothing"), {}),
        (VARIABLE.replace(BODY, "{ a: electionChanged(electionId: $e) { id } " + BODY[1:]), {}),
    ],
)
def test_what_cannot_be_asked_is_left_to_strawberry(query: str, variables: dict[str, Any]) -> None:
    reading = Reading(SCHEMA)
    # Whatever it was asked before.
    _read(reading, query, after=ONE.encode())
    assert _read(reading, query, **variables) is None


def test_a_position_sent_as_null_begins_at_the_beginning() -> None:
    reading = Reading(SCHEMA)
    assert _known(reading, _default(ONE)).after == ONE
    assert _known(reading, _default(ONE), after=None).after is None
    assert _known(reading, _default(ONE), after=OTHER.encode()).after == OTHER


def test_what_is_long_is_not_remembered() -> None:
    reading = Reading(SCHEMA)
    long = "x" * REMEMBERED_CHARACTERS_MAX
    for number in range(3):
        _known(reading, VARIABLE, padding=f"{long}{number}")
        _read(reading, f"{long}{number}")
    assert (len(reading._asked), len(reading._documents)) == (0, 1)
