"""Who may do what: every query, mutation and subscription of the schema, for everybody who may come.

A root field without a row here fails: whoever adds one says what each gets.
"""

import contextlib
import itertools
from collections.abc import Iterator

import pytest
from graphql import GraphQLObjectType, get_named_type, is_required_argument
from websockets.exceptions import ConnectionClosed

from gql.schema.build import build_schema
from tests.gql.conftest import Hall
from tests.gql.documents import accepted, sheet, submit
from tests.gql.holders import Holder, Holders, everybody
from tests.served import Api, ServerProcess, Socket, wait_until

SCHEMA = build_schema()._schema
H = Holder
OK = "OK"
NO_TOKEN = {H.REVOKED: "UNAUTHENTICATED", H.UNKNOWN: "UNAUTHENTICATED"}
ELSEWHERE = (H.VOLUNTEER_ELSEWHERE, H.EDITOR_ELSEWHERE, H.OPERATOR_ELSEWHERE)
EVERYBODY = dict.fromkeys(Holder, OK) | NO_TOKEN
NOBODY = dict.fromkeys(Holder, "FORBIDDEN") | {H.ANONYMOUS: "UNAUTHENTICATED"} | NO_TOKEN


def only(*holders: Holder, gets: str = OK, elsewhere: str = "FORBIDDEN") -> dict[Holder, str]:
    """These get what they ask for; those of another election with the same role are told `elsewhere`."""
    others = {other: elsewhere for other in ELSEWHERE if Holder(other.removesuffix("_ELSEWHERE")) in holders}
    return NOBODY | others | dict.fromkeys(holders, gets)


# A query or mutation: its arguments, and what each is answered: OK, the type of the answer, or the error's code.
ASKED: dict[str, tuple[str, dict[Holder, str]]] = {
    "Query.viewer": ("", EVERYBODY),
    "Query.elections": ("", EVERYBODY),
    "Query.election": ("id: $e", EVERYBODY),
    "Query.contest": ("id: $mayor", EVERYBODY),
    "Query.candidates": ("contestId: $mayor", EVERYBODY),
    "Query.area": ("id: $area", EVERYBODY),
    "Query.station": ("id: $station", EVERYBODY),
    "Query.stations": ("electionId: $e", EVERYBODY),
    "Query.tally": ("id: $tally", EVERYBODY),
    "Query.tallies": ("electionId: $e", EVERYBODY),
    "Query.reporters": ("electionId: $e", only(H.EDITOR, H.OPERATOR)),
    "Query.auditRecords": ("electionId: $e", only(H.OPERATOR)),
    "Query.result": ("contestId: $mayor", EVERYBODY),
    "Query.results": ("electionId: $e", EVERYBODY),
    "Query.cuts": ("electionId: $e", EVERYBODY),
    "Query.feed": ("electionId: $e", EVERYBODY),
    "Query.checkpoint": ("electionId: $e", EVERYBODY),
    "Query.inclusionProof": ("electionId: $e, sequence: 1, treeSize: 1", EVERYBODY),
    "Query.consistencyProof": ("electionId: $e, fromSize: 1, toSize: 1", EVERYBODY),
    "Query.differences": ("electionId: $e", EVERYBODY),
    "Query.stationStatistics": ("contestId: $mayor", EVERYBODY),
    "Query.reviewQueue": ("electionId: $e", only(H.EDITOR)),
    "Mutation.enrol": (
        'input: {code: "1", displayName: "x"}',
        EVERYBODY | dict.fromkeys([holder for holder in Holder if holder not in NO_TOKEN], "EnrolmentRefused"),
    ),
    "Mutation.submitTally": (
        'input: {clientTallyId: "m", stationId: "nowhere", contestId: $mayor, votes: []}',
        only(H.VOLUNTEER, H.EDITOR, H.OPERATOR, gets="TallyRejected", elsewhere="TallyRejected"),
    ),
    "Mutation.submitTallies": ("inputs: []", only(H.VOLUNTEER, H.EDITOR, H.OPERATOR, elsewhere=OK)),
    "Mutation.withdrawTally": (
        'input: {tallyId: $tally, reason: ""}',
        only(H.VOLUNTEER, H.EDITOR, H.OPERATOR, gets="BAD_USER_INPUT", elsewhere="BAD_USER_INPUT"),
    ),
    "Mutation.reviewTally": (
        'input: {tallyId: "none", decision: REJECT, reason: "because"}',
        only(H.EDITOR, gets="NOT_FOUND", elsewhere="NOT_FOUND"),
    ),
    "Mutation.setElectionPhase": ("electionId: $e, phase: COUNTING", only(H.OPERATOR)),
    "Mutation.createEnrolmentCodes": ("input: {electionId: $e, role: OPERATOR, count: 1}", only(H.OPERATOR)),
    "Mutation.revokeReporter": ('reporter: "none"', only(H.OPERATOR, gets="NOT_FOUND", elsewhere="NOT_FOUND")),
}
# A subscription: its arguments, and who is told something.
WATCHED: dict[str, tuple[str, dict[Holder, str]]] = {
    "Subscription.resultUpdates": ("electionId: $e", EVERYBODY),
    "Subscription.tallyReports": ("electionId: $e", EVERYBODY),
    "Subscription.electionChanged": ("electionId: $e", EVERYBODY),
    "Subscription.reviewQueueChanged": ("electionId: $e", only(H.EDITOR)),
}
SEALED = '{ inclusionProof(electionId: "%s", sequence: 1, treeSize: 1) { treeSize } }'
PATIENCE = 60
CLOSED = {H.REVOKED: "4403", H.UNKNOWN: "4403"}


