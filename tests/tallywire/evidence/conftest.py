"""One server with a folder of photographs, and people of all kinds for each module."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from counting.election import Election
from counting.vocabulary import ElectionPhase, Role
from db.database import use_json
from db.load import load_election
from db.phases import set_phase
from tests.conftest import Databases, Night, _fill_small
from tests.served import Api, wait_until

# Small enough that tests need not send much.
BYTES_MAX, PIXELS_MAX = 2_000_000, 4_000_000


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("photographs")


@pytest.fixture(scope="session")
def served(databases: Databases, folder: Path) -> Iterator[Night]:
    """The small election while it is counted; other elections may be loaded beside it."""
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    night.serve(
        TALLYWIRE_DATA_DIR=str(folder),
        TALLYWIRE_EVIDENCE_BYTES_MAX=str(BYTES_MAX),
        TALLYWIRE_EVIDENCE_PIXELS_MAX=str(PIXELS_MAX),
    )
    yield night
    night.close()


@pytest.fixture(scope="module")
def night(served: Night) -> Night:
    return served


def beside(served: Night, election: Election, *phases: ElectionPhase) -> Night:
    """One more election of the same server."""
    night = Night(served.database_url, election.id)
    night.servers = served.servers

    async def load() -> None:
        connection = await asyncpg.connect(served.database_url)
        await use_json(connection)
        await load_election(connection, election, "beside")
        for phase in phases:
            await set_phase(connection, election.id, phase)
        await connection.close()

    asyncio.run(load())
    query = "query Served($id: ID!) { election(id: $id) { phase } }"
    wanted = (phases or (ElectionPhase.SETUP,))[-1]
    wait_until(
        lambda: (found := served.api(query, id=election.id)["election"]) and found["phase"] == wanted,
        60,
        f"{election.id} being served",
    )
    return night


@pytest.fixture(scope="module")
def volunteer(night: Night) -> Api:
    return night.api.as_(night.token(Role.VOLUNTEER, "a-1", "a-2", "a-3", "b-1", "b-2", "b-3"))


@pytest.fixture(scope="module")
def another(night: Night) -> Api:
    return night.api.as_(night.token(Role.VOLUNTEER, "a-1", "b-1"))


@pytest.fixture(scope="module")
def editor(night: Night) -> Api:
    return night.api.as_(night.token(Role.EDITOR))


@pytest.fixture(scope="module")
def operator(night: Night) -> Api:
    return night.api.as_(night.token(Role.OPERATOR))


@pytest.fixture(scope="module")
def public(night: Night) -> Api:
    return night.api
