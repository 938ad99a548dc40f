"""Requests that name no tally: each is told what is wrong with it, by status or by code, in two languages."""

from typing import Any

import httpx
import pytest

from counting.vocabulary import Role
from feed.position import Position
from tests.conftest import Night
from tests.gql.documents import PHASE, SUBMIT, accepted, sheet, submit
from tests.served import Api

PING = '{"query": "{ elections { id } }"}'
JSON = {"content-type": "application/json"}
REPORTERS = "query Reporters($e: ID!) { reporters(electionId: $e) { totalCount } }"


def _post(night: Night, content: str | bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.post(f"{night.url}/graphql", content=content, headers=headers or JSON, timeout=30)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("5", "a GraphQL request is a JSON object"),
        ("null", "a GraphQL request is a JSON object"),
        ("[]", "a GraphQL request is a JSON object"),
        ('"{ elections { id } }"', "a GraphQL request is a JSON object"),
        ("{}", "query must be a string"),
        ('{"query": null}', "query must be a string"),
        ('{"query": ["{ elections { id } }"]}', "query must be a string"),
        ('{"query": "{ elections { id } }", "variables": []}', "variables must be an object or null"),
        ('{"query": "{ elections { id } }", "variables": "{}"}', "variables must be an object or null"),
        ('{"query": "{ elections { id } }", "operationName": 5}', "operationName must be a string or null"),
        ('{"query": "{ elections { id } }", "extensions": 5}', "extensions must be an object or null"),
        ("", "not valid JSON in UTF-8"),
        ("{", "not valid JSON in UTF-8"),
        (b'{"query": "\xff"}', "not valid JSON in UTF-8"),
        ('{"query": "{ elections { id } }", "variables": {"a": NaN}}', "not valid JSON in UTF-8"),
        ('{"query": "{ elections { id } }", "variables": {"a": "\\ud800"}}', "not valid JSON in UTF-8"),
        ('{"query": "q", "variables": {"a": ' + "[" * 70 + "]" * 70 + "}}", "JSON nested deeper than 64"),
    ],
)
def test_a_body_that_is_no_request_gets_400_and_the_reason(night: Night, body: str | bytes, words: str) -> None:
    answer = _post(night, body)
    assert (answer.status_code, answer.text) == (400, words)


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 100_000, '{"query": "q", "variables": ' + "[" * 100_000])
def test_json_that_is_nested_for_ever_gets_400(night: Night, body: str) -> None:
    assert _post(night, body).status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_body_of_another_kind_gets_415(night: Night, kind: str) -> None:
    answer = _post(night, PING, {"content-type": kind})
    assert (answer.status_code, answer.text) == (415, "the body of a POST must be application/json")


def test_a_body_over_the_limit_gets_413_and_one_at_it_is_read(night: Night) -> None:
    assert _post(night, PING + " " * (1_000_000 - len(PING))).status_code == 200
    assert _post(night, PING + " " * (1_000_001 - len(PING))).status_code == 413


def test_queries_may_come_by_get_and_mutations_may_not(night: Night) -> None:
    assert httpx.get(f"{night.url}/graphql", params={"query": "{ __typename }"}).json() == {
        "data": {"__typename": "Query"}
    }
    mutation = 'mutation { enrol(input: {code: "1", displayName: "A"}) { __typename } }'
    assert httpx.get(f"{night.url}/graphql", params={"query": mutation}).status_code == 400


