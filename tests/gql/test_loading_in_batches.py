"""The number of SQL statements does not grow with the number of rows that are asked for."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event

from counting.tally import Submission, VotesRow
from counting.vocabulary import Role, TallyCoverage
from db.answers import Accepted, Request
from db.database import Database
from db.people import Person, add_person, assign
from gql.context import Context
from gql.schema.build import build_schema
from tallywire.service import Service
from tallywire.settings import Settings
from tests.conftest import Databases, Night, _fill_bangkok

ROWS = 110
FEW, MANY = 1, 100
GOVERNOR = "bkk-2022/governor"
TALLY = """
    id state votes { votes candidate { id name } } reporter findings { rule } station { id location } contest { id }
    supersedes { id votes { votes } } supersededBy { id }
"""
DOCUMENTS = {
    "stations": (
        """query D($n: Int) { stations(electionId: "bkk-2022", areaId: "bkk-2022/1001", first: $n) { totalCount edges {
        node {
          id location area { name parent { name } } registeredVoters contests { id name }
          state(contestId: "bkk-2022/governor") council: state(contestId: "bkk-2022/council-1001")
          tally(contestId: "bkk-2022/governor") { TALLY } history { TALLY } } } } }""",
        lambda data: data["stations"]["edges"],
        54,
    ),
    "tallies": (
        'query D($n: Int) { tallies(electionId: "bkk-2022", first: $n) { totalCount edges { node { TALLY } } } }',
        lambda data: data["tallies"]["edges"],
        MANY,
    ),
    "feed": (
        """query D($n: Int) { feed(electionId: "bkk-2022", first: $n) { reports {
        sequence tally { TALLY } previous { TALLY } station { id location history { id } } } } }""",
        lambda data: data["feed"]["reports"],
        MANY,
    ),
    "viewer": (
        """query D($n: Int) { viewer { stations { id location history { id } } tallies(first: $n) { TALLY } } }""",
        lambda data: data["viewer"]["tallies"],
        MANY,
    ),
    "reporters": (
        """query D($n: Int) { reporters(electionId: "bkk-2022", first: $n) { totalCount edges { node {
        id displayName accepted held rejected confirmedByOthers contradictedByOthers stations { id location }
        } } } }""",
        lambda data: data["reporters"]["edges"],
        MANY,
    ),
}


class Statements:
    """Counts what goes to the database: through SQLAlchemy's engine, and through the asyncpg pool beside it."""

    def __init__(self, database: Database) -> None:
        self.sent: list[str] = []
        event.listen(database.engine.sync_engine, "before_cursor_execute", self._by_engine)
        self._pool = database.pool
        database.pool = self  # type: ignore[assignment]

    def _by_engine(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self.sent.append(statement)

    async def fetch(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        self.sent.append(statement)
        return await self._pool.fetch(statement, *arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        self.sent = []
        yield self.sent


async def _count_all(url: str) -> dict[str, tuple[int, int, int]]:
    """By document: statements for few rows, statements for many, and how many rows the many were."""
    database = await Database.open(url)
    service = Service(database, Settings())
    await service.tail.look()
    busy = await _play(service)
    await service.tail.look()
    statements, schema = Statements(database), build_schema()
    found = {}
    for name, (document, rows_of, _) in DOCUMENTS.items():
        query = document.replace("TALLY", TALLY)
        counts = []
        for first in (FEW, MANY):
            person = busy if name == "viewer" else Person("o-0", Role.OPERATOR, None)
            with statements.counted() as sent:
                context = Context(service.services, person=person)
                result = await schema.execute(query, variable_values={"n": first}, context_value=context)
            assert result.errors is None and result.data is not None, result.errors
            rows = len(rows_of(result.data))
            counts.append(len(sent))
        found[name] = (counts[0], counts[1], rows)
    database.pool = statements._pool
    await database.close()
    return found


async def _play(service: Service) -> Person:
    """110 stations with a FINAL and its correction, each by a volunteer of its own; and one who reports for all."""
    definition = next(iter(service.tail.feeds())).definition
    stations = sorted(definition.stations)[:ROWS]
    async with service.database.pool.acquire() as connection:
        people = []
        for station in stations:
            person, _ = await add_person(connection, Role.VOLUNTEER, definition.id, "Somebody")
            await assign(connection, person.id, [station])
            people.append(person)
        busy, _ = await add_person(connection, Role.VOLUNTEER, definition.id, "Busy")
        await assign(connection, busy.id, stations)
    firsts = await _submit_all(service, [_sheet(p, s, GOVERNOR, 31) for p, s in zip(people, stations, strict=True)])
    pairs = zip(people, stations, firsts, strict=True)
    await _submit_all(service, [_sheet(p, s, GOVERNOR, 31, replaces=first) for p, s, first in pairs])
    councils = [definition.stations[station].registers[1][0] for station in stations]
    sizes = [len(definition.contests[contest].candidates) for contest in councils]
    await _submit_all(service, [_sheet(busy, s, c, n) for s, c, n in zip(stations, councils, sizes, strict=True)])
    return busy


def _sheet(person: Person, station: str, contest: str, candidates: int, replaces: str | None = None) -> Request:
    # No two stations alike: the same long row of numbers at two of them would be held.
    draw = random.Random(station)
    spread = [draw.randint(1, 3) for _ in range(candidates)]
    spread[0] += 1 if replaces else 0
    votes = tuple(VotesRow(f"{contest}/{number}", count) for number, count in enumerate(spread, start=1))
    submission = Submission(
        client_tally_id=f"{station} {contest} {replaces}",
        station_id=station,
        contest_id=contest,
        coverage=TallyCoverage.FINAL,
        votes=votes,
        valid_ballots=None,
        invalid_ballots=0,
        no_vote_ballots=0,
        ballots_cast=None,
        as_written=False,
        replaces=replaces,
        evidence=(),
        counted_at=None,
        note=None,
        reporter=person.id,
    )
    return Request(submission, person)


async def _submit_all(service: Service, requests: list[Request]) -> list[str]:
    answers = await asyncio.gather(*[service.submit("bkk-2022", request) for request in requests])
    assert all(isinstance(answer, Accepted) for answer in answers), answers
    return [answer.tally_id for answer in answers if isinstance(answer, Accepted)]


@pytest.fixture(scope="module")
def counts(databases: Databases) -> dict[str, tuple[int, int, int]]:
    night = Night(databases.fresh("template_bangkok", _fill_bangkok), "bkk-2022").open()
    return asyncio.run(_count_all(night.database_url))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_hundred_rows_cost_no_statement_each(counts: dict[str, tuple[int, int, int]], document: str) -> None:
    few, many, rows = counts[document]
    assert rows == DOCUMENTS[document][2]
    # Two lists that are read side by side share a look-up or not, as they happen to arrive: one statement, never rows.
    assert 0 < many <= few + 1, counts


def test_no_document_costs_more_than_a_dozen_statements(counts: dict[str, tuple[int, int, int]]) -> None:
    assert max(many for _, many, _ in counts.values()) <= 12, counts
