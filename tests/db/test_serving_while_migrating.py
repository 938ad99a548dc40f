"""The tables change under a server that does not know the change: the release before serves on, during and after it."""

import threading

import httpx

from tests.conftest import Night
from tests.gql.documents import UPDATES
from tests.served import wait_until
from tests.tallywire.busy_phones import BusyPhones

SECONDS = 60
READ = """
{ stations(electionId: "small", first: 3) { edges { node { id history { id state } } } }
  feed(electionId: "small", first: 5) { reports { sequence tally { id } previous { id } } }
  tallies(electionId: "small", first: 3) { edges { node { id state } } }
  cuts(electionId: "small", first: 1) { number } }
"""


def _grow(night: Night) -> None:
    """What a later release's migration may do: each table gets a column, and there is a new table."""
    tables = [
        row["name"]
        for row in night.sql(
            "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        )
    ]
    assert len(tables) > 20
    for table in tables:
        night.sql_script(f'SET lock_timeout = 2000; ALTER TABLE "{table}" ADD COLUMN of_a_later_release text')
    night.sql_script("CREATE TABLE of_a_later_release (id int PRIMARY KEY)")
    night.sql("UPDATE alembic_version SET version_num = '9998'")


def test_a_node_serves_on_while_a_later_release_adds_to_every_table(counting: Night) -> None:
    server = counting.serve()
    phones = BusyPhones(counting, [server.url], stubborn=True)
    wait_until(lambda: len(phones.calls.taken) > 30, SECONDS, "phones at work")
    with server.api.socket() as socket:
        updates = socket.subscribe(UPDATES, election="small")
        socket.next(updates)
        assert "errors" not in server.api.send(READ)
        growing = threading.Thread(target=_grow, args=(counting,))
        growing.start()
        growing.join(SECONDS)
        before = len(phones.calls.taken)
        wait_until(lambda: len(phones.calls.taken) > before + 30, SECONDS, "phones at work on the newer tables")
        socket.next(updates)
    calls = phones.end()
    assert calls.strange == []
    rows = counting.sql("SELECT tally_id FROM log_entry ORDER BY sequence")
    assert sorted(row["tally_id"] for row in rows) == sorted(calls.taken.values())
    assert "errors" not in server.api.send(READ)
    assert httpx.get(f"{server.url}/readyz", timeout=SECONDS).json()["checks"]["migrations"]["at"] == "9998"
    # One that starts now finds them newer than it knows, and serves.
    late = counting.serve()
    assert "errors" not in late.api.send(READ)
