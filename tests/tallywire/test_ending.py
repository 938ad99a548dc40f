"""The end of a node: readers are told to come back, writers finish, nothing that was taken goes unanswered."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from counting.vocabulary import Role
from tallywire.server import PEER_SECONDS_MAX
from tests.conftest import Databases, Night, _fill_small
from tests.gql.documents import UPDATES, sheet, submit
from tests.served import Api, ServerProcess, wait_until
from tests.tallywire.audience import Audience
from tests.tallywire.busy_phones import BusyPhones
from tests.tallywire.evidence.pictures import encoded, picture, sha256

REVIEW = "subscription Queue($election: ID!) { reviewQueueChanged(electionId: $election) { id } }"
PARTS = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json"
SECONDS = 60


@pytest.fixture(scope="module")
def night(databases: Databases) -> Iterator[Night]:
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    yield night
    night.close()


class Stream(threading.Thread):
    """One stream, read to its end."""

    def __init__(self, api: Api, query: str, accept: str = "text/event-stream") -> None:
        super().__init__(daemon=True)
        self._api = api
        self._query = query
        self._accept = accept
        self.text = ""
        self.ended_well = False
        self.start()

    def run(self) -> None:
        body = {"query": self._query, "variables": {"election": "small"}}
        headers = {**self._api.headers, "Accept": self._accept}
        with httpx.stream("POST", f"{self._api.url}/graphql", json=body, headers=headers, timeout=SECONDS) as answer:
            for part in answer.iter_text():
                self.text += part
        # An answer that is cut off in the middle raises instead.
        self.ended_well = True


class Sockets(threading.Thread):
    """One WebSocket, read until it is closed."""

    def __init__(self, api: Api, query: str) -> None:
        super().__init__(daemon=True)
        self._api = api
        self._query = query
        self.begun = threading.Event()
        self.code: int | None = None
        self.reason = ""
        self.start()

    def run(self) -> None:
        with self._api.socket() as opened:
            opened.subscribe(self._query, election="small")
            self.begun.set()
            try:
                while True:
                    opened.receive(SECONDS)
            except ConnectionClosed as closed:
                assert closed.rcvd is not None
                self.code, self.reason = closed.rcvd.code, closed.rcvd.reason


def _end(server: ServerProcess, seconds: float = SECONDS) -> int:
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    return server.process.wait(seconds)


def _meter(api: Api, name: str) -> float:
    text = httpx.get(f"{api.url}/metrics", timeout=SECONDS).text
    return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(f"{name} "))


def _subscribers(api: Api) -> float:
    return _meter(api, "tallywire_subscribers")


def test_readers_are_told_to_come_back_and_whatever_was_taken_is_answered(night: Night) -> None:
    server = night.serve()
    editor = server.api.as_(night.token(Role.EDITOR))
    sockets = [Sockets(server.api, UPDATES), Sockets(editor, REVIEW)]
    streams = [Stream(server.api, UPDATES), Stream(editor, REVIEW)]
    parts = Stream(server.api, UPDATES, PARTS)
    wait_until(lambda: all(one.begun.is_set() for one in sockets), SECONDS, "the sockets")
    audience = Audience([server.url])
    wait_until(lambda: _subscribers(server.api) == 3 + len(audience.lines), SECONDS, "the readers of results")
    phones = BusyPhones(night, [server.url], stubborn=False)
    wait_until(lambda: len(phones.calls.taken) > 30, SECONDS, "phones at work")
    assert _end(server) == 0
    calls = phones.wait()
    for one in (*sockets, *streams, parts):
        one.join(SECONDS)
    assert [one.code for one in sockets] == [1012, 1012] and "come back" in sockets[0].reason
    assert [stream.ended_well for stream in streams] == [True, True]
    assert all(stream.text.endswith("retry: 1000\n\n") for stream in streams)
    assert "event: complete" not in "".join(stream.text for stream in streams)
    *_, last, end = parts.text.split("--graphql")
    assert parts.ended_well and '"payload":null' in last and '"COME_BACK"' in last and end == "--\r\n"
    assert calls.strange == []
    audience.end()
    # Each read on until it was sent away, and what it was told has no hole.
    assert audience.faults == [] and min(one.sequence for one in (*audience.results, *audience.reports)) > 0
    assert {one.close_codes[0] for one in audience.sockets} == {1012}
    written = {row["client_tally_id"] for row in night.sql("SELECT client_tally_id FROM submission")}
    assert written == set(calls.taken)


def test_a_mutation_over_a_socket_is_answered_before_the_socket_closes(night: Night) -> None:
    server = night.serve()
    api = server.api.as_(night.token(Role.EDITOR))
    held, waiting = threading.Event(), threading.Event()

    def hold() -> None:
        """The sheet of one station is locked behind the server's back, so that its submission takes a while."""
        import asyncio

        import asyncpg

        async def work() -> None:
            connection = await asyncpg.connect(night.database_url)
            async with connection.transaction():
                await connection.execute("SELECT * FROM station_contest FOR UPDATE")
                held.set()
                await asyncio.to_thread(waiting.wait, SECONDS)
            await connection.close()

        asyncio.run(work())

    holder = threading.Thread(target=hold, daemon=True)
    holder.start()
    assert held.wait(SECONDS)
    with api.socket() as opened:
        mutation = (
            "mutation Submit($input: SubmitTallyInput!) { submitTally(input: $input) {"
            " __typename ... on TallyHeld { tally { state } } ... on TallyAccepted { tally { state } } } }"
        )
        opened.subscribe(UPDATES, election="small")
        assert opened.receive()["type"] == "next"
        asked = opened.subscribe(mutation, input=sheet(night, "a-1", [700, 0, 0], id="over-a-socket"))
        locked = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        wait_until(lambda: night.sql(locked), SECONDS, "the submission at the lock")
        assert server.process is not None
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: _refused(server), SECONDS, "that nobody new is accepted")
        waiting.set()
        told: list[dict[str, Any]] = []
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                told.append(opened.receive(SECONDS))
    assert [message for message in told if message.get("id") == asked and message["type"] == "next"]
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1012
    assert server.process.wait(SECONDS) == 0


