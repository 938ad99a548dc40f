"""Every answer carries what keeps browsers from doing with it what was not meant, whatever gave it."""

import re

import httpx
import pytest

from tests.conftest import Night
from tests.edge.raw import Line, post, status
from tests.edge.strangers import another

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
DEVICES = ("microphone=()", "geolocation=()")
JSON = {"Content-Type": "application/json"}
PING = b'{"query": "{ __typename }"}'
REQUESTS = [
    *(("GET", path, {}, b"", 200) for path in ("/", "/volunteer", "/desk", "/embed.js", "/card.png", "/healthz")),
    *(("GET", path, {}, b"", 200) for path in ("/readyz", "/metrics", "/schema.graphql", "/volunteer-worker.js")),
    *(("GET", path, {}, b"", 200) for path in ("/results/small/now/graphics.json", "/log/small/keys")),
    ("GET", "/graphql", {"Accept": "text/html"}, b"", 200),
    ("GET", "/graphql?query={__typename}", {}, b"", 200),
    ("POST", "/graphql", JSON, PING, 200),
    ("POST", "/graphql", JSON, b"5", 400),
    ("POST", "/graphql", {**JSON, "Accept": "text/event-stream"}, b"5", 400),
    ("POST", "/graphql", {"Content-Type": "text/plain"}, PING, 415),
    ("POST", "/graphql", JSON, b" " * 20_001, 413),
    ("PUT", "/graphql", {}, b"", 405),
    ("POST", "/desk", {}, b"", 405),
    ("GET", "/nothing", {}, b"", 404),
    ("GET", "/assets/nothing.js", {}, b"", 404),
    ("GET", "/results/none/latest.json", {}, b"", 404),
    ("GET", "/results/small/now/nothing.csv", {}, b"", 404),
    ("GET", "/log/none/checkpoint", {}, b"", 404),
    ("GET", f"/evidence/{'a' * 64}", {}, b"", 404),
]


def _check(headers: httpx.Headers) -> None:
    for name, value in EVERYWHERE.items():
        assert headers.get(name) == value, name
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["frame-ancestors"] in ("'none'", "'self'")
    scripts = policy.get("script-src", "'none'")
    assert scripts in ("'none'", "'self'"), "no script of a page's own text, and none from elsewhere"
    assert all(device in headers["permissions-policy"] for device in DEVICES)
    assert "server" not in headers


@pytest.mark.parametrize(("method", "path", "headers", "body", "wanted"), REQUESTS)
def test_every_answer_says_what_browsers_may_do_with_it(
    guarded: Night, method: str, path: str, headers: dict[str, str], body: bytes, wanted: int
) -> None:
    from_somewhere = {**another(guarded).headers, **headers}
    answer = httpx.request(method, f"{guarded.url}{path}", headers=from_somewhere, content=body, timeout=60)
    assert answer.status_code == wanted, answer.text[:300]
    _check(answer.headers)
    assert "strict-transport-security" not in answer.headers


def test_built_files_say_it_too(guarded: Night) -> None:
    page = httpx.get(f"{guarded.url}/desk", headers=another(guarded).headers, timeout=60).text
    files = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page)
    assert files
    for file in files:
        answer = httpx.get(f"{guarded.url}{file}", headers=another(guarded).headers, timeout=60)
        assert answer.status_code == 200
        _check(answer.headers)


def test_over_https_browsers_are_told_to_stay_with_it(guarded: Night) -> None:
    headers = {**another(guarded).headers, "X-Forwarded-Proto": "https"}
    for path in ("/", "/nothing"):
        answer = httpx.get(f"{guarded.url}{path}", headers=headers, timeout=60)
        assert "max-age=31536000" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize(
    ("request_text", "wanted"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: ", 408),
        (b"GET /" + b"a" * 4_001 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
        (post(PING, length=10_000), 408),
    ],
    ids=["headers that do not come", "an address too long", "a body that does not come"],
)
def test_refusals_before_anybody_looks_at_a_request_say_it_too(
    guarded: Night, request_text: bytes, wanted: int
) -> None:
    with Line(guarded) as line:
        line.send(request_text)
        answer = line.answer()
    assert status(answer) == wanted
    lines = answer.split(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    _check(httpx.Headers([tuple(one.split(": ", 1)) for one in lines]))  # type: ignore[misc]
