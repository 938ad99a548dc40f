"""What /metrics says of readers, groups, queues and the pool after a run that is known."""

import httpx

from counting.vocabulary import Role
from tests.conftest import Night
from tests.gql.documents import sheet, submit
from tests.served import Api, wait_until

RESULTS = "subscription S($e: ID!) { resultUpdates(electionId: $e) { kind cursor } }"


def _measured(night: Night) -> dict[str, float]:
    text = httpx.get(f"{night.url}/metrics", timeout=60).text
    return {
        name: float(value) for name, _, value in (line.rpartition(" ") for line in text.splitlines() if line[0] != "#")
    }


def _is(night: Night, **wanted: float) -> bool:
    now = _measured(night)
    return all(now[f"tallywire_{name}"] == value for name, value in wanted.items())


def test_readers_groups_ticks_and_queues_are_as_many_as_there_are(served: Night) -> None:
    volunteer: Api = served.api.as_(served.token(Role.VOLUNTEER, "a-1"))
    assert _is(served, groups=0, subscribers=0, readers=0)
    with served.api.socket() as one, served.api.socket() as other:
        following = [(socket, socket.subscribe(RESULTS, e="small")) for socket in (one, other)]
        for socket, name in following:
            assert socket.next(name)["resultUpdates"]["kind"] == "SNAPSHOT"
        one.next(one.subscribe(RESULTS.replace("kind", "kind reset"), e="small"))
        wait_until(lambda: _is(served, groups=2, subscribers=3, readers=2), what="two groups of three")
        before = _measured(served)
        assert submit(volunteer, sheet(served, "a-1", [1, 2, 3]))["__typename"] == "TallyAccepted"
        for socket, name in following:
            while socket.next(name)["resultUpdates"]["kind"] != "DELTA":
                pass
        # One of them had its change told to two readers at once.
        wait_until(lambda: _grown(served, before, "tick_seconds_count") >= 2, what="a tick of each group")
        assert _grown(served, before, "deliveries_total") >= 3
        assert _grown(served, before, "board_lag_seconds_count") == 1
    wait_until(lambda: _is(served, groups=0, subscribers=0, readers=0), what="nobody left")
    now = _measured(served)
    assert now["tallywire_intake_waiting"] == 0
    assert not any(value for name, value in now.items() if name.startswith("tallywire_slow_readers_total"))
    pool = {state: now[f'tallywire_database_connections{{state="{state}"}}'] for state in ("used", "idle", "most")}
    assert 0 <= pool["used"] <= pool["most"] and pool["used"] + pool["idle"] <= pool["most"] and pool["most"] > 0
    assert now['tallywire_board_sequence{election="small"}'] == 1


def _grown(night: Night, before: dict[str, float], name: str) -> float:
    return _measured(night)[f"tallywire_{name}"] - before.get(f"tallywire_{name}", 0)
