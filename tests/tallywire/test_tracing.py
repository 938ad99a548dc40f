"""Traces go where OpenTelemetry's variables say, with requests and statements in them, and without what opens doors."""

import gzip
import http.server
import threading
from collections.abc import Iterator

import httpx
import pytest

from counting.vocabulary import Role
from tests.conftest import Night

QUERY = '{ stations(electionId: "small") { totalCount } }'


@pytest.fixture
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """What stands in for an OpenTelemetry collector: its address, and what it was sent."""
    sent: list[bytes] = []

    class Collector(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sent.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", sent
    server.shutdown()


def test_a_request_and_its_statements_are_traced(counting: Night, collector: tuple[str, list[bytes]]) -> None:
    url, sent = collector
    server = counting.serve(OTEL_EXPORTER_OTLP_ENDPOINT=url, OTEL_SERVICE_NAME="wire-of-a-test")
    token = counting.token(Role.OPERATOR)
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(f"{server.url}/graphql", json={"query": QUERY}, headers=headers, timeout=60)
    assert answer.json()["data"]["stations"]["totalCount"] == 6
    assert httpx.get(f"{server.url}/healthz", timeout=60).text == "ok"
    assert server.stop() == 0
    told = b"".join(sent)
    assert b"wire-of-a-test" in told and b"POST" in told and b"/graphql" in told and b"SELECT" in told
    assert token.encode() not in told and b"healthz" not in told


def test_nothing_is_sent_where_nobody_wants_traces(counting: Night, collector: tuple[str, list[bytes]]) -> None:
    url, sent = collector
    server = counting.serve(OTEL_EXPORTER_OTLP_ENDPOINT=url, OTEL_SDK_DISABLED="true")
    assert server.api(QUERY)["stations"]["totalCount"] == 6
    assert server.stop() == 0 and sent == []
