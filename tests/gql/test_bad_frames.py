"""WebSocket messages that the protocol does not know: each ends the connection with its own code."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from counting.vocabulary import Role
from tests.conftest import Night

INIT = {"type": "connection_init"}
LIVE = "subscription S($e: ID!) { electionChanged(electionId: $e) { phase } }"
VIEWER = "{ viewer { role } }"


@contextmanager
def _open(night: Night, protocol: str = "graphql-transport-ws") -> Iterator[ClientConnection]:
    address = night.url.replace("http", "ws", 1) + "/graphql"
    with connect(address, subprotocols=[protocol], open_timeout=30) as raw:  # type: ignore[list-item]
        yield raw


def _send(raw: ClientConnection, *messages: Any) -> None:
    for message in messages:
        raw.send(message if isinstance(message, str | bytes) else json.dumps(message))


def _closed(raw: ClientConnection) -> int:
    """The code that the server closes with."""
    with pytest.raises(ConnectionClosed) as closing:
        while True:
            raw.recv(timeout=20)
    assert closing.value.rcvd is not None
    return closing.value.rcvd.code


def _subscribe(name: object, query: object = LIVE, **variables: object) -> dict[str, Any]:
    return {"id": name, "type": "subscribe", "payload": {"query": query, "variables": variables}}


@pytest.mark.parametrize(
    "frame",
    [
        "5",
        "null",
        "[]",
        "{}",
        "nonsense",
        '{"type": 5}',
        '{"type": "nonsense"}',
        "[" * 5_000,
        {"type": "complete"},
        {"type": "complete", "id": 1},
        {"type": "ping", "payload": 5},
        _subscribe(1),
        _subscribe(""),
        _subscribe(None),
        _subscribe("1", query=5),
        {"id": "1", "type": "subscribe"},
        {"id": "1", "type": "subscribe", "payload": 5},
        {"id": "1", "type": "subscribe", "payload": {"query": "{ x }", "variables": []}},
    ],
    ids=str,
)
def test_a_frame_of_no_known_shape_closes_with_4400(night: Night, frame: object) -> None:
    with _open(night) as raw:
        _send(raw, INIT)
        raw.recv(timeout=20)
        _send(raw, frame)
        assert _closed(raw) == 4400


def test_a_binary_frame_closes_with_4400(night: Night) -> None:
    with _open(night) as raw:
        _send(raw, b'{"type": "connection_init"}')
        assert _closed(raw) == 4400


def test_an_init_of_a_wrong_shape_closes_with_4400(night: Night) -> None:
    with _open(night) as raw:
        _send(raw, {**INIT, "payload": []})
        assert _closed(raw) == 4400


def test_subscribing_without_an_init_closes_with_4401(night: Night) -> None:
    with _open(night) as raw:
        _send(raw, _subscribe("1", e=night.election_id))
        assert _closed(raw) == 4401


def test_two_inits_close_with_4429(night: Night) -> None:
    with _open(night) as raw:
        _send(raw, INIT, INIT)
        assert _closed(raw) == 4429


def test_one_id_for_two_subscriptions_closes_with_4409(night: Night) -> None:
    with _open(night) as raw:
        _send(raw, INIT, _subscribe("1", e=night.election_id), _subscribe("1", e=night.election_id))
        assert _closed(raw) == 4409


@pytest.mark.parametrize("token", ["Bearer tw_wrong", "tw_wrong", 5, ["Bearer"]])
def test_a_wrong_token_in_the_init_closes_with_4403(night: Night, token: object) -> None:
    with _open(night) as raw:
        _send(raw, {**INIT, "payload": {"Authorization": token}})
        assert _closed(raw) == 4403


@pytest.mark.parametrize("protocol", ["graphql-ws", "nonsense"])
def test_another_protocol_is_refused_with_4406(night: Night, protocol: str) -> None:
    with _open(night, protocol) as raw:
        assert _closed(raw) == 4406


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
def test_a_token_in_the_init_says_who_asks(night: Night, name: str) -> None:
    token = night.token(Role.OUTLET)
    with _open(night) as raw:
        _send(raw, {**INIT, "payload": {name: f"Bearer {token}"}}, _subscribe("1", query=VIEWER))
        assert json.loads(raw.recv(timeout=20))["type"] == "connection_ack"
        answer = json.loads(raw.recv(timeout=20))
        assert answer["payload"]["data"] == {"viewer": {"role": "OUTLET"}}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription S($e: Cursor!) { electionChanged(electionId: $e) { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ('subscription { electionChanged(electionId: "none") { id } }', "NOT_FOUND"),
        ("subscription S($e: ID!) { electionChanged(electionId: $e) { id } }", "BAD_USER_INPUT"),
    ],
)
def test_a_subscription_that_cannot_begin_is_told_its_code_and_the_others_go_on(
    night: Night, query: str, code: str
) -> None:
    with _open(night) as raw:
        _send(raw, INIT, _subscribe("bad", query=query))
        assert json.loads(raw.recv(timeout=20))["type"] == "connection_ack"
        message = json.loads(raw.recv(timeout=20))
        errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
        assert (message["id"], errors[0]["extensions"]["code"]) == ("bad", code)
        _send(raw, _subscribe("good", e=night.election_id))
        while message["id"] == "bad":
            message = json.loads(raw.recv(timeout=20))
        assert message["payload"]["data"] == {"electionChanged": {"phase": "COUNTING"}}


def test_a_ping_is_answered(night: Night) -> None:
    with _open(night) as raw:
        _send(raw, INIT, {"type": "ping"})
        assert [json.loads(raw.recv(timeout=20))["type"] for _ in range(2)] == ["connection_ack", "pong"]
