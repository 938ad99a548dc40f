"""The public audit of GraphQL over HTTP, against the served API; docs/standards.md shows its table as it came out."""

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any
from unittest import mock

import httpx
import pytest
from graphql import GraphQLObjectType, build_schema, get_named_type

from counting.vocabulary import Role
from tests.clients.test_real_clients import NPM, ROOT
from tests.conftest import Night
from tests.gql.documents import accepted, sheet

PAGE = ROOT / "docs" / "standards.md"
BEGIN, END = "<!-- audit: begin -->\n", "<!-- audit: end -->\n"
OWN = "application/graphql-response+json"
STATIONS = """query S($first: Int, $after: String) { stations(electionId: "small", first: $first, after: $after) {
  totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } } }"""


@pytest.fixture(scope="module")
def audits(served: Night) -> list[dict[str, Any]]:
    if not (NPM / "node_modules").is_dir():
        pytest.skip("the packages from npm are not set up here: .ci/clients")
    node = ROOT / ".venv" / "node" / "bin" / "node"
    command = [str(node) if node.is_file() else "node", str(NPM / "audit.mjs"), f"{served.url}/graphql"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return [json.loads(line) for line in ran.stdout.splitlines()]


def table(audits: list[dict[str, Any]]) -> str:
    rows = [
        f"| {one['id']} | {one['name']} | {'passes' if one['status'] == 'ok' else one['reason']} |" for one in audits
    ]
    return "\n".join(["| audit | what a server | here |", "|---|---|---|", *rows, ""])


def test_every_must_and_every_should_passes(audits: list[dict[str, Any]]) -> None:
    assert len(audits) > 50
    assert {one["name"].split()[0] for one in audits} == {"MUST", "SHOULD", "MAY"}
    assert [one for one in audits if one["status"] != "ok"] == []


def test_the_page_shows_the_table_as_it_came_out(audits: list[dict[str, Any]]) -> None:
    """TALLYWIRE_WRITE_PAGES=1 writes it anew."""
    text = PAGE.read_text("utf-8")
    before, rest = text.split(BEGIN)
    shown, after = rest.split(END)
    if os.environ.get("TALLYWIRE_WRITE_PAGES"):
        PAGE.write_text(before + BEGIN + table(audits) + END + after, "utf-8")
    else:
        assert shown == table(audits)


def _ask(night: Night, query: str, accept: str, method: str = "POST", **more: str) -> httpx.Response:
    headers = {"Accept": accept, **more}
    if method == "GET":
        return httpx.get(f"{night.url}/graphql", params={"query": query}, headers=headers, timeout=30)
    return httpx.post(f"{night.url}/graphql", json={"query": query}, headers=headers, timeout=30)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_specifications_own_kind_tells_by_its_status_whether_anything_was_executed(
    served: Night, method: str
) -> None:
    answered = _ask(served, "{ elections { id } }", OWN, method)
    assert answered.status_code == 200 and answered.headers["content-type"].startswith(OWN)
    for wrong in ("{ elections", "{ nothing }", "query Q($id: ID!) { election(id: $id) { id } }"):
        refused = _ask(served, wrong, OWN, method)
        assert refused.status_code == 400 and "data" not in refused.json() and refused.json()["errors"]
    # A field that fails is an answer all the same.
    failed = _ask(served, '{ stations(electionId: "none") { totalCount } }', OWN, method)
    assert failed.status_code == 200 and failed.json()["data"] is None and failed.json()["errors"][0]["path"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        (f"{OWN}, application/json;q=0.9", OWN),
        (f"{OWN};q=0.5, application/json", "application/json"),
        (f"{OWN};q=0", "application/json"),
        (f"{OWN};q=nonsense", "application/json"),
        (f"application/json, {OWN.upper()}", "application/json"),
        (f"multipart/mixed;deferSpec=20220824,{OWN},application/json;q=0.9", OWN),
    ],
)
def test_whoever_does_not_ask_for_it_is_answered_in_json(served: Night, accept: str, kind: str) -> None:
    for method in ("GET", "POST"):
        answer = _ask(served, "{ nothing }", accept, method)
        assert answer.headers["content-type"].split(";")[0] == kind
        assert answer.status_code == (400 if kind == OWN else 200)


PARTS = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json"
UPDATES = """subscription Updates($after: Cursor) {
  resultUpdates(electionId: "small", contestIds: ["small/mayor"], level: CITY, after: $after) {
    kind cursor results { validBallots } } }"""


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_subscription_that_asks_for_no_stream_is_told_where_to_ask(served: Night, method: str) -> None:
    """By GET it was an incident: any stranger could fill the log with traces."""
    for asked in ("application/json", OWN, "multipart/mixed;deferSpec=20220824,application/json"):
        told = _ask(served, 'subscription { electionChanged(electionId: "small") { id } }', asked, method)
        (error,) = told.json()["errors"]
        assert told.status_code == 406 and error["extensions"]["code"] == "NOT_A_STREAM"
        assert "text/event-stream" in error["message"] and "WebSocket" in error["extensions"]["messages"]["TH"]


