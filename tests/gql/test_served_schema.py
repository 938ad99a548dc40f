"""The served schema holds the contract, less what is still to come; and the committed SDL is the served one."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    build_schema,
)

from gql import access
from gql.access import UnmarkedFieldError, check_marks
from gql.schema import build
from tests.conftest import Night

# What the ledger needs. Each leaves this list when it is served.
STILL_TO_COME: frozenset[str] = frozenset()
REFRESH = (
    "the schema has changed: .venv/bin/python -c"
    " 'from gql.schema.build import build_schema; print(build_schema().as_str())' > gql/schema/schema.graphql"
)


def _promises(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """Everything that a schema says, as a path and what stands there."""
    for name, kind in schema.type_map.items():
        if not name.startswith("__"):
            yield name, type(kind).__name__
            yield from _parts(name, kind)


def _parts(name: str, kind: GraphQLNamedType) -> Iterator[tuple[str, str]]:
    if isinstance(kind, GraphQLEnumType):
        yield from ((f"{name}.{value}", "value") for value in kind.values)
    elif isinstance(kind, GraphQLUnionType):
        yield from ((f"{name}.{member.name}", "member") for member in kind.types)
    elif isinstance(kind, GraphQLInputObjectType):
        for field, wanted in kind.fields.items():
            yield f"{name}.{field}", f"{wanted.type} = {_default(wanted.default_value)}"
    elif isinstance(kind, GraphQLObjectType):
        for field, given in kind.fields.items():
            yield f"{name}.{field}", str(given.type)
            for argument, taken in given.args.items():
                yield f"{name}.{field}({argument})", f"{taken.type} = {_default(taken.default_value)}"


def _default(value: object) -> object:
    """No default and null are the same to a client that leaves the field out."""
    return None if value is Undefined else getattr(value, "value", value)


@pytest.fixture(scope="module")
def contract(request: pytest.FixtureRequest) -> dict[str, str]:
    text = (request.config.rootpath / "docs" / "contract.graphql").read_text("utf-8")
    return dict(_promises(build_schema(text)))


@pytest.fixture(scope="module")
def promised() -> dict[str, str]:
    return dict(_promises(build_schema(build.build_schema().as_str())))


def _owner(path: str) -> str:
    """What an argument or a field belongs to."""
    return path.split("(")[0] if "(" in path else path.split(".")[0]


def _to_come(path: str) -> bool:
    return path in STILL_TO_COME or path.split(".")[0] in STILL_TO_COME or path.split("(")[0] in STILL_TO_COME


def test_every_promise_of_the_contract_is_served_less_what_is_still_to_come(
    contract: dict[str, str], promised: dict[str, str]
) -> None:
    broken = {
        path: (what, promised.get(path))
        for path, what in contract.items()
        if not _to_come(path) and promised.get(path) != what
    }
    assert broken == {}


def test_nothing_that_is_served_is_on_the_list_of_what_is_still_to_come(promised: dict[str, str]) -> None:
    assert sorted(STILL_TO_COME & promised.keys()) == []


def test_everything_on_the_list_of_what_is_still_to_come_is_in_the_contract(contract: dict[str, str]) -> None:
    assert sorted(STILL_TO_COME - contract.keys()) == []


def test_what_the_schema_adds_asks_nothing_new_of_a_client(contract: dict[str, str], promised: dict[str, str]) -> None:
    """What is added to a field or an input of the contract must have a default, or every client would break."""
    added = {path: what for path, what in promised.items() if path not in contract and _owner(path) in contract}
    wanted = [path for path, what in added.items() if " = " in what and what.split(" = ")[0].endswith("!")]
    assert [path for path in wanted if added[path].endswith("= None")] == []


def test_the_committed_sdl_is_the_served_one(checkout: Path, night: Night) -> None:
    committed = (checkout / "gql" / "schema" / "schema.graphql").read_text("utf-8")
    assert committed == build.build_schema().as_str() + "\n", REFRESH
    assert httpx.get(f"{night.url}/schema.graphql").text == committed


def test_every_root_field_says_who_may_use_it() -> None:
    schema = build.build_schema()
    roots = [schema._schema.query_type, schema._schema.mutation_type, schema._schema.subscription_type]
    fields = {f"{root.name}.{field}" for root in roots if root for field in root.fields}
    marks = check_marks(schema)
    assert marks.keys() == fields
    # What each mark means in practice is held by test_rights_matrix.py.
    assert marks["Query.reporters"] is access.Overseeing
    assert marks["Query.reviewQueue"] is marks["Subscription.reviewQueueChanged"] is access.Editing


def test_start_up_fails_on_a_root_field_without_a_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    @strawberry.type
    class Query:
        marked: int = strawberry.field(resolver=lambda: 1, permission_classes=[access.Public])
        forgotten: int = strawberry.field(resolver=lambda: 1)

    monkeypatch.setattr(build, "Query", Query)
    with pytest.raises(UnmarkedFieldError, match=r"Query\.forgotten"):
        build.build_schema()


def test_start_up_fails_on_a_root_field_with_two_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    @strawberry.type
    class Query:
        torn: int = strawberry.field(resolver=lambda: 1, permission_classes=[access.Public, access.Operating])

    monkeypatch.setattr(build, "Query", Query)
    with pytest.raises(UnmarkedFieldError, match=r"Query\.torn"):
        build.build_schema()
