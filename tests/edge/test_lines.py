"""Lines that are slow, too long or crooked: each is told what is wrong, or is closed, and holds nothing open."""

import gzip
import json
from collections.abc import Iterator

import pytest

from tests.conftest import Night
from tests.edge.raw import Line, post, status
from tests.edge.strangers import another
from tests.served import wait_until

PING = b'{"query": "{ __typename }"}'
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"


def _ask(night: Night, data: bytes) -> bytes:
    with Line(night) as line:
        line.send(data)
        return line.answer()


def test_headers_that_do_not_come_are_not_waited_for(guarded: Night) -> None:
    with Line(guarded) as line:
        line.send(b"GET /healthz HTTP/1.1\r\nHost: ")
        assert status(line.answer()) == 408


@pytest.mark.parametrize("piece", [b"", b"\r\n", b"X", b"G"], ids=["nothing", "empty lines", "a header", "no method"])
def test_a_line_that_drips_is_closed(guarded: Night, piece: bytes) -> None:
    with Line(guarded) as line:
        if piece == b"X":
            line.send(GET + b"X-Slow: ")
        assert status(line.drip(piece)) in (0, 400, 408)


def test_a_line_between_two_requests_is_closed_too(guarded: Night) -> None:
    with Line(guarded) as line:
        line.send(GET + b"\r\n")
        assert status(line.drip(b"\r\n")) == 200


def test_a_body_that_drips_gets_408(guarded: Night) -> None:
    with Line(guarded) as line:
        line.send(post(PING, length=10_000))
        assert status(line.drip(b" ")) == 408


def test_what_is_left_of_a_refused_body_holds_nothing_open(guarded: Night) -> None:
    with Line(guarded) as line:
        line.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n")
        assert status(line.drip(b" ")) == 200


def test_headers_at_the_limit_are_read_and_one_byte_over_it_gets_431(guarded: Night) -> None:
    spent = len("/healthz" + "Host" + "x" + "Connection" + "close" + "X")
    for over, wanted in ((0, 200), (1, 431)):
        filled = b"X: " + b"a" * (4_000 - spent + over)
        answer = _ask(guarded, GET + b"Connection: close\r\n" + filled + b"\r\n\r\n")
        assert status(answer) == wanted
    assert b"must not exceed 4000 bytes" in answer
    assert status(_ask(guarded, b"GET /" + b"a" * 4_001 + b" HTTP/1.1\r\nHost: x\r\n\r\n")) == 431
    many = b"".join(b"X-%d: 1\r\n" % number for number in range(2_000))
    assert status(_ask(guarded, GET + many + b"\r\n")) == 431


def test_an_address_has_so_many_connections_and_gets_them_back(guarded: Night) -> None:
    lines = [Line(guarded, "127.0.0.2") for _ in range(70)]
    try:
        answers = []
        for line in lines[60:]:
            line.send(GET + b"\r\n")
            answers.append(line.answer())
        assert {status(answer) for answer in answers} <= {503, 0} and any(
            b"connections_an_address" in one for one in answers
        )
    finally:
        for line in lines:
            line.__exit__()
    wait_until(lambda: status(_ask(guarded, GET + b"Connection: close\r\n\r\n")) == 200, what="a place given back")


@pytest.fixture
def address(guarded: Night) -> Iterator[bytes]:
    """A header that makes the request come from somewhere else."""
    yield b"X-Forwarded-For: " + another(guarded).address.encode()


@pytest.mark.parametrize("accept", [b"application/json", b"text/event-stream"])
@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (b"application/json", 200),
        (b"application/json; charset=utf-8", 200),
        (b"APPLICATION/JSON", 200),
        # What a page of anybody's may send without asking first.
        (b"text/plain", 415),
        (b"text/plain; application/json", 415),
        (b"text/plain;charset=application/json", 415),
        (b"application/x-www-form-urlencoded", 415),
        (b"multipart/form-data; boundary=application/json", 415),
        (b"application/jsonp", 415),
        (b"", 415),
    ],
)
def test_only_json_is_taken_by_each_way_in(
    guarded: Night, address: bytes, kind: bytes, wanted: int, accept: bytes
) -> None:
    assert status(_ask(guarded, post(PING, address, b"Accept: " + accept, kind=kind))) == wanted


@pytest.mark.parametrize("accept", [b"application/json", b"text/event-stream"])
@pytest.mark.parametrize("coding", [b"gzip", b"deflate", b"br", b"GZIP", b"identity, gzip"])
def test_a_packed_body_is_refused_before_it_is_opened(
    guarded: Night, address: bytes, coding: bytes, accept: bytes
) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    answer = _ask(guarded, post(bomb, address, b"Accept: " + accept, b"Content-Encoding: " + coding))
    assert status(answer) == 415 and b"must not be compressed" in answer


