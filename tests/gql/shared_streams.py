"""What the tests of shared streams ask, and clients that read little, nothing, or as a browser does."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from tests.reader_checks import Published
from tests.served import ServerProcess

UPDATES = """
subscription Updates($e: ID!, $after: Cursor) {
  resultUpdates(electionId: $e, after: $after) { kind cursor reset results { area { id } rows { votes } } }
}
"""
RESULT = "{ contest { id } area { id } cursor rows { votes candidate { id } } }"
# What tests/reader_checks.py asks of readers.
CHECKED = (
    "subscription Checked($e: ID!, $after: Cursor) { resultUpdates(electionId: $e, after: $after) {"
    f" kind cursor reset results {RESULT} }} }}"
)
# The candidates of a contest, again and again: a small election gives large answers.
LARGE = """
subscription Large($e: ID!, $mode: DeliveryMode) {
  resultUpdates(electionId: $e, mode: $mode, contestIds: ["small/mayor"]) { kind cursor conflated results { ...R } }
}
fragment R on Result { contest { candidates { ...A } } }
fragment A on Candidate { id contest { candidates { ...B } } }
fragment B on Candidate { id contest { candidates { ...C } } }
fragment C on Candidate { id contest { candidates { ...D } } }
fragment D on Candidate { id contest { candidates { ...E } } }
fragment E on Candidate { id contest { candidates { ...F } } }
fragment F on Candidate { id contest { candidates { id name shortName color } } }
"""
ELECTION = "subscription Election($e: ID!) { electionChanged(electionId: $e) { id phase } }"
PHASE = 'query { election(id: "small") { phase } }'
REPORTS = "subscription Reports($e: ID!, $after: Cursor) { tallyReports(electionId: $e, after: $after) { sequence } }"
SUBMIT = "mutation Submit($inputs: [SubmitTallyInput!]!) { submitTallies(inputs: $inputs) { __typename } }"
# One field of it fails for every area: such an error names its place in the text.
FAILS = """subscription Fails($e: ID!) {
  resultUpdates(electionId: $e%s) { kind results { contest { result(areaId: "none") { status } } } }
}"""
# One who does not read answers no ping either: neither side asks here, so that it is slow and not gone.
NARROW: dict[str, Any] = {"max_size": None, "max_queue": 1, "close_timeout": 1, "ping_interval": None}


@contextmanager
def events_of(server: ServerProcess, query: str, headers: dict[str, str], **variables: Any) -> Iterator[Iterator[Any]]:
    """(id, data) of each event, as a browser's EventSource asks: by GET."""
    asked = {"query": query, "variables": json.dumps(variables)}
    headers = {"Accept": "text/event-stream", **headers}
    with httpx.stream("GET", f"{server.url}/graphql", params=asked, headers=headers, timeout=60) as answer:
        assert answer.status_code == 200, answer.read()

        def all_of_it() -> Iterator[Any]:
            name = None
            for line in answer.iter_lines():
                if line.startswith("id: "):
                    name = line.removeprefix("id: ")
                elif line.startswith("data: {"):
                    yield name, json.loads(line.removeprefix("data: "))

        yield all_of_it()


@contextmanager
def narrow(server: ServerProcess) -> Iterator[ClientConnection]:
    """A client that takes little at a time, and nothing while it is not read from."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line.connect(("127.0.0.1", server.port))
    address = f"ws://127.0.0.1:{server.port}/graphql"
    protocols: Any = ["graphql-transport-ws"]
    with connect(address, sock=line, subprotocols=protocols, **NARROW) as raw:
        raw.send(json.dumps({"type": "connection_init"}))
        raw.recv(timeout=60)
        yield raw


def next_update(raw: ClientConnection) -> dict[str, Any]:
    update: dict[str, Any] = json.loads(raw.recv(timeout=60))["payload"]["data"]["resultUpdates"]
    return update


def answers_no_ping(server: ServerProcess) -> None:
    """Returns when the server has closed the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as line:
        line.sendall(
            b"GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
        )
        assert line.recv(1_000).startswith(b"HTTP/1.1 101")
        init = b'{"type":"connection_init"}'
        line.sendall(bytes([0x81, 0x80 | len(init)]) + b"\0\0\0\0" + init)
        while line.recv(10_000):
            pass


def published(server: ServerProcess) -> Published:
    results = server.api(f'{{ results(electionId: "small") {RESULT} }}')["results"]
    return Published({(one["contest"]["id"], one["area"]["id"]): one for one in results}, "COUNTING")


def slow_readers(server: ServerProcess, what: str) -> float:
    """As an operator sees it."""
    text = httpx.get(f"{server.url}/metrics", timeout=60).text
    return float(text.split(f'tallywire_slow_readers_total{{what="{what}"}} ')[1].split("\n")[0])
