"""Limits hold over nodes that share a Redis: who is at one too often is so at the other."""

import itertools
import json
from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import Databases, Night, _fill_small
from tests.redis_server import redis_or_skip
from tests.served import wait_until

REQUESTS = 100


@pytest.fixture
def nodes(databases: Databases) -> Iterator[Night]:
    redis = redis_or_skip().start()
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    settings = {
        "TALLYWIRE_BROADCAST_URL": redis.url,
        "TALLYWIRE_LIMITS": json.dumps({"requests_an_address": REQUESTS}),
        "TALLYWIRE_UNLIMITED_ADDRESSES": "[]",
    }
    try:
        for _ in range(2):
            night.serve(**settings)
        yield night
    finally:
        night.close()
        redis.kill()


def _ask(url: str, address: str) -> int:
    headers = {"X-Forwarded-For": address}
    return httpx.post(f"{url}/graphql", json={"query": "{ __typename }"}, headers=headers, timeout=60).status_code


def test_who_asked_one_node_too_often_is_refused_by_the_other(nodes: Night) -> None:
    one, other = (server.url for server in nodes.servers)
    # The other is asked less often than it would refuse by itself; then it is somebody else's turn.
    turns = itertools.count()

    def refused_elsewhere() -> bool:
        address = f"203.0.113.{next(turns) // (REQUESTS // 2)}"
        while _ask(one, address) == 200:
            pass
        return _ask(other, address) == 429

    wait_until(refused_elsewhere, 120, "the other node's word")
    assert _ask(other, "198.51.100.1") == 200
