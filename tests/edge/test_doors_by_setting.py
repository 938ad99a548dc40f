"""What settings open and close at the edge: the schema, GraphiQL, secrets in files, whose word on an address counts."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from tallywire.cli import build_cli, main
from tests.conftest import Databases, Night, _fill_small
from tests.edge.raw import Line, status
from tests.served import ServerProcess, wait_until

METRICS_TOKEN = "only-prometheus-knows"
CONNECTIONS = 6
REQUESTS = 30
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n%b\r\n"


@pytest.fixture(scope="module")
def closed(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """Shows neither schema nor GraphiQL, trusts no proxy, counts everybody, and has what is secret from files."""
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    folder = tmp_path_factory.mktemp("secrets")
    (folder / "database").write_text(f"{night.database_url}\n", "utf-8")
    (folder / "metrics").write_text(f"{METRICS_TOKEN}\n", "utf-8")
    server = ServerProcess(
        environment={
            "TALLYWIRE_DATABASE_URL_FILE": str(folder / "database"),
            "TALLYWIRE_METRICS_TOKEN_FILE": str(folder / "metrics"),
            "TALLYWIRE_INTROSPECTION": "false",
            "TALLYWIRE_GRAPHIQL": "false",
            "TALLYWIRE_LIMITS": json.dumps({"connections_an_address": CONNECTIONS, "requests_an_address": REQUESTS}),
            "TALLYWIRE_UNLIMITED_ADDRESSES": "[]",
            "FORWARDED_ALLOW_IPS": "192.0.2.1",
        }
    )
    night.servers = [server.start()]
    yield night
    night.close()


def _connections_taken(night: Night, source: str, headers: bytes) -> int:
    """Of twice as many as an address may have, opened at once: how many are answered."""
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(Line(night, source)) for _ in range(2 * CONNECTIONS)]
        for line in lines:
            line.send(HEALTH % headers)
        return sum(status(line.more()) == 200 for line in lines)


def test_neither_the_schema_nor_graphiql_is_shown_where_settings_say_so(closed: Night) -> None:
    ask = "{ __schema { queryType { name } } }", '{ __type(name: "Query") { name } }', "{ elections { idd } }"
    with httpx.Client(base_url=closed.url, timeout=60) as client:
        for query in ask:
            answer = client.post("/graphql", json={"query": query})
            assert {error["extensions"]["code"] for error in answer.json()["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}
            assert "Did you mean" not in answer.text
        assert client.post("/graphql", json={"query": "{ __typename }"}).json() == {"data": {"__typename": "Query"}}
        page = client.get("/graphql", headers={"Accept": "text/html"})
    assert "graphiql" not in page.text.lower() and page.status_code in (400, 404, 406)


def test_the_schema_and_graphiql_are_shown_where_nobody_says_otherwise(guarded: Night) -> None:
    with httpx.Client(base_url=guarded.url, timeout=60, headers={"X-Forwarded-For": "198.51.100.7"}) as client:
        told = client.post("/graphql", json={"query": "{ __schema { queryType { name } } }"}).json()
        assert told == {"data": {"__schema": {"queryType": {"name": "Query"}}}}
        assert "graphiql" in client.get("/graphql", headers={"Accept": "text/html"}).text.lower()


def test_what_is_secret_may_stand_in_files(closed: Night) -> None:
    """The server had its database's address from one."""
    with httpx.Client(base_url=closed.url, timeout=60) as client:
        found = client.post("/graphql", json={"query": "{ elections { id } }"}).json()
        assert found == {"data": {"elections": [{"id": "small"}]}}
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}).status_code == 200


@pytest.mark.parametrize("name", ["TALLYWIRE_DATABASE_URL_FILE", "TALLYWIRE_METRICS_TOKEN_FILE"])
def test_a_file_that_cannot_be_read_is_named_before_anything_is_done(tmp_path: Path, name: str) -> None:
    ended = CliRunner().invoke(build_cli(), ["fsck"], env={name: str(tmp_path / "none")})
    assert (ended.exit_code, ended.stderr.count("\n")) == (2, 1) and name in ended.stderr


def test_so_is_the_file_of_the_token_that_commands_send(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TALLYWIRE_TOKEN", raising=False)
    monkeypatch.setenv("TALLYWIRE_TOKEN_FILE", str(tmp_path / "none"))
    with pytest.raises(SystemExit, match=r"TALLYWIRE_TOKEN_FILE: .* cannot be read"):
        main()


def test_who_is_no_trusted_proxy_is_one_address_whatever_it_says(closed: Night) -> None:
    """Each request claims to come from somewhere else, in every way there is to claim it."""
    with httpx.Client(base_url=closed.url, timeout=60) as client:
        answers = [
            client.post(
                "/graphql",
                json={"query": "{ __typename }"},
                headers={"X-Forwarded-For": f"198.51.100.{number}", "Forwarded": f"for=198.51.100.{number}"},
            ).status_code
            for number in range(2 * REQUESTS)
        ]
    assert 429 in answers


def test_connections_are_counted_by_address_where_the_peer_is_no_proxy(closed: Night) -> None:
    claim = b"X-Forwarded-For: 198.51.100.9\r\n"
    wait_until(lambda: _connections_taken(closed, "127.0.0.3", claim) == CONNECTIONS, what="places given back")


def test_a_trusted_proxy_carries_everybody(guarded: Night) -> None:
    """Its connections are not counted, and its word on addresses is."""
    assert _connections_taken(guarded, "127.0.0.1", b"") == 2 * CONNECTIONS
    with httpx.Client(base_url=guarded.url, timeout=60) as client:
        answers = {
            client.post(
                "/graphql",
                json={"query": "{ __typename }"},
                headers={"X-Forwarded-For": f"198.51.{100 + number // 200}.{number % 200 + 10}"},
            ).status_code
            for number in range(40)
        }
    assert answers == {200}
