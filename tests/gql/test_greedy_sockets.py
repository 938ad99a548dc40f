"""Clients that ask for more and more and read nothing: what waits for them stays bounded; read, they are answered."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from tests.conftest import Night
from tests.served import wait_until

# The candidates of a contest, again and again, as deep as is answered: a third of a megabyte from a small election.
NAMES = " ".join(f"n{number}: name" for number in range(45))
LARGE = f"""
subscription Large($e: ID!, $c: [ID!]) {{ resultUpdates(electionId: $e, contestIds: $c) {{ results {{ ...R }} }} }}
fragment R on Result {{ contest {{ candidates {{ ...A }} }} }}
fragment A on Candidate {{ contest {{ candidates {{ ...B }} }} }}
fragment B on Candidate {{ contest {{ candidates {{ ...C }} }} }}
fragment C on Candidate {{ contest {{ candidates {{ {NAMES} }} }} }}
"""
PHASE = "subscription Phase($e: ID!) { electionChanged(electionId: $e) { phase } }"
SUBSCRIPTIONS = 60


@contextmanager
def _unread(night: Night) -> Iterator[ClientConnection]:
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line.connect(("127.0.0.1", night.servers[0].port))
    address = night.url.replace("http", "ws", 1) + "/graphql"
    protocols: Any = ["graphql-transport-ws"]
    more: dict[str, Any] = {"max_size": None, "max_queue": 1, "ping_interval": None, "close_timeout": 1}
    with connect(address, sock=line, subprotocols=protocols, open_timeout=60, **more) as raw:
        raw.send(json.dumps({"type": "connection_init"}))
        raw.recv(timeout=60)
        yield raw


def _subscribe(name: str, query: str, night: Night) -> str:
    variables = {"e": night.election_id, "c": [night.id("mayor")]}
    return json.dumps({"id": name, "type": "subscribe", "payload": {"query": query, "variables": variables}})


def test_one_who_asks_often_and_reads_nothing_is_not_answered_beyond_the_buffers(night: Night) -> None:
    with night.api.socket() as quick, _unread(night) as raw:
        before = _subscribers(night)
        for number in range(SUBSCRIPTIONS):
            raw.send(_subscribe(f"large {number}", LARGE, night))
        wait_until(lambda: _subscribers(night) >= before + SUBSCRIPTIONS, what="all of them")
        # Who comes last is answered when the others were, as far as they had room.
        size = len(json.dumps(quick.next(quick.subscribe(LARGE, e=night.election_id, c=[night.id("mayor")]))))
        assert size > 200_000
        for number in range(SUBSCRIPTIONS):
            raw.send(json.dumps({"type": "complete", "id": f"large {number}"}))
        raw.send(_subscribe("last", PHASE, night))
        names = []
        while "last" not in names:
            names.append(json.loads(raw.recv(timeout=60))["id"])
    # Two systems' buffers and the server's own hold a few of them.
    assert 1 < len(names) < SUBSCRIPTIONS / 2


def _subscribers(night: Night) -> float:
    text = httpx.get(f"{night.url}/metrics", timeout=60).text
    return float(next(line.split()[1] for line in text.splitlines() if line.startswith("tallywire_subscribers ")))


def test_all_are_answered_in_the_end_where_they_are_read(night: Night) -> None:
    with _unread(night) as raw:
        for number in range(SUBSCRIPTIONS):
            raw.send(_subscribe(str(number), LARGE, night))
        told = [json.loads(raw.recv(timeout=60)) for _ in range(SUBSCRIPTIONS)]
    assert {message["type"] for message in told} == {"next"}
    assert {message["id"] for message in told} == {str(number) for number in range(SUBSCRIPTIONS)}
