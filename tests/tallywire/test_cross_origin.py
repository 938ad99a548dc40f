"""What pages of other origins may read: the API where allowed, public files everywhere, never with cookies."""

import httpx
import pytest

from tests.conftest import Night

FOREIGN = "https://news.example"
ELSEWHERE = {"Origin": FOREIGN}
QUERY = {"query": "{ elections { id } }"}
STREAM = {"query": 'subscription { resultUpdates(electionId: "small") { kind } }'}


@pytest.fixture(scope="module")
def url(served: Night) -> str:
    return served.url


def preflight(url: str, method: str, headers: str, origin: str = FOREIGN) -> httpx.Response:
    asked = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return httpx.options(url, headers=asked)


def test_a_page_elsewhere_may_post_a_query_and_read_the_answer(url: str) -> None:
    allowed = preflight(f"{url}/graphql", "POST", "content-type, authorization")
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert "POST" in allowed.headers["access-control-allow-methods"]
    answer = httpx.post(f"{url}/graphql", json=QUERY, headers=ELSEWHERE)
    assert answer.json()["data"]["elections"] == [{"id": "small"}]
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_refusal_may_be_read_too(url: str) -> None:
    answer = httpx.post(f"{url}/graphql", content=b"5", headers={**ELSEWHERE, "Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (400, "*")


def test_queries_by_get_and_event_streams_are_readable_from_elsewhere(url: str) -> None:
    got = httpx.get(f"{url}/graphql", params=QUERY, headers=ELSEWHERE)
    assert (got.status_code, got.headers["access-control-allow-origin"]) == (200, "*")
    events = {**ELSEWHERE, "Accept": "text/event-stream"}
    with httpx.stream("POST", f"{url}/graphql", json=STREAM, headers=events, timeout=30) as stream:
        assert stream.headers["access-control-allow-origin"] == "*"
        assert next(stream.iter_lines()) is not None
    assert preflight(f"{url}/graphql", "POST", "last-event-id").status_code == 200


@pytest.mark.parametrize("path", ["/log/small/keys", "/schema.graphql", "/embed.js"])
def test_public_files_are_readable_from_every_page(url: str, path: str) -> None:
    answer = httpx.get(f"{url}{path}", headers=ELSEWHERE)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")


@pytest.mark.parametrize("path", ["/results/small/latest.json", "/results/small/cuts/0.json", "/log/small/checkpoint"])
def test_public_files_may_be_asked_for_with_a_token_or_a_tag(url: str, path: str) -> None:
    answer = preflight(f"{url}{path}", "GET", "authorization, if-none-match")
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")


def test_a_copy_in_between_serves_all_alike(url: str) -> None:
    """Asked without an origin, a public file says all the same that everybody may read it."""
    assert httpx.get(f"{url}/log/small/keys").headers["access-control-allow-origin"] == "*"
    assert httpx.get(f"{url}/embed.js").headers["access-control-allow-origin"] == "*"


def test_photographs_may_be_looked_at_from_elsewhere_and_not_sent(url: str) -> None:
    assert preflight(f"{url}/evidence/{'0' * 64}", "GET", "authorization").status_code == 200
    assert preflight(f"{url}/evidence/{'0' * 64}", "PUT", "content-type").status_code == 400


def test_nobody_is_ever_asked_for_cookies(url: str) -> None:
    for answer in (
        preflight(f"{url}/graphql", "POST", "content-type"),
        httpx.post(f"{url}/graphql", json=QUERY, headers={**ELSEWHERE, "Cookie": "a=b"}),
        httpx.get(f"{url}/log/small/keys", headers=ELSEWHERE),
    ):
        assert "access-control-allow-credentials" not in answer.headers


def test_pages_of_the_app_are_nobody_elses(url: str) -> None:
    assert "access-control-allow-origin" not in httpx.get(f"{url}/desk", headers=ELSEWHERE).headers


def test_an_operator_may_name_the_origins(counting: Night) -> None:
    url = counting.serve(TALLYWIRE_ALLOWED_ORIGINS=f'["{FOREIGN}"]').url
    named = httpx.post(f"{url}/graphql", json=QUERY, headers=ELSEWHERE)
    assert named.headers["access-control-allow-origin"] == FOREIGN
    assert "origin" in named.headers["vary"].lower()
    other = httpx.post(f"{url}/graphql", json=QUERY, headers={"Origin": "https://other.example"})
    assert "access-control-allow-origin" not in other.headers
    assert preflight(f"{url}/graphql", "POST", "content-type", "https://other.example").status_code == 400
    # Files are everybody's all the same.
    assert httpx.get(f"{url}/log/small/keys", headers={"Origin": "https://other.example"}).headers[
        "access-control-allow-origin"
    ] == ("*")


def test_the_script_is_one_small_file_that_is_not_sent_twice(url: str) -> None:
    script = httpx.get(f"{url}/embed.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cache-control"] == "public, max-age=300"
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert int(script.headers["content-length"]) < 30_000
    again = httpx.get(f"{url}/embed.js", headers={"If-None-Match": script.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
