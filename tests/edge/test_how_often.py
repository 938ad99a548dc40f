"""How often and how many at once, by address and by token: at the limit, one over it, and others go on."""

import json
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from counting.vocabulary import Role
from gql.limits import REQUESTS_AN_ADDRESS, Limits
from gql.rates import Rates
from tests.conftest import Night
from tests.edge.strangers import SMALL, Stranger, another, code, subscribe
from tests.redis_server import redis_or_skip
from tests.served import wait_until

PING = "{ __typename }"
LIVE = "subscription S($e: ID!) { electionChanged(electionId: $e) { phase } }"
RESULTS = "subscription S($e: ID!) { resultUpdates(electionId: $e) { kind %s: cursor } }"
WHOLE = "query Q($e: ID!) { results(electionId: $e) { %s rows { votes } } }"


class Clock:
    def __init__(self, now: float = 1_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def test_so_many_are_let_through_in_a_window_and_the_next_waits_for_the_next_window() -> None:
    clock = Clock()
    rates = Rates(limits=Limits({"requests_an_address": 3}), clock=clock)
    assert [rates.take(REQUESTS_AN_ADDRESS, "a") for _ in range(4)] == [0, 0, 0, 10]
    assert rates.take(REQUESTS_AN_ADDRESS, "b") == 0
    clock.now += 4
    assert rates.take(REQUESTS_AN_ADDRESS, "a") == 6
    clock.now += 6
    assert [rates.take(REQUESTS_AN_ADDRESS, "a") for _ in range(4)] == [0, 0, 0, 10]


def test_nobody_waits_where_the_limit_is_off_or_the_address_is_not_counted() -> None:
    off = Rates(limits=Limits({"requests_an_address": None}))
    assert {off.take(REQUESTS_AN_ADDRESS, "a") for _ in range(10_000)} == {0}
    on = Rates(limits=Limits({"requests_an_address": 1}))
    assert {on.take(REQUESTS_AN_ADDRESS, None) for _ in range(10)} == {0}


def test_one_that_is_larger_than_the_limit_is_let_through_alone() -> None:
    """What may be asked once is answered at some time: by itself."""
    rates = Rates(limits=Limits({"requests_an_address": 10}), clock=Clock())
    assert rates.take(REQUESTS_AN_ADDRESS, "a", 25) == 0
    assert rates.take(REQUESTS_AN_ADDRESS, "a", 1) > 0


async def test_nodes_that_share_a_redis_count_together() -> None:
    clock = Clock()
    redis = redis_or_skip().start()
    try:
        one, other = (Rates(redis.url, Limits({"requests_an_address": 4}), clock) for _ in range(2))
        for rates in (one, one, other, other):
            assert rates.take(REQUESTS_AN_ADDRESS, "a") == 0
        for rates in (one, other, one):
            await rates.share()
        assert one.take(REQUESTS_AN_ADDRESS, "a") > 0 and other.take(REQUESTS_AN_ADDRESS, "a") > 0
        assert one.take(REQUESTS_AN_ADDRESS, "b") == 0
    finally:
        redis.kill()


async def test_without_its_redis_a_node_counts_alone() -> None:
    rates = Rates("redis://127.0.0.1:1/0", Limits({"requests_an_address": 1}), Clock())
    assert rates.take(REQUESTS_AN_ADDRESS, "a") == 0
    with pytest.raises(Exception):  # noqa: B017
        await rates.share()
    assert rates.take(REQUESTS_AN_ADDRESS, "a") > 0


def _statuses(who: Stranger, number: int) -> list[int]:
    return [who.post(PING).status_code for _ in range(number)]


def test_an_address_that_asks_too_often_gets_429_and_when_to_come_back(guarded: Night) -> None:
    who, other = another(guarded), another(guarded)
    # Two windows at the most: so many that one of them is full.
    statuses = _statuses(who, 2 * SMALL["requests_an_address"] + 1)  # type: ignore[operator]
    assert statuses[0] == 200 and 429 in statuses
    refused = next(answer for _ in range(200) if (answer := who.post(PING)).status_code == 429)
    told = refused.json()["errors"][0]["extensions"]
    assert (told["code"], told["limit"]) == ("TOO_MANY_REQUESTS", "requests_an_address")
    assert 1 <= int(refused.headers["retry-after"]) == told["retryAfterSeconds"] <= 10
    assert other.post(PING).status_code == 200


@pytest.mark.parametrize("way", ["get", "events", "socket"])
def test_it_is_the_same_by_every_way_in(guarded: Night, way: str) -> None:
    who = another(guarded)

    def refused() -> bool:
        """By this way, once the address has asked too often; a window may end just in between."""
        while who.post(PING).status_code == 200:
            pass
        if way == "socket":
            with who.socket() as raw:
                return code(subscribe(raw, "1", PING)) == "TOO_MANY_REQUESTS"
        answer = who.get(PING) if way == "get" else who.post(PING, {"Accept": "text/event-stream"})
        return (answer.status_code, code(answer.json())) == (429, "TOO_MANY_REQUESTS")

    assert refused() or refused()


def test_a_token_is_counted_for_itself_wherever_it_comes_from(guarded: Night) -> None:
    token = guarded.token(Role.OUTLET)
    noisy = another(guarded)
    while noisy.post(PING).status_code == 200:
        pass
    quiet = Stranger(guarded, noisy.address, token)
    assert quiet.post(PING).status_code == 200
    statuses = [another(guarded, token).post(PING).status_code for _ in range(2 * 25 + 1)]
    assert 429 in statuses


def test_who_guesses_at_tokens_is_let_guess_a_tenth_as_often(guarded: Night) -> None:
    who = another(guarded, "tw_guess")
    # Two of twenty in a window; two windows at the most.
    answers = [who.post("{ viewer { role } }") for _ in range(7)]
    assert code(answers[0].json()) == "UNAUTHENTICATED"
    assert 429 in [answer.status_code for answer in answers]


def test_what_costs_much_is_let_through_less_often(guarded: Night) -> None:
    who = another(guarded)
    codes = [code(who.post(WHOLE % "decided ", e="small").json()) for _ in range(9)]
    assert codes[0] is None and "TOO_MANY_REQUESTS" in codes
    assert code(another(guarded).post(WHOLE % "decided", e="small").json()) is None


def test_an_address_has_so_many_sockets_and_the_next_one_is_told_so(guarded: Night) -> None:
    who = another(guarded)
    with who.socket(), who.socket(), who.socket():
        with pytest.raises(InvalidStatus) as refusal, who.socket():
            pass
        assert refusal.value.response.status_code == 429
        assert b"sockets_an_address" in refusal.value.response.body
        with another(guarded).socket():
            pass
    wait_until(lambda: _connects(who), what="a place given back")


def _connects(who: Stranger) -> bool:
    try:
        with who.socket():
            return True
    except InvalidStatus:
        return False


def test_event_streams_count_as_sockets(guarded: Night) -> None:
    who = another(guarded)
    with who.socket(), who.socket(), who.socket():
        assert who.post(LIVE, {"Accept": "text/event-stream"}, e="small").status_code == 429


def test_a_token_has_so_many_sockets(guarded: Night) -> None:
    token = guarded.token(Role.OUTLET)
    with another(guarded, token).socket(), another(guarded, token).socket():
        with another(guarded, token).socket(known=False) as third, pytest.raises(ConnectionClosed) as closing:
            third.recv(timeout=30)
        assert closing.value.rcvd is not None and closing.value.rcvd.code == 1013


def test_a_socket_carries_so_many_operations(stranger: Stranger) -> None:
    with stranger.socket() as raw:
        for name in "123":
            assert code(subscribe(raw, name, LIVE, e="small")) is None
        refused = subscribe(raw, "4", LIVE, e="small")
        assert code(refused) == "TOO_MANY_AT_ONCE"
        raw.send(json.dumps({"id": "1", "type": "complete"}))
        wait_until(lambda: code(subscribe(raw, "5", LIVE, e="small")) is None, what="a place given back")


def test_an_address_and_a_token_hold_so_many_subscriptions(guarded: Night) -> None:
    for token, most in ((None, 5), (guarded.token(Role.OUTLET), 4)):
        who = another(guarded, token)
        with who.socket() as one, who.socket() as two:
            answers = [subscribe(one if name < 3 else two, str(name), LIVE, e="small") for name in range(most + 1)]
            assert [code(answer) for answer in answers] == [None] * most + ["TOO_MANY_AT_ONCE"]


def test_subscriptions_that_differ_are_so_many_an_address_and_equal_ones_share(guarded: Night) -> None:
    who = another(guarded)
    with who.socket() as raw, who.socket() as more:
        first = [subscribe(raw, name, RESULTS % "a", e="small") for name in "12"]
        second = subscribe(raw, "3", RESULTS % "b", e="small")
        third = subscribe(more, "4", RESULTS % "c", e="small")
        assert [code(one) for one in (*first, second, third)] == [None, None, None, "TOO_MANY_AT_ONCE"]
        with another(guarded).socket() as other:
            assert code(subscribe(other, "5", RESULTS % "c", e="small")) is None


def _flood(raw: Any, message: Any, number: int) -> int:
    """The code that the flood is closed with."""
    with pytest.raises(ConnectionClosed) as closing:
        for _ in range(number):
            message()
        while True:
            raw.recv(timeout=30)
    assert closing.value.rcvd is not None
    return int(closing.value.rcvd.code)


@pytest.mark.parametrize("kind", ["ping of the protocol", "ping of the socket", "nothing at all"])
def test_a_socket_that_floods_is_closed_with_4429(stranger: Stranger, kind: str) -> None:
    with stranger.socket() as raw:
        sends = {
            "ping of the protocol": lambda: raw.send('{"type": "ping"}'),
            "ping of the socket": raw.ping,
            "nothing at all": lambda: raw.pong(b""),
        }
        assert _flood(raw, sends[kind], 100) == 4429
