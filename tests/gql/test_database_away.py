"""PostgreSQL is gone for a while: writers are told to keep what they have, readers of results go on."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

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

RESULT = '{ result(contestId: "small/mayor") { stationsTotal } }'
STATIONS = '{ stations(electionId: "small") { totalCount } }'


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[tuple[Night, str]]:
    """A server whose PostgreSQL was stopped under it, and an operator's token."""
    postgres = EmbeddedPostgres.start(tmp_path / "postgres")
    asyncio.run(_fill(postgres))
    night = Night(postgres.url("small"), "small").open()
    token = night.token(Role.OPERATOR)
    night.serve()
    postgres.stop()
    yield night, token
    night.close()


async def _fill(postgres: EmbeddedPostgres) -> None:
    await create_database(postgres.url("postgres"), "small")
    await migrate(postgres.url("small"))
    connection = await asyncpg.connect(postgres.url("small"))
    await use_json(connection)
    await load_election(connection, small_election(), "small")
    await connection.close()


def test_who_asks_cannot_be_told_and_the_client_is_told_to_try_again(stopped: tuple[Night, str]) -> None:
    night, token = stopped
    answer = wait_until(lambda: _away(night, token), what="503")
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert "ส่งอีกครั้งด้วยรหัสเดิม" in error["extensions"]["messages"]["TH"]


def _away(night: Night, token: str) -> httpx.Response | None:
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(f"{night.url}/graphql", json={"query": RESULT}, headers=headers, timeout=30)
    return answer if answer.status_code == 503 else None


def test_results_are_read_on_and_what_needs_the_database_says_so(stopped: tuple[Night, str]) -> None:
    night, _ = stopped
    assert night.api(RESULT)["result"]["stationsTotal"] == 6
    assert night.api.code(STATIONS) == "UNAVAILABLE"