def _served() -> set[str]:
    roots = (SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type)
    return {f"{root.name}.{field}" for root in roots if root for field in root.fields}


def _document(path: str, arguments: str, names: dict[str, str]) -> str:
    root, name = path.split(".")
    kind = SCHEMA.type_map[root]
    assert isinstance(kind, GraphQLObjectType)
    field = kind.fields[name]
    for argument, taken in field.args.items():
        assert not is_required_argument(taken) or f"{argument}:" in arguments, f"{path} needs {argument}"
    for word, value in names.items():
        arguments = arguments.replace(f"${word}", f'"{value}"')
    below = " { __typename }" if hasattr(get_named_type(field.type), "fields") or _is_union(field.type) else ""
    return f"{root.lower()} {{ answer: {name}{f'({arguments})' if arguments else ''}{below} }}"


def _is_union(kind: object) -> bool:
    return hasattr(get_named_type(kind), "types")  # type: ignore[call-overload]


def _outcome(answer: dict[str, object], union: bool) -> str:
    errors, data = answer.get("errors"), answer.get("data")
    if errors:
        return str(errors[0]["extensions"]["code"])  # type: ignore[index]
    return str(data["answer"]["__typename"]) if union else OK  # type: ignore[index]


@pytest.fixture(scope="module")
def holders(hall: Hall) -> Holders:
    return everybody(hall.take(), hall.take())


@pytest.fixture(scope="module")
def names(holders: Holders) -> dict[str, str]:
    """Ids for the documents; one tally counts."""
    night = holders.night
    tally = accepted(holders.api(H.VOLUNTEER), sheet(night, "a-1", [10, 20, 30]))["tally"]["id"]
    wait_until(lambda: night.api.send(SEALED % night.election_id).get("data"), PATIENCE, "a signed head")
    ids = {"mayor": night.id("mayor"), "area": night.id("a"), "station": night.id("a-1")}
    return {"tally": tally, **ids, "e": night.election_id}


def test_every_root_field_has_its_row_and_every_row_its_field() -> None:
    assert _served() == ASKED.keys() | WATCHED.keys()


def test_every_row_says_what_everybody_gets() -> None:
    for path, (_, row) in {**ASKED, **WATCHED}.items():
        assert row.keys() == set(Holder), path


@pytest.mark.parametrize("path", ASKED)
def test_everybody_gets_what_the_row_says(holders: Holders, names: dict[str, str], path: str) -> None:
    arguments, row = ASKED[path]
    document = _document(path, arguments, names)
    union = any(value.startswith("Tally") or value == "EnrolmentRefused" for value in row.values())
    assert {holder: _outcome(holders.api(holder).send(document), union) for holder in Holder} == row


@pytest.mark.parametrize("path", WATCHED)
def test_everybody_is_told_what_the_row_says(holders: Holders, names: dict[str, str], path: str) -> None:
    arguments, row = WATCHED[path]
    document = _document(path, arguments, names)
    with contextlib.ExitStack() as open_sockets:
        sockets: dict[Holder, Socket] = {}
        for holder in Holder:
            try:
                sockets[holder] = open_sockets.enter_context(holders.api(holder).socket())
            except ConnectionClosed as closing:
                assert closing.rcvd is not None and str(closing.rcvd.code) == CLOSED.get(holder), holder
        for socket in sockets.values():
            socket.subscribe(document)
        told = {holder: _told(socket, _holding(holders)) for holder, socket in sockets.items()}
    assert told | dict.fromkeys(CLOSED, "UNAUTHENTICATED") == row


def _holding(holders: Holders) -> Iterator[None]:
    """Holds one more tally, for those who watch the queue."""
    night = holders.night
    for number in range(1, PATIENCE):
        doubtful = sheet(night, "a-3", [number, 0, 0], id=f"doubtful {number}", coverage="PARTIAL", ballotsCast=None)
        submit(holders.api(H.VOLUNTEER), doubtful)
        yield


def _told(socket: Socket, news: Iterator[None]) -> str:
    """The first thing that the server says; more happens as long as it is silent."""
    while True:
        try:
            message = socket.receive(1)
        except TimeoutError:
            next(news)
            continue
        if message["type"] == "error":
            return str(message["payload"][0]["extensions"]["code"])
        assert message["type"] == "next", message
        return _outcome(message["payload"], union=False)


@pytest.fixture(scope="module")
def closed_node(hall: Hall) -> Iterator[ServerProcess]:
    """The same elections, shown to holders of a token alone."""
    server = ServerProcess(
        "--database-url", hall.whole.database_url, environment={"TALLYWIRE_READERS_NEED_TOKEN": "true"}
    ).start()
    yield server
    server.stop()


def test_where_readers_need_a_token_the_public_reads_nothing(
    holders: Holders, names: dict[str, str], closed_node: ServerProcess
) -> None:
    public, outlet = Api(closed_node.url), Api(closed_node.url, holders.tokens[H.OUTLET])
    for path, (arguments, row) in ASKED.items():
        if path.startswith("Query.") and row is EVERYBODY and path != "Query.viewer":
            document = _document(path, arguments, names)
            assert public.code(document) == "UNAUTHENTICATED", path
            assert _outcome(outlet.send(document), union=False) == OK, path
    for path, (arguments, row) in WATCHED.items():
        if row is EVERYBODY:
            with public.socket() as socket:
                socket.subscribe(_document(path, arguments, names))
                assert _told(socket, itertools.repeat(None, PATIENCE)) == "UNAUTHENTICATED", path
