"""Two nodes are replaced under load: nothing is lost, and no reader is cut more than once."""

import asyncio
import signal
from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import Databases, Night, _fill_small
from tests.db.desk import desk
from tests.served import Api, ServerProcess, wait_until
from tests.tallywire.busy_phones import BusyPhones
from tests.tallywire.follower import Follower, PhaseFollower, ReportFollower, ResultFollower
from tests.tallywire.test_resume import REPORTS, UPDATES
from tests.tallywire.test_workers import ELECTION, RESULTS

SECONDS = 60
PACE = {"TALLYWIRE_BROADCAST_URL": "postgres://", "TALLYWIRE_TICK_SECONDS": "0.02", "TALLYWIRE_HEARTBEAT_SECONDS": "1"}


@pytest.fixture(scope="module")
def night(databases: Databases) -> Iterator[Night]:
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    yield night
    night.close()


def _followers(one: str, other: str) -> list[Follower]:
    """Three at each node."""
    ws, sse = "graphql-transport-ws", "graphql-sse"
    return [
        ResultFollower("latest over ws", [one], ws, UPDATES, mode="LATEST"),
        ResultFollower("latest over SSE", [other], sse, UPDATES, mode="LATEST"),
        ResultFollower("every over ws", [other], ws, UPDATES, mode="EVERY"),
        ReportFollower("reports over ws", [one], ws, REPORTS),
        ReportFollower("reports over SSE", [other], sse, REPORTS),
        PhaseFollower("phases", [one], ws, ELECTION),
    ]


def _terminate(server: ServerProcess) -> None:
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)


def test_two_nodes_are_replaced_under_load_and_nothing_is_lost(night: Night) -> None:
    old = [night.serve(**PACE) for _ in range(2)]
    nodes = [server.url for server in old]
    phones = BusyPhones(night, nodes, stubborn=True)
    followers = _followers(*nodes)
    wait_until(lambda: all(follower.taken for follower in followers), SECONDS, "everybody in place")
    new = [night.serve(**PACE).url for _ in old]
    # Whoever is cut goes to a new one, as a balancer would have it.
    for follower in followers:
        follower.urls += new
    nodes += new
    for server in old:
        _terminate(server)
    for server in old:
        assert server.process is not None and server.process.wait(SECONDS) == 0
    before = len(phones.calls.taken)
    wait_until(lambda: len(phones.calls.taken) > before + 20, SECONDS, "phones at work at the new nodes")
    calls = phones.end()
    head = int(night.sql("SELECT sequence FROM log_head")[0]["sequence"])
    told = [follower for follower in followers if not isinstance(follower, PhaseFollower)]
    wait_until(lambda: all(follower.sequence >= head for follower in told), SECONDS, f"entry {head} at everybody")
    assert [fault for follower in followers for fault in follower.faults] == []
    assert {follower.name: follower.sent_away for follower in followers} == {follower.name: 1 for follower in followers}
    assert all(set(follower.close_codes) <= {1012} for follower in followers)
    _nothing_lost(night, calls.taken, head)
    assert (calls.strange, calls.told_to_keep) == ([], set())
    for url in new:
        wait_until(lambda url=url: _holds(url, followers), SECONDS, "the board in every hand")
    for follower in followers:
        follower.end()


def _nothing_lost(night: Night, taken: dict[str, str], head: int) -> None:
    """Every tally that was taken stands in the log under the id that its phone was told, once; the log has no gap."""
    rows = night.sql("SELECT sequence, tally_id FROM log_entry ORDER BY sequence")
    assert [row["sequence"] for row in rows] == [*range(1, head + 1)]
    assert sorted(row["tally_id"] for row in rows) == sorted(taken.values())

    async def faults() -> list[str]:
        async with desk(night) as at:
            return await at.faults()

    assert asyncio.run(faults()) == []


def _holds(url: str, followers: list[Follower]) -> bool:
    try:
        answer = Api(url)(RESULTS, election="small")["results"]
    except httpx.HTTPError:
        return False
    board = {(result["contest"]["id"], result["area"]["id"]): result for result in answer}
    return all(follower.held == board for follower in followers if isinstance(follower, ResultFollower))