def _code(api: Api, query: str, **variables: Any) -> tuple[str, str | None]:
    """The code and the field of the one error; its words must be there in both languages."""
    (error,) = api.send(query, **variables)["errors"]
    told = error["extensions"]
    assert told["messages"]["EN"] == error["message"] and told["messages"]["TH"], error
    return told["code"], told.get("field")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ elections { id }", "GRAPHQL_PARSE_FAILED"),
        ("{ " + "a " * 2_001 + "}", "GRAPHQL_PARSE_FAILED"),
        ('{ election(id: "\\ud800") { id } }', "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ election { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query Q($unused: Int) { elections { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ('{ result(contestId: "c", at: "!") { status } }', "GRAPHQL_VALIDATION_FAILED"),
        ("query Q($id: ID!) { election(id: $id) { id } }", "BAD_USER_INPUT"),
    ],
)
def test_what_graphql_itself_refuses_has_a_code_too(night: Night, query: str, code: str) -> None:
    assert _code(night.api, query) == (code, None)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("Int", "five"),
        ("Int", 2_147_483_648),
        ("Int", 1.5),
        ("ID!", None),
        ("ID!", {"a": 1}),
        ("Language", "LATIN"),
        ("DateTime", "yesterday"),
        ("DateTime", "2022-05-22T17:00:00"),
        ("DateTime", "2022-05-22"),
        ("DateTime", "0001-01-01T00:00:00+14:00"),
        ("DateTime", "9999-12-31T23:59:59-14:00"),
        ("DateTime", 5),
        ("Cursor", ""),
        ("Cursor", "bm9uc2Vuc2U"),
        ("Cursor", 5),
    ],
)
def test_a_variable_that_is_not_of_its_type_is_bad_user_input(night: Night, kind: str, value: object) -> None:
    uses = {
        "Int": "feed(electionId: $e, first: $v) { hasMore }",
        "ID!": "feed(electionId: $v) { hasMore } election(id: $e) { id }",
        "Language": "election(id: $e) { name(lang: $v) }",
        "DateTime": "reporters(electionId: $e, silentSince: $v) { totalCount }",
        "Cursor": "feed(electionId: $e, after: $v) { hasMore }",
    }
    query = f"query Q($e: ID!, $v: {kind}) {{ {uses[kind]} }}"
    editor = night.api.as_(night.token(Role.EDITOR))
    assert _code(editor, query, e=night.election_id, v=value) == ("BAD_USER_INPUT", None)


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ('feed(electionId: "none") { hasMore }', "electionId"),
        ('results(electionId: "none") { status }', "electionId"),
        ('results(electionId: $e, contestIds: ["none"]) { status }', "contestIds"),
        ('results(electionId: $e, areaIds: ["none"]) { status }', "areaIds"),
        ('stations(electionId: "none") { totalCount }', "electionId"),
        ('stations(electionId: $e, areaId: "none") { totalCount }', "areaId"),
        ('stations(electionId: $e, contestId: "none") { totalCount }', "contestId"),
        ('tallies(electionId: $e, areaId: "none") { totalCount }', "areaId"),
        ('tallies(electionId: $e, stationId: "a\\u0000") { totalCount }', "stationId"),
        ('tallies(electionId: $e, contestId: "none") { totalCount }', "contestId"),
        ('candidates(contestId: "none") { id }', "contestId"),
        ('election(id: $e) { contests(areaId: "none") { id } }', "areaId"),
    ],
)
def test_what_is_not_there_is_not_found(night: Night, field: str, names: str) -> None:
    query = "query Q($e: ID!) { election(id: $e) { id } " + field.replace("election(id", "other: election(id") + " }"
    assert _code(night.api, query, e=night.election_id) == ("NOT_FOUND", names)


@pytest.mark.parametrize(
    "field",
    ['election(id: "x")', 'contest(id: "x")', 'area(id: "x")', 'station(id: "x")', 'tally(id: "x")']
    + [f'{noun}(id: "a\\u0000")' for noun in ("election", "contest", "area", "station", "tally")],
)
def test_a_single_thing_that_is_not_there_is_null(night: Night, field: str) -> None:
    assert night.api("{ found: " + field + " { id } }") == {"found": None}


@pytest.mark.parametrize("connection", ["stations", "tallies", "reporters", "feed"])
@pytest.mark.parametrize("first", [-1, 1_001])
def test_a_page_has_0_to_1000_rows(night: Night, editor: Api, connection: str, first: int) -> None:
    shape = "hasMore" if connection == "feed" else "pageInfo { hasNextPage }"
    query = f"query Q($e: ID!, $n: Int) {{ {connection}(electionId: $e, first: $n) {{ {shape} }} }}"
    assert _code(editor, query, e=night.election_id, n=first) == ("BAD_USER_INPUT", "first")
    for at_the_line in (0, 1_000):
        assert editor(query, e=night.election_id, n=at_the_line)[connection]


@pytest.mark.parametrize("connection", ["stations", "tallies", "reporters"])
@pytest.mark.parametrize("cursor", ["", "!", "bm9uc2Vuc2UgYW5kIG1vcmU=", "AAAA", "ไทย", "YQpiCmM", "x" * 5_000])
def test_a_cursor_of_nothing_is_bad_user_input(night: Night, editor: Api, connection: str, cursor: str) -> None:
    query = f"query Q($e: ID!, $a: String) {{ {connection}(electionId: $e, after: $a) {{ totalCount }} }}"
    assert _code(editor, query, e=night.election_id, a=cursor) == ("BAD_USER_INPUT", "after")


