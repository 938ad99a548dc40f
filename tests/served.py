"""A real `tallywire serve` in a process of its own, and a client that talks to it as others would."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from tests import warm_start

START_SECONDS = 60
STANDARD_ERROR = 2


class QueryFailedError(AssertionError):
    """The answer had errors; they are in the message."""


@dataclass
class Api:
    """GraphQL over HTTP and over graphql-transport-ws; `token` None: the public."""

    url: str
    token: str | None = None

    def as_(self, token: str | None) -> "Api":
        return Api(self.url, token)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def send(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole answer, errors and all."""
        body = {"query": query, "variables": variables}
        answer = httpx.post(f"{self.url}/graphql", json=body, headers=self.headers, timeout=60)
        return {"status": answer.status_code, **answer.json()}

    def __call__(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data; raises QueryFailedError."""
        answer = self.send(query, **variables)
        if answer.get("errors"):
            raise QueryFailedError(json.dumps(answer["errors"], ensure_ascii=False, indent=1))
        data: dict[str, Any] = answer["data"]
        return data

    def code(self, query: str, **variables: Any) -> str:
        """The code of the one error that is expected."""
        errors = self.send(query, **variables)["errors"]
        return str(errors[0]["extensions"]["code"])

    @contextlib.contextmanager
    def socket(self, **payload: Any):  # type: ignore[no-untyped-def]
        """A connection that is acknowledged."""
        address = self.url.replace("http", "ws", 1) + "/graphql"
        with connect(
            address, subprotocols=["graphql-transport-ws"], max_size=None, max_queue=None, open_timeout=30
        ) as raw:
            socket = Socket(raw)
            if self.token:
                payload.setdefault("Authorization", f"Bearer {self.token}")
            socket.send({"type": "connection_init", "payload": payload})
            assert socket.receive()["type"] == "connection_ack"
            yield socket


@dataclass
class Socket:
    raw: ClientConnection
    _last_id: int = 0
    _waiting: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def send(self, message: Any) -> None:
        self.raw.send(message if isinstance(message, str) else json.dumps(message))

    def receive(self, seconds: float = 30) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.raw.recv(timeout=seconds))
        return message

    def subscribe(self, query: str, **variables: Any) -> str:
        self._last_id += 1
        operation = str(self._last_id)
        self.send({"id": operation, "type": "subscribe", "payload": {"query": query, "variables": variables}})
        return operation

    def next(self, operation: str, seconds: float = 30) -> dict[str, Any]:
        """The next payload's data of one operation; those of others wait for theirs."""
        waiting = self._waiting.setdefault(operation, [])
        while not waiting:
            message = self.receive(seconds)
            self._waiting.setdefault(message["id"], []).append(message)
        message = waiting.pop(0)
        assert message["type"] == "next" and "errors" not in message["payload"], message
        data: dict[str, Any] = message["payload"]["data"]
        return data


class ServerProcess:
    """`tallywire serve` on a free port; `kill` is kill -9, `stop` is what an operator does."""

    def __init__(self, *arguments: str, port: int = 0, environment: dict[str, str] | None = None) -> None:
        self._arguments = arguments
        self._environment = {**os.environ, **(environment or {})}
        self.port = port
        self.ports: list[int] = []
        # Where it says what goes wrong: the descriptor of a file, else that of the tests themselves.
        self.errors = STANDARD_ERROR
        self.process: subprocess.Popen[str] | warm_start.WarmProcess | None = None

    def start(self) -> "ServerProcess":
        self.process = _started(("serve", "--port", str(self.port), *self._arguments), self._environment, self.errors)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "serves on" in line, f"the server did not start: {line!r}"
        self.ports = [int(port) for port in re.findall(r":(\d+)/graphql", line)]
        self.port = self.ports[0]
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api(self) -> Api:
        return Api(self.url)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ends it as Ctrl-C does; the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


def _started(
    arguments: tuple[str, ...], environment: dict[str, str], errors: int
) -> "subprocess.Popen[str] | warm_start.WarmProcess":
    if warm_start.wanted and warm_start.can_fork(environment):
        return warm_start.start(arguments, environment, errors)
    command = (sys.executable, "-m", "tallywire.cli", *arguments)
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment, start_new_session=True
    )


def run_tallywire(*arguments: str, environment: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """A command in a process of its own, to its end."""
    return subprocess.run(
        (sys.executable, "-m", "tallywire.cli", *arguments),
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def wait_until(condition: Any, seconds: float = 30, what: object = "the condition") -> Any:
    """Asks again until it holds; what it returned."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what} did not come about in {seconds} s"
        time.sleep(0.02)
    return found
