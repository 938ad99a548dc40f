"""One server for all tests of the API, and an election of one's own for each of them."""

import asyncio
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from counting.bounds import Bounds
from counting.election import Election
from counting.vocabulary import ElectionPhase, Role
from db.database import use_json
from db.load import load_election
from db.phases import set_phase
from tests.conftest import Databases, Night
from tests.elections import small_election
from tests.served import Api, wait_until

LOADED_AT_ONCE = 20
# Some tests walk through everything there is; what documents may be is tried in tests/edge.
WALKED = ("fields_max", "breadth_max", "cost_public", "cost_volunteer", "cost_outlet", "cost_editor", "cost_operator")
OPENING = (ElectionPhase.VOTING, ElectionPhase.COUNTING)
STEP = 'mutation Step($phase: ElectionPhase!) { setElectionPhase(electionId: "bell", phase: $phase) { phase } }'
SERVED = "query Served($id: ID!) { election(id: $id) { phase } }"


class Hall:
    """Elections of one served database. A test takes one that nobody has touched, so none sees another's tallies."""

    def __init__(self, url: str) -> None:
        self.whole = Night(url, "none")
        self._numbers = itertools.count(1)
        self._ready: list[Night] = []
        self._bell: Callable[[], object] | None = None

    def hang_bell(self) -> "Hall":
        """What is loaded behind the server's back it sees within a second; rung for, at once.

        An operator rings by another election's phase.
        """
        self.load(lambda _name: small_election("bell"))
        operator = self.whole.api.as_(self.whole.token(Role.OPERATOR))
        steps = itertools.cycle(("CLOSED", "COUNTING"))
        self._bell = lambda: operator(STEP, phase=next(steps))
        return self

    def take(self) -> Night:
        """A small election while it is counted."""
        if not self._ready:
            self._ready = self._load([small_election(self._name()) for _ in range(LOADED_AT_ONCE)], OPENING)
        return self._ready.pop(0)

    def load(self, make: Callable[[str], Election], phases: tuple[ElectionPhase, ...] = OPENING) -> Night:
        """An election of the test's own making, taken through these phases."""
        return self._load([make(self._name())], phases)[0]

    def _name(self) -> str:
        return f"e{next(self._numbers)}"

    def _load(self, elections: list[Election], phases: tuple[ElectionPhase, ...]) -> list[Night]:
        asyncio.run(_load_all(self.whole.database_url, elections, phases))
        if self._bell is not None:
            self._bell()
        nights = [Night(self.whole.database_url, election.id) for election in elections]
        api, last = self.whole.api, (phases or (ElectionPhase.SETUP,))[-1]
        for night in nights:
            night.servers = self.whole.servers
            wait_until(lambda night=night: _phase(api, night) == last, what=f"{night.election_id} being served")
        return nights


async def _load_all(url: str, elections: list[Election], phases: tuple[ElectionPhase, ...]) -> None:
    connection = await asyncpg.connect(url)
    await use_json(connection)
    for election in elections:
        await load_election(connection, election, "small")
        for phase in phases:
            await set_phase(connection, election.id, phase)
    await connection.close()


def _phase(api: Api, night: Night) -> str | None:
    found = api(SERVED, id=night.election_id)["election"]
    return found and found["phase"]


async def _nothing(connection: asyncpg.Connection) -> None:
    """An empty database: its elections come test by test."""


@pytest.fixture(scope="session")
def hall(databases: Databases) -> Iterator[Hall]:
    hall = Hall(databases.fresh("template_empty", _nothing))
    hall.whole.serve(TALLYWIRE_LIMITS=json.dumps(dict.fromkeys(WALKED)))
    yield hall.hang_bell()
    hall.whole.close()


@pytest.fixture
def night(hall: Hall) -> Night:
    """A small election of this test's own, while it is counted."""
    return hall.take()


@pytest.fixture
def setup_night(hall: Hall) -> Night:
    """The same in SETUP."""
    return hall.load(small_election, ())


@pytest.fixture
def early_night(hall: Hall) -> Night:
    """In COUNTING by its phase, an hour before its polls close."""
    closing = datetime.now(UTC) + timedelta(hours=1)
    return hall.load(lambda name: replace(small_election(name), polls_close_at=closing))


@pytest.fixture
def photographed_night(hall: Hall) -> Night:
    """One that wants a photograph with each FINAL."""
    return hall.load(lambda name: small_election(name, bounds=Bounds("photographs.1", evidence_min=1)))


@pytest.fixture
def volunteer(night: Night) -> Api:
    """Assigned to a-1, a-2 and b-1."""
    return night.api.as_(night.token(Role.VOLUNTEER, "a-1", "a-2", "b-1"))


@pytest.fixture
def another_volunteer(night: Night) -> Api:
    """Assigned to the same stations."""
    return night.api.as_(night.token(Role.VOLUNTEER, "a-1", "a-2", "b-1"))


@pytest.fixture
def editor(night: Night) -> Api:
    return night.api.as_(night.token(Role.EDITOR))


@pytest.fixture
def operator(night: Night) -> Api:
    return night.api.as_(night.token(Role.OPERATOR))