@pytest.mark.parametrize("accept", [b"application/json", b"text/event-stream"])
def test_a_body_at_the_limit_is_read_and_one_over_it_is_not(guarded: Night, address: bytes, accept: bytes) -> None:
    headers = (address, b"Accept: " + accept)
    assert status(_ask(guarded, post(PING + b" " * (20_000 - len(PING)), *headers))) == 200
    assert status(_ask(guarded, post(PING + b" " * (20_001 - len(PING)), *headers))) == 413
    chunked = (
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n%b\r\n%b\r\n"
    )
    head = chunked % (b"Transfer-Encoding: chunked", b"\r\n".join(headers))
    assert status(_ask(guarded, head + b"\r\n" + b"4e21\r\n" + b" " * 20_001 + b"\r\n0\r\n\r\n")) == 413


@pytest.mark.parametrize("accept", [b"application/json", b"text/event-stream"])
@pytest.mark.parametrize("name", [b"Authorization", b"Content-Type", b"Content-Encoding", b"Host"])
def test_a_header_that_decides_something_comes_once(guarded: Night, address: bytes, name: bytes, accept: bytes) -> None:
    twice = b"%b: identity\r\n%b: identity" % (name, name)
    answer = _ask(guarded, post(PING, address, b"Accept: " + accept, twice))
    assert status(answer) == 400 and name.lower() + b" must not be sent twice" in answer


@pytest.mark.parametrize(
    "head",
    [
        # Two lengths, two ways to end a body, spaces where none belong: what is in front of us may read it otherwise.
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: 27\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 27",
        b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding: chunked, identity",
        b"Transfer-Encoding : chunked",
        b"Content-Length: +27",
        b"Content-Length: 0x1b",
        b"Content-Length: 27, 27",
        b"Content-Length: -1",
        b"X: a\nContent-Length: 27",
        b"X: a\0b",
        b"X\0: a",
        b" folded: a",
        b"Content-Length\t: 27",
    ],
)
def test_a_request_that_can_be_read_in_two_ways_is_read_in_none(guarded: Night, head: bytes) -> None:
    """Whatever smuggled a second request in would see two answers."""
    smuggled = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    request = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + head + b"\r\n\r\n"
    answer = _ask(guarded, request + PING + smuggled)
    assert status(answer) in (400, 408, 413) and answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", "BREW"])
@pytest.mark.parametrize("path", ["/graphql", "/", "/results/small/latest.json", "/log/small/keys", "/evidence/x"])
def test_no_method_does_what_it_is_not_for(guarded: Night, method: str, path: str) -> None:
    answer = _ask(guarded, f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert status(answer) in (200, 204, 400, 401, 404, 405)
    assert b"Traceback" not in answer and b"Internal Server Error" not in answer


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../../pyproject.toml",
        "/assets/%2e%2e/%2e%2e/pyproject.toml",
        "/assets/..%2f..%2fpyproject.toml",
        "/assets/..%5c..%5cpyproject.toml",
        "/assets//etc/passwd",
        "/assets/%00",
        "/assets/%ff%fe",
        "/evidence/../../etc/passwd",
        "/evidence/" + "..%2f" * 8 + "etc/passwd",
        "/evidence/" + "a" * 64 + "%00",
        "/results/%00/latest.json",
        "/results/..%2f..%2f/latest.json",
        "/results/small/cuts/99999999999999999999999999.json",
        "/results/small/cuts/-1.json",
        "/log/%00/checkpoint",
        "/log/small%00/checkpoint",
        "/log/small/tile/0/../../../keys",
        "/log/small/tile/0/%00",
        "/log/small/tile/0/x999999999999999999999/000",
        "/log/small/checkpoint?after=99999999999999999999999&wait=nan",
        "/log/small/checkpoint?after=1&wait=1e999",
        "/log/small/checkpoint?after=1&wait=-5",
        "/log/small/checkpoint?after=²&wait=1",
        "/log/\ud800/checkpoint",
        "/graphql?query=%00",
        "/graphql?query={__typename}&variables=nonsense",
        "/graphql?query={__typename}&variables=[]",
        "/graphql?query={__typename}&variables={}&variables=[]",
        "/graphql?query={__typename}&extensions=5",
        "/graphql?documentId=%00",
        "/?election=%00&lang=%ff",
        "/card.png?election=%00",
        "//graphql?query={__typename}",
        "/%67raphql?query={__typename}",
        "*",
        "http://elsewhere.example/healthz",
    ],
)
def test_no_address_is_answered_with_a_fault_or_a_file_that_is_not_meant(guarded: Night, path: str) -> None:
    text = path.encode("utf-8", "surrogatepass").replace(b" ", b"%20")
    away = b"X-Forwarded-For: " + another(guarded).address.encode()
    answer = _ask(guarded, b"GET " + text + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + away + b"\r\n\r\n")
    assert 0 < status(answer) < 500, answer[:400]
    for secret in (b"[project]", b"root:", b"Traceback", b"asyncpg"):
        assert secret not in answer


def test_a_body_of_another_shape_than_a_request_is_told_so(guarded: Night, address: bytes) -> None:
    batch = json.dumps([{"query": "{ __typename }"}] * 2).encode()
    answer = _ask(guarded, post(batch, address))
    assert status(answer) == 400 and b"a body holds 1 request" in answer