def _refused(server: ServerProcess) -> bool:
    try:
        socket.create_connection(("127.0.0.1", server.port), 1).close()
    except OSError:
        return True
    return False


def test_a_photograph_that_is_on_its_way_is_taken_whole_before_a_node_ends(night: Night) -> None:
    """A phone on a bad line, whose picture comes in pieces while the node is replaced."""
    server = night.serve()
    photograph = encoded(picture(size=(600, 400)))
    token = night.token(Role.VOLUNTEER, "a-1")
    head = (
        f"PUT /evidence/{sha256(photograph)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: image/jpeg\r\nContent-Length: {len(photograph)}\r\n\r\n"
    )
    half = len(photograph) // 2
    with socket.create_connection(("127.0.0.1", server.port), SECONDS) as phone:
        phone.sendall(head.encode() + photograph[:half])
        wait_until(lambda: list(Path(os.environ["TALLYWIRE_DATA_DIR"]).rglob("incoming-*")), SECONDS, "the first half")
        assert server.process is not None
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: _refused(server), SECONDS, "that nobody new is accepted")
        phone.sendall(photograph[half:])
        answer = b"".join(iter(lambda: phone.recv(4_096), b""))
    assert answer.startswith(b"HTTP/1.1 201 "), answer
    assert server.process.wait(SECONDS) == 0
    assert night.sql("SELECT 1 FROM evidence WHERE sha256 = $1", sha256(photograph))


def test_a_reader_that_takes_nothing_holds_no_end_up(night: Night) -> None:
    server = night.serve(
        TALLYWIRE_END_SECONDS="600", TALLYWIRE_READER_BUFFER_BYTES="10000", TALLYWIRE_TICK_SECONDS="0.02"
    )
    stuck = [_stuck(server.port, "socket"), _stuck(server.port, "stream")]
    wait_until(lambda: _subscribers(server.api) == 40 + 1, SECONDS, "the stuck readers")
    phones = BusyPhones(night, [server.url], stubborn=False)
    # By then their systems take no more, and what waits for them is over the limit.
    slow = 'tallywire_slow_readers_total{what="conflated"}'
    wait_until(lambda: _meter(server.api, slow) >= 2, SECONDS, "that both readers are stuck")
    # The kernel gives such peers up by itself, after `PEER_SECONDS_MAX`.
    assert _end(server, PEER_SECONDS_MAX * 0.7) == 0
    phones.wait()
    for one in stuck:
        one.close()


def _stuck(port: int, way: str) -> socket.socket:
    """Asks for updates, forty times over on a socket, and reads nothing of them."""
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    peer.connect(("127.0.0.1", port))
    body = json.dumps({"query": UPDATES, "variables": {"election": "small"}})
    if way == "stream":
        head = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\n"
        peer.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        return peer
    peer.sendall(
        b"GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
    )
    assert b"101" in peer.recv(4_096)
    peer.sendall(_frame({"type": "connection_init"}))
    for number in range(40):
        peer.sendall(_frame({"type": "subscribe", "id": str(number), "payload": json.loads(body)}))
    return peer


def _frame(message: dict[str, Any]) -> bytes:
    body = json.dumps(message).encode()
    return b"\x81\xfe" + len(body).to_bytes(2, "big") + b"\0\0\0\0" + body


def test_notice_is_given_while_everything_goes_on_and_a_second_signal_ends_at_once(night: Night) -> None:
    server = night.serve(TALLYWIRE_END_SECONDS="600", TALLYWIRE_END_NOTICE_SECONDS="300")
    reader = Sockets(server.api, UPDATES)
    wait_until(lambda: _subscribers(server.api) == 1, SECONDS, "the reader")
    assert httpx.get(f"{server.url}/readyz", timeout=SECONDS).status_code == 200
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    answer = wait_until(lambda: _not_ready(server), SECONDS, "that it is not ready")
    assert answer.json()["ready"] is False and answer.headers["connection"] == "close"
    assert httpx.get(f"{server.url}/healthz", timeout=SECONDS).status_code == 200
    taken = submit(server.api.as_(night.token(Role.VOLUNTEER, "b-3")), sheet(night, "b-3", [300, 1, 1], id="notice"))
    assert taken["__typename"] in ("TallyAccepted", "TallyHeld") and reader.code is None
    assert _end(server) == 0
    reader.join(SECONDS)
    assert reader.code == 1012


def _not_ready(server: ServerProcess) -> httpx.Response | None:
    answer = httpx.get(f"{server.url}/readyz", timeout=SECONDS)
    return answer if answer.status_code == 503 else None


STOPPED_AT_ONCE = """
import asyncio, os, signal
from tallywire.stopping import Stopping

async def work():
    stopping = Stopping()
    os.kill(os.getpid(), signal.{name})
    await stopping.wait()
    print("ended in order")

asyncio.run(work())
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_who_is_stopped_as_soon_as_it_says_that_it_serves_ends_in_order(name: str) -> None:
    """A program that a script starts in the background ignores SIGINT until it asks for it: it never ended then."""

    def as_in_the_background() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    ran = subprocess.run(
        [sys.executable, "-c", STOPPED_AT_ONCE.format(name=name)],
        preexec_fn=as_in_the_background,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "ended in order\n"), ran.stderr
