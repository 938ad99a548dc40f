"""A server with small limits, and strangers who come from addresses of their own."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from tests.conftest import Night

ADDRESSES = itertools.count(1)
SMALL: dict[str, int | None] = {
    "body_max": 20_000,
    "body_seconds": 1,
    "connections_an_address": 60,
    "cost_a_token": 30_000,
    "cost_an_address": 30_000,
    "groups_an_address": 2,
    "headers_max": 4_000,
    "headers_seconds": 1,
    "init_seconds": 1,
    "messages_a_socket": 30,
    "requests_a_token": 25,
    "requests_an_address": 20,
    "sockets_a_token": 2,
    "sockets_an_address": 3,
    "sockets_opened_an_address": 9,
    "subscriptions_a_socket": 3,
    "subscriptions_a_token": 4,
    "subscriptions_an_address": 5,
}


@dataclass(frozen=True)
class Stranger:
    """Somebody at an address of their own, behind a proxy that the server trusts."""

    night: Night
    address: str
    token: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        known = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {"X-Forwarded-For": self.address, **known}

    def post(self, query: str, headers: dict[str, str] | None = None, **variables: Any) -> httpx.Response:
        body = {"query": query, "variables": variables}
        return httpx.post(
            f"{self.night.url}/graphql", json=body, headers={**self.headers, **(headers or {})}, timeout=30
        )

    def get(self, query: str, **headers: str) -> httpx.Response:
        asked = {"query": query}
        return httpx.get(f"{self.night.url}/graphql", params=asked, headers={**self.headers, **headers}, timeout=30)

    @contextmanager
    def socket(self, *, known: bool = True) -> Iterator[ClientConnection]:
        """One that is acknowledged. Raises InvalidStatus where the handshake is refused."""
        address = self.night.url.replace("http", "ws", 1) + "/graphql"
        headers = {"X-Forwarded-For": self.address}
        protocols: Any = ["graphql-transport-ws"]
        with connect(address, subprotocols=protocols, additional_headers=headers, open_timeout=30) as raw:
            payload = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            raw.send(json.dumps({"type": "connection_init", "payload": payload}))
            if known:
                assert json.loads(raw.recv(timeout=30))["type"] == "connection_ack"
            yield raw


def subscribe(raw: ClientConnection, name: str, query: str, **variables: Any) -> dict[str, Any]:
    """The first message about it."""
    payload = {"query": query, "variables": variables}
    raw.send(json.dumps({"id": name, "type": "subscribe", "payload": payload}))
    while True:
        message: dict[str, Any] = json.loads(raw.recv(timeout=30))
        if message.get("id") == name:
            return message


def code(message: dict[str, Any]) -> str | None:
    """Of the error that a message or an answer brings."""
    payload = message.get("payload", message)
    errors = payload if isinstance(payload, list) else payload.get("errors")
    return str(errors[0]["extensions"]["code"]) if errors else None


def another(night: Night, token: str | None = None) -> Stranger:
    """Nobody was at this address before."""
    number = next(ADDRESSES)
    return Stranger(night, f"203.0.{number // 250}.{number % 250 + 1}", token)
