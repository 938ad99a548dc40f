"""Reading a document that was not met before is work too: an address has so much of it, and then waits."""

import gc
from collections.abc import Callable
from typing import Any

import pytest
from graphql import DocumentNode, get_introspection_query, parse

from gql.context import Context
from gql.edge import Edge
from gql.guard import VALUES_A_CHARACTER, Guard
from gql.limits import COST_AN_ADDRESS, DOCUMENT_MAX, DOCUMENTS_REMEMBERED, TOKENS_MAX, Limits
from gql.proof import parsed
from gql.rates import Rates
from gql.schema.build import build_schema
from gql.trusted import Documents, digest
from tests.conftest import Night
from tests.edge.strangers import SMALL, Stranger, another, code, subscribe

SCHEMA = build_schema()._schema
# What is answered costs one value; what is refused by the schema costs none at all.
ANSWERED, INVALID, NO_GRAPHQL = "{ __typename #%s\n}", "{ nothing #%s\n}", "{ #%s\n"


def _guard(documents: Documents | None = None) -> Guard:
    limits = Limits({COST_AN_ADDRESS.name: 100 * VALUES_A_CHARACTER})
    return Guard(SCHEMA, Edge(limits, rates=Rates(limits=limits, clock=lambda: 0), documents=documents or Documents()))


def _public(address: str = "203.0.113.1") -> Context:
    return Context(None, address=address)  # type: ignore[arg-type]


def _text(name: str, length: int = 60) -> str:
    """A sound document of so many characters."""
    text = f"query {name} {{ __typename }}"
    return text + "#" * (length - len(text))


async def _told(guard: Guard, text: str, context: Context) -> list[str]:
    return [str((error.extensions or {})["code"]) for error in (await guard.proof(text, context)).faults]


async def test_a_new_text_costs_by_its_length_and_one_that_is_remembered_nothing() -> None:
    guard = _guard()
    assert [await _told(guard, _text("A"), _public()) for _ in range(100)] == [[]] * 100
    (refusal,) = (await guard.proof(_text("B"), _public())).faults
    assert refusal.extensions is not None
    assert (refusal.extensions["code"], refusal.extensions["limit"]) == ("TOO_MANY_REQUESTS", "cost_an_address")
    assert await _told(guard, _text("B"), _public("203.0.113.2")) == []
    assert await _told(guard, _text("B"), _public()) == [], "somebody else's reading of it serves all"


async def test_what_cannot_be_read_is_read_once_and_told_again_from_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    schema, parsed = build_schema(), []

    def counted(text: str, **more: Any) -> DocumentNode:
        parsed.append(text)
        return parse(text, **more)

    monkeypatch.setattr("gql.proof.parse", counted)
    answers = [await schema.execute("{ a b(", context_value=_public()) for _ in range(3)]
    assert parsed == ["{ a b("]
    (told,) = {str(answer.errors) for answer in answers}
    assert "Syntax Error" in told


def test_a_document_is_gone_with_its_last_reference() -> None:
    """Python searches for nothing: while it does, nobody is answered."""
    text = get_introspection_query()
    gc.collect()
    assert parsed(text) is not None
    assert gc.collect() == 0
    assert parse(text) is not None
    assert gc.collect() > 100, "as graphql-core leaves it"


async def test_trusted_documents_cost_nothing_to_read_and_may_be_long() -> None:
    fields = " ".join(f"a{number}: __typename" for number in range(TOKENS_MAX.default))
    long = f"{{ {fields} }}#" + "x" * DOCUMENT_MAX.default
    guard = _guard(Documents({digest(long): long}))
    assert await _told(guard, long, _public()) == []
    assert await _told(guard, _text("B", 90), _public()) == []


async def test_so_many_are_remembered_and_those_that_are_asked_for_stay() -> None:
    guard, nobody = _guard(), _public("127.0.0.1")
    await guard.proof(_text("Often"), nobody)
    for number in range(2 * DOCUMENTS_REMEMBERED.default):
        await guard.proof(_text(f"Once{number}"), nobody)
        await guard.proof(_text("Often"), nobody)
    assert len(guard._sound) == DOCUMENTS_REMEMBERED.default and guard.document(_text("Often")) is not None


def test_an_explorer_that_begins_is_far_from_it() -> None:
    assert (
        len(get_introspection_query(input_value_deprecation=True)) * VALUES_A_CHARACTER * 10 < COST_AN_ADDRESS.default
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("subscription { a }", True),
        ("query { a }", False),
        ("subscription {" + " a" * (TOKENS_MAX.default + 1) + " }", False),
        ("subscription { a }" + "#" * DOCUMENT_MAX.default, False),
        ("subscription {", False),
        ("subscription " + "{ a " * 300, False),
    ],
    ids=["one", "a query", "too many tokens", "too long", "no document", "too deep"],
)
def test_what_kind_a_document_is_of_is_not_asked_of_what_is_too_long_to_read(text: str, wanted: bool) -> None:
    assert _guard().is_subscription(text, None) is wanted


def _by_post(who: Stranger, text: str) -> str | None:
    return code(who.post(text).json())


def _by_get(who: Stranger, text: str) -> str | None:
    return code(who.get(text).json())


def _by_events(who: Stranger, text: str) -> str | None:
    answer = who.post(text, {"Accept": "text/event-stream"})
    return "TOO_MANY_REQUESTS" if "TOO_MANY_REQUESTS" in answer.text else None


def _by_socket(who: Stranger, text: str) -> str | None:
    with who.socket() as raw:
        return code(subscribe(raw, "1", text))


# A text that is no GraphQL closes the whole socket.
@pytest.mark.parametrize(
    ("way", "text"),
    [
        *((way, text) for way in (_by_post, _by_get, _by_events) for text in (ANSWERED, INVALID, NO_GRAPHQL)),
        *((_by_socket, text) for text in (ANSWERED, INVALID)),
    ],
)
def test_who_sends_nothing_but_new_documents_waits(
    guarded: Night, way: Callable[[Stranger, str], str | None], text: str
) -> None:
    who = another(guarded)
    # Each fills a third of what an address may cost; windows change in between once at most.
    filling = "x" * (SMALL["cost_an_address"] // VALUES_A_CHARACTER // 3)  # type: ignore[operator]
    codes = [way(who, text % f"{who.address} {number}{filling}") for number in range(7)]
    assert codes[0] != "TOO_MANY_REQUESTS" and "TOO_MANY_REQUESTS" in codes
    assert way(another(guarded), text % who.address) != "TOO_MANY_REQUESTS"
