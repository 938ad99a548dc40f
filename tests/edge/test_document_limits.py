"""Each limit on a document: at it, one over it, and off; whatever way the document comes."""

from collections.abc import Callable
from typing import Any

import pytest
from graphql import parse

from gql.edge import Edge
from gql.limits import (
    ALIASES_MAX,
    BREADTH_MAX,
    DEPTH_MAX,
    DIRECTIVES_MAX,
    DOCUMENT_MAX,
    FIELDS_MAX,
    OPERATIONS_MAX,
    REPEATS_MAX,
    TOKENS_MAX,
    Limit,
    Limits,
    UnknownLimitError,
)
from gql.measure import measure
from gql.schema.build import Schema, build_schema

# What is not being tried stands in nobody's way.
OTHERS = (DEPTH_MAX, BREADTH_MAX, FIELDS_MAX, ALIASES_MAX, REPEATS_MAX, DIRECTIVES_MAX, TOKENS_MAX, OPERATIONS_MAX)


def _deep(number: int) -> str:
    return '{ area(id: "x") ' + "{ parent " * (number - 2) + "{ id" + " }" * number


def _wide(number: int) -> str:
    return '{ area(id: "x") { ' + " ".join(["id"] * number) + " } }"


def _many(number: int) -> str:
    """By fragments that spread fragments: more fields than it has words."""
    inner, rest = divmod(number - 1, 10)
    fragment = "fragment F on Area { " + " ".join(f"a{place}: id" for place in range(10)) + " }"
    own = " ".join(f"b{place}: id" for place in range(rest))
    return '{ area(id: "x") { ' + own + " ...F" * inner + " } } " + fragment


def _aliased(number: int) -> str:
    return "{ " + " ".join(f"a{place}: __typename" for place in range(number)) + " }"


def _repeated(number: int) -> str:
    return "{ " + "__typename " * (number + 1) + "}"


def _directed(number: int) -> str:
    # GraphQL itself takes each directive once at a place.
    return "{ " + " ".join(f"a{place}: __typename @skip(if: false)" for place in range(number)) + " }"


def _several(number: int) -> str:
    return " ".join(f"query Q{place} {{ __typename }}" for place in range(number))


def _long(number: int) -> str:
    text = "{ __typename }"
    return text + "#" * (number - len(text))


def _worded(number: int) -> str:
    return "{ " + "__typename " * (number - 2) + "}"


DOCUMENTS: list[tuple[Limit, Callable[[int], str]]] = [
    (DEPTH_MAX, _deep),
    (BREADTH_MAX, _wide),
    (FIELDS_MAX, _many),
    (ALIASES_MAX, _aliased),
    (REPEATS_MAX, _repeated),
    (DIRECTIVES_MAX, _directed),
    (OPERATIONS_MAX, _several),
    (DOCUMENT_MAX, _long),
    (TOKENS_MAX, _worded),
]
NAMES = [limit.name for limit, _ in DOCUMENTS]


def _schema(limit: Limit, **more: int | None) -> Schema:
    """One that holds to this limit alone."""
    others: dict[str, int | None] = {other.name: None for other in OTHERS if other is not limit}
    return build_schema(Edge(limits=Limits({**others, **more})))


async def _refusal(schema: Schema, document: str) -> dict[str, Any] | None:
    """What the limit says; None where the document got past it."""
    result = await schema.execute(document, operation_name="Q0" if "Q0" in document else None)
    for error in result.errors or ():
        told = error.extensions or {}
        if told.get("code") == "LIMIT_EXCEEDED":
            assert told["messages"]["EN"] == error.message and str(told["most"]) in told["messages"]["TH"].replace(
                ",", ""
            )
            return told
        if "token" in error.message.lower():
            return {"limit": TOKENS_MAX.name, "most": TOKENS_MAX.default}
    return None


@pytest.mark.parametrize(("limit", "document"), DOCUMENTS, ids=NAMES)
async def test_a_document_at_the_limit_is_taken_and_one_over_it_is_told_which_and_by_how_much(
    limit: Limit, document: Callable[[int], str]
) -> None:
    schema = _schema(limit)
    assert await _refusal(schema, document(limit.default)) is None
    told = await _refusal(schema, document(limit.default + 1))
    assert told is not None and (told["limit"], told["most"]) == (limit.name, limit.default)
    assert told.get("found", limit.default + 1) == limit.default + 1


@pytest.mark.parametrize(("limit", "document"), DOCUMENTS, ids=NAMES)
async def test_a_limit_that_is_turned_off_stops_nothing(limit: Limit, document: Callable[[int], str]) -> None:
    assert await _refusal(_schema(limit, **{limit.name: None}), document(limit.default + 1)) is None


@pytest.mark.parametrize(("limit", "document"), DOCUMENTS[:8], ids=NAMES[:8])
async def test_a_limit_can_be_set_lower(limit: Limit, document: Callable[[int], str]) -> None:
    lower = max(limit.default // 2, 16 if limit is DOCUMENT_MAX else 3)
    schema = _schema(limit, **{limit.name: lower})
    assert await _refusal(schema, document(lower)) is None
    assert await _refusal(schema, document(lower + 1)) is not None


def test_no_limit_of_another_name_can_be_set() -> None:
    for name in ("depth", "page_max"):
        with pytest.raises(UnknownLimitError):
            Limits({name: 1})


HARMLESS = "query { __typename }"


@pytest.mark.parametrize(
    "document",
    [
        "query { ...F0 } "
        + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))
        + " fragment F60 on Query { __typename }",
        '{ area(id: "x") { ...A } } fragment A on Area { parent { ...A } }',
        "{ ...Nobody }",
        "fragment Alone on Area { id }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    ],
    ids=["doubled 60 times", "cyclic", "not there", "alone", "cyclic in two"],
)
async def test_fragments_that_spread_without_end_are_refused_at_once(document: str) -> None:
    """Strawberry's own limiters never come back from the first, and raise a KeyError on the third."""
    result = await build_schema().execute(document + (" " + HARMLESS if "fragment Alone" in document else ""))
    assert result.errors and result.errors[0].extensions
    assert result.errors[0].extensions["code"] in ("LIMIT_EXCEEDED", "GRAPHQL_VALIDATION_FAILED")


def test_a_document_is_measured_with_its_fragments_written_out() -> None:
    size = measure(
        parse(
            """query Q($a: Boolean!) @x { one: area(id: "1") { ...F name }
            two: area(id: "2") { ...F @skip(if: $a) id } }
            fragment F on Area { id parent { id deeper: parent { id } } }"""
        )
    )
    assert (size.operations, size.depth, size.breadth) == (1, 4, 3)
    assert (size.fields, size.aliases, size.repeats, size.directives) == (14, 4, 1, 2)


async def test_what_was_refused_once_is_refused_from_memory_and_what_is_remembered_is_bounded() -> None:
    schema = _schema(DEPTH_MAX)
    for number in range(600):
        await schema.execute(f"{{ a{number}: __typename }}")
        await schema.execute(f"{{ a{number}: nothing }}")
    assert len(schema.guard._sound) == 512 and len(schema.guard._faulty) == 64
    assert len(schema.guard._costs._known) <= 2_048
    assert await _refusal(schema, _deep(DEPTH_MAX.default + 1)) == await _refusal(schema, _deep(DEPTH_MAX.default + 1))
