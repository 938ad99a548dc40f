"""What documents cost: by pages, lists, weights and variables; and that those of honest clients are well within it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import DocumentNode, OperationDefinitionNode, get_introspection_query, parse

from gql.cost import Costs
from gql.limits import COST_EDITOR, COST_OPERATOR, COST_OUTLET, COST_PUBLIC, PAGE_MAX, Limit
from gql.schema.build import build_schema
from tallywire.own_documents import client_documents
from tallywire.verify import served as verified

ROOT = Path(__file__).parent.parent.parent
SCHEMA = build_schema()._schema
BY_TOKEN = {"OUTLET": COST_OUTLET, "EDITOR": COST_EDITOR, "OPERATOR": COST_OPERATOR}
# Pages as large as pages and apps ever ask for them.
LARGEST: dict[str, Any] = {"first": 500, "contestIds": ["c"] * 51, "areaIds": ["a"] * 51, "inputs": [{}] * 50}


def cost(query: str, **variables: Any) -> int:
    return Costs(SCHEMA).of(parse(query), query, None, variables)


STATIONS = 'stations(electionId: "e"%s) { edges { node { id number } } pageInfo { endCursor } }'


@pytest.mark.parametrize(
    ("query", "variables", "wanted"),
    [
        ("{ viewer { role } }", {}, 2),
        # The connection and pageInfo with its cursor, edges; then each page's row: node, id, number.
        ("{ " + STATIONS % ", first: 10" + " }", {}, 4 + 10 * 3),
        ("{ " + STATIONS % "" + " }", {}, 4 + 50 * 3),
        ("{ " + STATIONS % ", first: null" + " }", {}, 4 + 50 * 3),
        ("query Q($n: Int) { " + STATIONS % ", first: $n" + " }", {"n": 10}, 4 + 10 * 3),
        ("query Q($n: Int) { " + STATIONS % ", first: $n" + " }", {"n": 10.0}, 4 + 10 * 3),
        ("query Q($n: Int) { " + STATIONS % ", first: $n" + " }", {}, 4 + 50 * 3),
        ("query Q($n: Int) { " + STATIONS % ", first: $n" + " }", {"n": None}, 4 + 50 * 3),
        ("query Q($n: Int = 7) { " + STATIONS % ", first: $n" + " }", {}, 4 + 7 * 3),
        ("query Q($n: Int = 7) { " + STATIONS % ", first: $n" + " }", {"n": 9}, 4 + 9 * 3),
        ("{ " + STATIONS % ", first: 0" + " }", {}, 4),
        ("{ " + STATIONS % ", first: -5" + " }", {}, 4),
        ("query Q($n: Int) { " + STATIONS % ", first: $n" + " }", {"n": "many"}, 4 + 50 * 3),
        ("query Q($n: Int) { " + STATIONS % ", first: $n" + " }", {"n": 10**30}, 4 + PAGE_MAX.default * 3),
        ('{ results(electionId: "e") { cursor } }', {}, 1 + 500),
        ('{ results(electionId: "e", contestIds: ["a"], areaIds: ["x", "y"]) { cursor } }', {}, 1 + 2),
        ('query Q($a: [ID!]) { results(electionId: "e", contestIds: "c", areaIds: $a) { cursor } }', {"a": ["x"]}, 2),
        ('{ results(electionId: "e", contestIds: ["a"]) { cursor } }', {}, 1 + 500),
        ('{ result(contestId: "c") { cursor } }', {}, 2),
        ('{ result(contestId: "c", at: "x") { cursor } }', {}, 102),
        ('{ candidates(contestId: "c") { ...N } } fragment N on Candidate { id name }', {}, 1 + 30 * 2),
        ('{ tally(id: "t") { receipt } }', {}, 1 + 50),
        (
            'subscription { resultUpdates(electionId: "e") { kind ...R } } fragment R on ResultUpdate '
            "{ results { cursor } }",
            {},
            1 + 1 + 1 + 500,
        ),
        ("{ ...Nobody }", {}, 0),
        ("{ nothing }", {}, 0),
    ],
)
def test_a_document_costs_the_values_that_its_answer_may_hold(
    query: str, variables: dict[str, Any], wanted: int
) -> None:
    assert cost(query, **variables) == wanted


def test_fragments_that_spread_fragments_cost_what_they_come_to() -> None:
    levels = " ".join(
        f"fragment F{n} on Area {{ a: parent {{ ...F{n + 1} }} b: parent {{ ...F{n + 1} }} }}" for n in range(50)
    )
    assert cost('{ area(id: "x") { ...F0 } } ' + levels + " fragment F50 on Area { id }") > 2**50


def test_it_is_remembered_by_what_makes_a_difference() -> None:
    costs, query = (
        Costs(SCHEMA),
        "query Q($n: Int, $e: ID!) { feed(electionId: $e, first: $n) { reports { sequence } } }",
    )
    document = parse(query)
    seen = [costs.of(document, query, None, {"n": n, "e": str(n)}) for n in (1, 2, 2, 1)]
    assert seen == [3, 4, 4, 3] and len(costs._known) == 2


OF_EDITORS = {"ReviewQueue", "Reporters"}
# Everything about every result of an election, as a newsroom's first script asks.
WHOLE = """query Whole { results(electionId: "bkk-2022") {
  contest { id office name } area { id level name parent { id } } status stationsTotal stationsReporting stationsFinal
  ballotsCast turnout validBallots invalidBallots noVoteBallots margin decided cursor updatedAt
  outstanding { stations ballotsAtMost heldTallies }
  rows { votes share rank leading candidate { id ballotNumber name(lang: EN) shortName party color } }
} }"""


def _documents() -> Iterator[tuple[str, str, Limit, dict[str, Any]]]:
    for path in sorted((ROOT / "example_queries").glob("*.graphql")):
        text, given = path.read_text(), path.with_suffix(".variables.json")
        role = next((line.split()[-1] for line in text.splitlines() if line.startswith("# Token:")), "")
        yield path.stem, text, BY_TOKEN.get(role, COST_PUBLIC), json.loads(given.read_text()) if given.exists() else {}
    for path in sorted((ROOT / "web" / "src").glob("*/operations.graphql")):
        budget = COST_EDITOR if path.parent.name == "desk" else COST_PUBLIC
        yield path.parent.name, path.read_text(), budget, LARGEST
    for name, text in vars(verified).items():
        if isinstance(text, str) and text.lstrip().startswith(("query", "mutation")):
            yield f"{verified.__name__}.{name}", text, COST_PUBLIC, LARGEST
    for name, text in client_documents().items():
        yield f"client.{name}", text, COST_EDITOR if name in OF_EDITORS else COST_PUBLIC, LARGEST
    yield "whole results", WHOLE, COST_PUBLIC, {}
    yield "introspection", get_introspection_query(input_value_deprecation=True), COST_PUBLIC, {}


@pytest.mark.parametrize(("name", "text", "budget", "variables"), list(_documents()), ids=lambda one: str(one)[:40])
def test_what_honest_clients_ask_is_within_their_budget(
    name: str, text: str, budget: Limit, variables: dict[str, Any]
) -> None:
    document: DocumentNode = parse(text)
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode):
            named = operation.name.value if operation.name else None
            found = Costs(SCHEMA).of(document, text, named, variables)
            assert 0 < found <= budget.default, (named, found)
