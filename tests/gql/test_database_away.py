"""PostgreSQL is gone for a while: writers are told to keep what they have, readers of results go on."""

import asyncio
from collections.abc import Iterator

import asyncpg
import httpx
import pytest

from counting.vocabulary import Role
from db.database import use_json
from db.embedded import EmbeddedPostgres
from db.load import load_election
from db.migrate import create_database, migrate
from tests.conftest import Night
from tests.elections import small_election
from tests.served import wait_until
from tests.tallywire.audience import Audience

Stopped = tuple[Night, str, Audience]
RESULT = '{ result(contestId: "small/mayor") { stationsTotal } }'
STATIONS = '{ stations(electionId: "small") { totalCount } }'


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stopped]:
    """A server whose PostgreSQL was stopped under it, and an operator's token; readers were there before."""
    postgres = EmbeddedPostgres.start(tmp_path_factory.mktemp("away") / "postgres")
    asyncio.run(_fill(postgres))
    night = Night(postgres.url("small"), "small").open()
    token = night.token(Role.OPERATOR)
    night.serve(TALLYWIRE_HEARTBEAT_SECONDS="0.4")
    with Audience([night.url]) as audience:
        postgres.stop()
        yield night, token, audience
    night.close()


async def _fill(postgres: EmbeddedPostgres) -> None:
    await create_database(postgres.url("postgres"), "small")
    await migrate(postgres.url("small"))
    connection = await asyncpg.connect(postgres.url("small"))
    await use_json(connection)
    await load_election(connection, small_election(), "small")
    await connection.close()


def test_who_asks_cannot_be_told_and_the_client_is_told_to_try_again(stopped: Stopped) -> None:
    night, token, _ = stopped
    answer = wait_until(lambda: _away(night, token), what="503")
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert "ส่งอีกครั้งด้วยรหัสเดิม" in error["extensions"]["messages"]["TH"]


def _away(night: Night, token: str) -> httpx.Response | None:
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(f"{night.url}/graphql", json={"query": RESULT}, headers=headers, timeout=30)
    return answer if answer.status_code == 503 else None


def test_results_are_read_on_and_what_needs_the_database_says_so(stopped: Stopped) -> None:
    night, _, _ = stopped
    assert night.api(RESULT)["result"]["stationsTotal"] == 6
    assert night.api.code(STATIONS) == "UNAVAILABLE"


def test_readers_are_told_that_their_lines_live_and_hold_what_is_published(stopped: Stopped) -> None:
    night, _, audience = stopped
    seen = {one.name: one.kinds.count("HEARTBEAT") for one in audience.results}

    def beats() -> bool:
        return all(one.kinds.count("HEARTBEAT") > seen[one.name] + 1 for one in audience.results)

    wait_until(beats, what="heartbeats")
    audience.settle(0, night.url)
    assert set(audience.cuts.values()) == {0}
