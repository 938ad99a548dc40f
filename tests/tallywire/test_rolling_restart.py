"""Two nodes are replaced under load: nothing is lost, and no reader is cut more than once."""

import asyncio
import signal
from collections.abc import Iterator

import pytest

from tests.conftest import Databases, Night, _fill_small
from tests.db.desk import desk
from tests.served import ServerProcess, wait_until
from tests.tallywire.audience import Audience
from tests.tallywire.busy_phones import BusyPhones

SECONDS = 60
PACE = {"TALLYWIRE_BROADCAST_URL": "postgres://", "TALLYWIRE_TICK_SECONDS": "0.02", "TALLYWIRE_HEARTBEAT_SECONDS": "1"}


@pytest.fixture(scope="module")
def night(databases: Databases) -> Iterator[Night]:
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    yield night
    night.close()


def _terminate(server: ServerProcess) -> None:
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)


def test_two_nodes_are_replaced_under_load_and_nothing_is_lost(night: Night) -> None:
    old = [night.serve(**PACE) for _ in range(2)]
    nodes = [server.url for server in old]
    phones = BusyPhones(night, nodes, stubborn=True)
    with Audience(nodes) as audience:
        new = [night.serve(**PACE).url for _ in old]
        audience.go_to(new)
        nodes += new
        for server in old:
            _terminate(server)
        for server in old:
            assert server.process is not None and server.process.wait(SECONDS) == 0
        before = len(phones.calls.taken)
        wait_until(lambda: len(phones.calls.taken) > before + 20, SECONDS, "phones at work at the new nodes")
        calls = phones.end()
        head = int(night.sql("SELECT sequence FROM log_head")[0]["sequence"])
        audience.settle(head, *new)
        assert set(audience.cuts.values()) == {1}
        assert {code for one in audience.sockets for code in one.close_codes} == {1012}
    _nothing_lost(night, calls.taken, head)
    assert (calls.strange, calls.told_to_keep) == ([], set())


def _nothing_lost(night: Night, taken: dict[str, str], head: int) -> None:
    """Every tally that was taken stands in the log under the id that its phone was told, once; the log has no gap."""
    rows = night.sql("SELECT sequence, tally_id FROM log_entry ORDER BY sequence")
    assert [row["sequence"] for row in rows] == [*range(1, head + 1)]
    assert sorted(row["tally_id"] for row in rows) == sorted(taken.values())

    async def faults() -> list[str]:
        async with desk(night) as at:
            return await at.faults()

    assert asyncio.run(faults()) == []
