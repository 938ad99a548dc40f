"""Every argument of the schema with values that nobody means: refused by its name, or answered, and never a fault."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from graphql import GraphQLField, GraphQLInputObjectType, GraphQLNonNull, get_named_type, is_leaf_type
from websockets.exceptions import ConnectionClosed

from counting.vocabulary import Role
from gql.schema.build import build_schema
from tests.conftest import Databases, Night, _fill_small
from tests.gql.documents import sheet
from tests.served import Api, Socket

SCHEMA = build_schema()._schema
# As JSON writes them: some are no numbers and no texts to Python.
SCALARS = [
    '""',
    '" "',
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\u202e\\u2066small\\u2069"',
    '"\\ufeff\\ufffe\\uffff"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    f'"{"x" * 20_000}"',
    '"%00"',
    '"\'; DROP TABLE tally; --"',
    '"../../etc/passwd"',
    '"1e400"',
    '"NaN"',
    '"2022-05-22T17:00:00+99:99"',
    '"0000-00-00T00:00:00Z"',
    '"9999-12-31T23:59:60Z"',
    '"-999999999-01-01T00:00:00Z"',
    "0",
    "-0",
    "-0.0",
    "-1",
    "1.5",
    "1.0",
    "2147483648",
    "-2147483649",
    "9223372036854775808",
    "1" + "0" * 400,
    "1e400",
    "-1e400",
    "1e-400",
    "true",
    "null",
    "[]",
    "{}",
    "[[[]]]",
    '["", "\\u0000", null]',
    '{"a": 1}',
    '"AAAA"',
    '"YQpiCmM"',
]
INTERNAL = (
    *("Traceback", "asyncpg", "sqlalchemy", "strawberry", "graphql.", "site-packages", ".py", "INTERNAL", "went wrong"),
    *(
        "SELECT ",
        "INSERT ",
        "UPDATE ",
        "NoneType",
        "object at 0x",
        "dataclass",
        "codec",
        "Exception",
        "psycopg",
        "relation",
    ),
)
GIVEN = {
    "electionId": "small",
    "contestId": "small/mayor",
    "stationId": "small/a-1",
    "tallyId": "none",
    "phase": "COUNTING",
    "role": "OUTLET",
    "decision": "REJECT",
    "coverage": "FINAL",
}
HERE = "@@"


@pytest.fixture(scope="module")
def night(databases: Databases) -> Iterator[Night]:
    """The small election, by a server that lets these tests ask as often as they like."""
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    night.serve()
    yield night
    night.close()


@dataclass(frozen=True)
class Place:
    """One argument, or one field of an input: `path` names it, and `variables` holds HERE in its place."""

    path: str
    document: str
    variables: str

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    def body(self, value: str) -> str:
        """As it goes over a line: JSON, or what only looks like it."""
        return f'{{"query": {json.dumps(self.document)}, "variables": {self.filled(value)}}}'

    def filled(self, value: str) -> str:
        return self.variables.replace(json.dumps(HERE), value)


def _places(kind: str, root: Any) -> list[Place]:
    return [place for name, field in root.fields.items() for place in _places_of(kind, name, field)]


def _places_of(kind: str, name: str, field: GraphQLField) -> Iterator[Place]:
    required = [one for one, argument in field.args.items() if isinstance(argument.type, GraphQLNonNull)]
    for argument in field.args:
        names = list(dict.fromkeys((*required, argument)))
        declared = ", ".join(f"${one}: {field.args[one].type}" for one in names)
        selected = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
        document = f"{kind} Q({declared}) {{ {name}({', '.join(f'{one}: ${one}' for one in names)}){selected} }}"
        for path, filled in _holes(argument, field.args[argument].type):
            variables = {one: _plain(one, field.args[one].type) for one in required} | {argument: filled}
            yield Place(f"{name}.{path}", document, json.dumps(variables))


def _holes(name: str, type_: Any) -> Iterator[tuple[str, Any]]:
    """The place itself, then each inside it."""
    yield name, HERE
    named = get_named_type(type_)
    if isinstance(named, GraphQLInputObjectType):
        whole = _plain(name, type_)
        for inner, field in named.fields.items():
            for path, filled in _holes(inner, field.type):
                one = {**(whole[0] if isinstance(whole, list) else whole), inner: filled}
                yield f"{name}.{path}", [one] if isinstance(whole, list) else one


def _plain(name: str, type_: Any) -> Any:
    """A value that would do."""
    named = get_named_type(type_)
    if isinstance(named, GraphQLInputObjectType):
        if named.name == "SubmitTallyInput":
            one = sheet(Night("", "small"), "a-1", [1, 2, 3])
        else:
            one = {inner: _plain(inner, field.type) for inner, field in named.fields.items() if _needed(field.type)}
        return [one] if "[" in str(type_) else one
    return 1 if named.name == "Int" else GIVEN.get(name, "none")


def _needed(type_: Any) -> bool:
    return isinstance(type_, GraphQLNonNull)


READ = _places("query", SCHEMA.query_type)
WRITTEN = _places("mutation", SCHEMA.mutation_type)
FOLLOWED = _places("subscription", SCHEMA.subscription_type)
# Codes that tell of a request as a whole, not of one place in it.
WHOLE = ("FORBIDDEN", "GRAPHQL_PARSE_FAILED", "LIMIT_EXCEEDED")


def _fault(place: Place, value: str, status: int, text: str) -> str | None:
    """What is wrong with an answer; None where nothing is."""
    asked = f"{place.path} = {value[:80]}: {status} {text[:400]}"
    # What was sent may be told again; all else in it is ours.
    ours = text.replace(value.strip('"'), "")
    if status >= 500 or any(word in ours for word in INTERNAL):
        return f"a fault: {asked}"
    if text.startswith("{"):
        unnamed = [error for error in json.loads(text).get("errors") or () if not _names(error, place)]
        return f"no name: {asked}" if unnamed else None
    return None if text == "not valid JSON in UTF-8" else f"of no known shape: {asked}"


def _names(error: dict[str, Any], place: Place) -> bool:
    """The place that was tried, or another that is as wrong: what stands in the rest is of no election either."""
    told = error["extensions"]
    return told["code"] in WHOLE or "field" in told or place.name in error["message"]


def _pairs(places: list[Place], part: int = 0, parts: int = 1) -> list[tuple[Place, str]]:
    """Each place with every value; of several parts, one, in which each place and each value still is."""
    return [
        (place, value)
        for row, place in enumerate(places)
        for column, value in enumerate(SCALARS)
        if (row + column) % parts == part
    ]


def _faults(client: httpx.Client, pairs: list[tuple[Place, str]], send: Any) -> list[str]:
    def one(pair: tuple[Place, str]) -> str | None:
        answer = send(client, *pair)
        return _fault(*pair, answer.status_code, answer.text)

    with ThreadPoolExecutor(4) as pool:
        return [fault for fault in pool.map(one, pairs) if fault]


def _post(client: httpx.Client, place: Place, value: str) -> httpx.Response:
    return client.post("/graphql", content=place.body(value), headers={"Content-Type": "application/json"})


def _get(client: httpx.Client, place: Place, value: str) -> httpx.Response:
    return client.get(f"/graphql?query={quote(place.document)}&variables={quote(place.filled(value))}")


def _stream(client: httpx.Client, place: Place, value: str) -> httpx.Response:
    """The first event of a stream; the whole answer where it is none."""
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
    with client.stream("POST", "/graphql", content=place.body(value), headers=headers) as answer:
        if "event-stream" not in answer.headers["content-type"]:
            return httpx.Response(answer.status_code, content=answer.read())
        told = next((line[5:].strip() for line in answer.iter_lines() if line.startswith("data:")), "")
        return httpx.Response(answer.status_code, text=told)


def _over_sockets(api: Api, pairs: list[tuple[Place, str]]) -> list[str]:
    """What is wrong with the answers over graphql-transport-ws; a socket that is closed is opened again."""
    found: list[str | None] = []
    waiting = list(pairs)
    while waiting:
        with api.socket() as socket:
            while waiting:
                place, value = waiting.pop()
                name = str(len(waiting))
                socket.send(f'{{"id": "{name}", "type": "subscribe", "payload": {place.body(value)}}}')
                try:
                    found.append(_fault(place, value, 200, _answer(socket, name)))
                except ConnectionClosed as closing:
                    told = closing.rcvd
                    assert told is not None
                    found.append(None if told.code == 4400 else f"{place.path} = {value[:80]}: {told}")
                    break
    return [fault for fault in found if fault]


def _answer(socket: Socket, name: str) -> str:
    """To one operation, in the shape of an answer over HTTP."""
    while True:
        message = socket.receive()
        if message.get("id") == name and message["type"] in ("next", "error"):
            payload = message["payload"]
            return json.dumps({"errors": payload} if isinstance(payload, list) else payload, ensure_ascii=False)


def _client(night: Night, role: Role, *stations: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {night.token(role, *stations)}"}
    return httpx.Client(base_url=night.url, headers=headers, timeout=60)


@pytest.mark.parametrize(("send", "part"), [(_post, 0), (_get, 1)])
def test_no_value_of_a_query_is_a_fault(night: Night, send: Any, part: int) -> None:
    # An address of so many bytes is refused before anybody reads it.
    pairs = [(place, value) for place, value in _pairs(READ, part, 3) if send is _post or len(value) < 1_000]
    with _client(night, Role.OPERATOR) as client:
        assert not _faults(client, pairs, send)


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (Role.VOLUNTEER, ("submitTally", "submitTallies", "enrol", "withdrawTally")),
        (Role.EDITOR, ("reviewTally",)),
        (Role.OPERATOR, ("setElectionPhase", "createEnrolmentCodes", "revokeReporter")),
    ],
)
def test_no_value_of_a_mutation_is_a_fault(night: Night, role: Role, names: tuple[str, ...]) -> None:
    places = [place for place in WRITTEN if place.path.partition(".")[0] in names]
    with _client(night, role, "a-1") as client:
        assert not _faults(client, _pairs(places, 0, 2), _post)


def test_no_value_of_a_tally_is_a_fault_the_lean_way_either(night: Night) -> None:
    """A document that was answered once is not read by GraphQL again."""
    places = [place for place in WRITTEN if place.path.startswith("submitTally.")]
    with _client(night, Role.VOLUNTEER, "a-1") as client:
        good = _post(client, places[0], json.dumps(sheet(night, "a-1", [1, 2, 3])))
        assert good.json()["data"]["submitTally"]["__typename"] in ("TallyAccepted", "TallyHeld", "TallyRejected")
        assert not _faults(client, _pairs(places, 1, 2), _post)


# Nothing is the matter with these where an argument may be left out: a stream begins, and may be silent.
SILENT = ("null", "[]")


def test_no_value_of_a_subscription_is_a_fault_by_an_event_stream(night: Night) -> None:
    pairs = [(place, value) for place, value in _pairs(FOLLOWED, 0, 2) if value not in SILENT]
    with _client(night, Role.EDITOR) as client:
        assert not _faults(client, pairs, _stream)


def test_no_value_is_a_fault_over_a_socket(night: Night) -> None:
    followed = [(place, value) for place, value in _pairs(FOLLOWED, 1, 2) if value not in SILENT]
    api = night.api.as_(night.token(Role.OPERATOR))
    assert not _over_sockets(api, [*followed, *_pairs(READ, 2, 3)])


SEGMENTS = (
    *("%00", "a%00b", "%E2%80%AE", "%ED%A0%80", "%FF", "%2e%2e%2f", "x" * 3_000, "'%20OR%201=1--", "-0", "1e400"),
    *("99999999999999999999999999", "-1", "1.5", "%C2%B2", "[]", "{}", "%0d%0aX:%201"),
)
FILES = (
    *("/results/@@/latest.json", "/results/small/cuts/@@.json", "/results/small/cuts/0/@@", "/results/small/latest/@@"),
    *("/results/small/now/@@", "/results/small/latest/stations.csv?contest=@@"),
    "/results/small/now/wide.csv?contest=@@",
    *("/results/small/now/graphics.json?area=@@&level=@@&lang=@@", "/log/@@/checkpoint", "/log/small/tile/@@/000"),
    *("/log/small/tile/entries/@@", "/log/small/checkpoint?after=@@", "/log/small/witnessed/@@"),
    *(
        "/evidence/@@",
        f"/evidence/{'a' * 64}?width=@@",
        "/?election=@@&lang=@@&office=@@&area=@@&station=@@",
        "/card.png?area=@@&office=@@",
    ),
)


@pytest.mark.parametrize("file", FILES)
def test_no_address_of_a_file_is_a_fault(night: Night, file: str) -> None:
    with httpx.Client(base_url=night.url, timeout=60) as client:
        for segment in SEGMENTS:
            answer = client.get(file.replace(HERE, segment))
            assert answer.status_code < 500, (file, segment, answer.text)
            if answer.status_code >= 400:
                assert not [word for word in INTERNAL if word in answer.text], (file, segment, answer.text)