def _parts(night: Night, query: str, **variables: Any) -> Iterator[dict[str, Any]]:
    """As Apollo's HttpLink reads them: a part is whole once the boundary after it is there."""
    body = {"query": query, "variables": variables}
    with httpx.stream("POST", f"{night.url}/graphql", json=body, headers={"Accept": PARTS}, timeout=60) as answer:
        assert answer.headers["content-type"] == 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"'
        waiting, told = b"", iter(answer.iter_raw())
        while not waiting.endswith(b"--graphql--\r\n"):
            waiting += next(told)
            *whole, waiting = waiting.split(b"\r\n--graphql")
            for part in whole:
                head, _, content = part.partition(b"\r\n\r\n")
                assert b"Content-Type: application/json" in head
                yield json.loads(content)
            if waiting == b"--\r\n":
                return


def test_apollos_multipart_protocol_tells_what_changes(served: Night) -> None:
    volunteer = served.api.as_(served.token(Role.VOLUNTEER, "a-1"))
    parts = _parts(served, UPDATES)
    payloads = (part["payload"]["data"]["resultUpdates"] for part in parts if part)
    first = next(payloads)
    assert first["kind"] == "SNAPSHOT"
    accepted(volunteer, sheet(served, "a-1", [1, 2, 3]))
    changed = next(one for one in payloads if one["kind"] == "DELTA")
    assert changed["results"][0]["validBallots"] == first["results"][0]["validBallots"] + 6
    parts.close()
    # It goes on by the cursor, as everywhere.
    again = next(part for part in _parts(served, UPDATES, after=first["cursor"]) if part)
    assert again["payload"]["data"]["resultUpdates"] == changed | {"cursor": mock.ANY}


def test_a_query_of_who_takes_parts_is_answered_in_json(served: Night) -> None:
    answer = _ask(served, "{ elections { id } }", PARTS)
    assert answer.headers["content-type"].startswith("application/json") and answer.json()["data"]["elections"]
    (refused,) = [part for part in _parts(served, "subscription { nothing }") if part]
    assert refused["payload"]["data"] is None and refused["payload"]["errors"]


def test_every_connection_has_the_shape_that_relay_asks_for(served: Night) -> None:
    schema = build_schema(httpx.get(f"{served.url}/schema.graphql", timeout=30).text)
    kinds = [kind for name, kind in schema.type_map.items() if name.endswith("Connection")]
    assert len(kinds) >= 5
    for kind in kinds:
        assert isinstance(kind, GraphQLObjectType)
        assert str(kind.fields["pageInfo"].type) == "PageInfo!"
        edge = get_named_type(kind.fields["edges"].type)
        assert isinstance(edge, GraphQLObjectType) and str(kind.fields["edges"].type).startswith("[")
        assert str(edge.fields["cursor"].type) == "String!" and not str(edge.fields["node"].type).startswith("[")
    page = schema.type_map["PageInfo"]
    assert isinstance(page, GraphQLObjectType)
    assert {name: str(field.type) for name, field in page.fields.items()} == {
        "hasNextPage": "Boolean!",
        "hasPreviousPage": "Boolean!",
        "startCursor": "String",
        "endCursor": "String",
    }
    served_by = [
        f for kind in schema.type_map.values() if isinstance(kind, GraphQLObjectType) for f in kind.fields.values()
    ]
    for field in (one for one in served_by if str(get_named_type(one.type)).endswith("Connection")):
        assert str(field.args["first"].type) == "Int" and str(field.args["after"].type) == "String"


def test_pages_of_a_connection_join_without_a_gap(served: Night) -> None:
    whole = served.api(STATIONS, first=100)["stations"]
    ids = [edge["node"]["id"] for edge in whole["edges"]]
    assert len(ids) == whole["totalCount"] == 6 and not whole["pageInfo"]["hasNextPage"]
    found, after = [], None
    while True:
        page = served.api(STATIONS, first=4, after=after)["stations"]
        cursors = [edge["cursor"] for edge in page["edges"]]
        assert (page["pageInfo"]["startCursor"], page["pageInfo"]["endCursor"]) == (cursors[0], cursors[-1])
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        found += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == ids
    none = served.api(STATIONS, first=0)["stations"]
    assert none["edges"] == [] and none["pageInfo"]["startCursor"] is None
    editor = served.api.as_(served.token(Role.EDITOR))
    assert editor.code(STATIONS, first=-1) == "BAD_USER_INPUT"
