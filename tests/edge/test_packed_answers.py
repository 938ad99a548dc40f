"""Answers to the public go out packed where the asker can unpack them, and to nobody else."""

import gzip

import httpx
import orjson
import pytest

from counting.vocabulary import Role
from tests.conftest import Night

LONG = "{ __schema { types { name description fields { name description } } } }"
SHORT = "{ elections { id } }"


def asked(night: Night, query: str, **headers: str) -> httpx.Response:
    """As it came over the line: nothing of it is unpacked."""
    with httpx.stream(
        "POST", f"{night.url}/graphql", json={"query": query}, headers={"Accept-Encoding": "identity", **headers}
    ) as answer:
        answer._content = b"".join(answer.iter_raw())
        return answer


def test_a_long_answer_to_the_public_is_packed_where_that_is_understood(served: Night) -> None:
    plain, small = asked(served, LONG), asked(served, LONG, **{"Accept-Encoding": "br, gzip;q=0.8"})
    assert "content-encoding" not in plain.headers and small.headers["content-encoding"] == "gzip"
    assert len(small.content) < len(plain.content) / 2
    assert orjson.loads(gzip.decompress(small.content)) == orjson.loads(plain.content)
    assert "accept-encoding" in plain.headers["vary"] and "accept-encoding" in small.headers["vary"]


@pytest.mark.parametrize("offered", ["br", "gzip;q=0", "identity"])
def test_it_is_not_packed_for_those_who_do_not_say_so(served: Night, offered: str) -> None:
    assert "content-encoding" not in asked(served, LONG, **{"Accept-Encoding": offered}).headers


def test_what_somebody_with_a_token_is_answered_is_never_packed(served: Night) -> None:
    token = served.token(Role.OPERATOR)
    answer = asked(served, LONG, **{"Accept-Encoding": "gzip", "Authorization": f"Bearer {token}"})
    assert "content-encoding" not in answer.headers and len(answer.content) > 1_000


def test_a_short_one_is_not_worth_it(served: Night) -> None:
    assert "content-encoding" not in asked(served, SHORT, **{"Accept-Encoding": "gzip"}).headers