@pytest.mark.parametrize("epoch", ["other", None])
def test_a_position_that_is_not_in_the_feed_is_unknown(night: Night, volunteer: Api, epoch: str | None) -> None:
    accepted(volunteer, sheet(night, "a-1", [1, 2, 3]))
    (own,) = night.sql("SELECT epoch FROM election WHERE id = $1", night.election_id)
    cursor = Position(epoch or own["epoch"], 1 if epoch else 1_000_000).encode()
    feed = "query Q($e: ID!, $c: Cursor) { feed(electionId: $e, after: $c) { hasMore } }"
    assert _code(night.api, feed, e=night.election_id, c=cursor) == ("UNKNOWN_POSITION", "after")
    result = "query Q($m: ID!, $c: Cursor) { result(contestId: $m, at: $c) { status } }"
    assert _code(night.api, result, m=night.id("mayor"), c=cursor) == ("UNKNOWN_POSITION", "at")


def test_a_station_asked_about_a_contest_that_it_does_not_count_is_bad_user_input(night: Night) -> None:
    query = "query Q($s: ID!, $c: ID!) { station(id: $s) { %s } }"
    for field in (
        "state(contestId: $c)",
        "tally(contestId: $c) { id }",
        "history(contestId: $c) { id }",
        "registeredVoters(contestId: $c)",
    ):
        found = _code(night.api, query % field, s=night.id("b-1"), c=night.id("council"))
        assert found == ("BAD_USER_INPUT", "contestId"), field


def test_without_a_token_and_with_a_wrong_one_nobody_writes_and_with_too_little_right_neither(
    night: Night,
) -> None:
    reporters = {"query": REPORTERS, "e": night.election_id}
    phase = {"query": PHASE, "election": night.election_id, "phase": "CLOSED"}
    volunteer, outlet = (night.api.as_(night.token(role)) for role in (Role.VOLUNTEER, Role.OUTLET))
    for call in (reporters, phase):
        assert _code(night.api, **call) == ("UNAUTHENTICATED", None)
        assert _code(night.api.as_("tw_wrong"), **call) == ("UNAUTHENTICATED", None)
        assert _code(volunteer, **call) == ("FORBIDDEN", None)
        assert _code(outlet, **call) == ("FORBIDDEN", None)
    assert night.api("query Q($e: ID!) { election(id: $e) { phase } }", e=night.election_id) == {
        "election": {"phase": "COUNTING"}
    }


@pytest.mark.parametrize("header", ["Bearer tw_wrong", "Bearer", "Basic YTpi", "tw_x", "Bearer ไทย"])
def test_a_token_that_is_none_is_refused_even_where_everybody_may_read(night: Night, header: str) -> None:
    answer = httpx.post(f"{night.url}/graphql", content=PING, headers={**JSON, "Authorization": header.encode()})
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


HUGE = "x" * 101


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"clientTallyId": ""}, "input.clientTallyId"),
        ({"clientTallyId": HUGE}, "input.clientTallyId"),
        ({"clientTallyId": "a\0"}, "input.clientTallyId"),
        ({"stationId": HUGE}, "input.stationId"),
        ({"contestId": ""}, "input.contestId"),
        ({"replaces": "a\0"}, "input.replaces"),
        ({"note": "n" * 2_001}, "input.note"),
        ({"votes": [{"candidateId": "c", "votes": 1}] * 1_001}, "input.votes"),
        ({"votes": [{"candidateId": "c\0", "votes": 1}]}, "input.votes.0.candidateId"),
        ({"votes": [{"candidateId": HUGE, "votes": 1}]}, "input.votes.0.candidateId"),
        ({"evidence": ["a" * 64] * 11}, "input.evidence"),
        ({"evidence": ["A" * 64]}, "input.evidence"),
        ({"evidence": ["a" * 63]}, "input.evidence"),
    ],
)
def test_what_no_honest_phone_sends_is_bad_user_input_and_stops_nobody(
    night: Night, volunteer: Api, change: dict[str, Any], field: str
) -> None:
    wrong = {**sheet(night, "a-1", [1, 2, 3]), **change}
    assert _code(volunteer, SUBMIT, input=wrong) == ("BAD_USER_INPUT", field)
    assert submit(volunteer, sheet(night, "a-1", [1, 2, 3]))["__typename"] == "TallyAccepted"


def test_an_instant_at_the_end_of_time_poisons_no_batch(night: Night, volunteer: Api) -> None:
    """It could not be stored, and took everybody's tallies of the same transaction with it."""
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        found = _code(volunteer, SUBMIT, input=sheet(night, "a-1", [1, 2, 3], countedAt=moment))
        assert found == ("BAD_USER_INPUT", None)
    answer = submit(volunteer, sheet(night, "a-1", [1, 2, 3], countedAt="2022-05-22T20:00:00+07:00"))
    assert answer["__typename"] == "TallyAccepted"
