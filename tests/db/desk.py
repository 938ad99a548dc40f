"""Writers of the small election inside the test's own process: people, submissions, batches."""

import contextlib
import itertools
from collections.abc import AsyncIterator

from counting.tally import Submission, VotesRow
from counting.vocabulary import Role, TallyCoverage
from db.answers import Answer, Request
from db.batch import write_batch
from db.database import Connection, Database
from db.definitions import ElectionDefinition, read_definition
from db.people import Person, add_person, assign
from tallywire.fsck import inspect
from tests.conftest import Night

NUMBERS = itertools.count(1)


class Desk:
    """One open database and the election in it."""

    def __init__(self, database: Database, definition: ElectionDefinition) -> None:
        self.database = database
        self.definition = definition

    async def person(self, *stations: str, role: Role = Role.VOLUNTEER) -> Person:
        """Somebody with a token; a volunteer is assigned to the stations, given as codes."""
        bound = self.definition.id if role is Role.VOLUNTEER else None
        async with self.database.pool.acquire() as connection:
            person, _ = await add_person(connection, role, bound, None)
            await assign(connection, person.id, [f"{self.definition.id}/{code}" for code in stations])
        return person

    def request(
        self,
        person: Person,
        station: str,
        votes: tuple[int, ...],
        *,
        contest: str = "mayor",
        coverage: TallyCoverage = TallyCoverage.FINAL,
        call: str | None = None,
        replaces: str | None = None,
    ) -> Request:
        """A sheet that adds up: two invalid ballots, three without a vote."""
        election = self.definition.id
        council = contest == "council"
        valid = -(-sum(votes) // 2) + max(votes) if council else sum(votes)
        return Request(
            Submission(
                client_tally_id=call or f"call-{next(NUMBERS)}",
                station_id=f"{election}/{station}",
                contest_id=f"{election}/{contest}",
                coverage=coverage,
                votes=tuple(
                    VotesRow(f"{election}/{contest}/{number}", count) for number, count in enumerate(votes, start=1)
                ),
                valid_ballots=valid if council else None,
                invalid_ballots=2,
                no_vote_ballots=3,
                ballots_cast=valid + 5,
                as_written=False,
                replaces=replaces,
                evidence=(),
                counted_at=None,
                note=None,
                reporter=person.id,
            ),
            person,
        )

    async def write(self, *requests: Request, connection: Connection | None = None) -> list[Answer]:
        """One batch; what one of them raised is raised."""
        if connection is None:
            async with self.database.pool.acquire() as own:
                return await self.write(*requests, connection=own)
        answers = []
        for answer in await write_batch(connection, self.definition, requests):
            if isinstance(answer, Exception):
                raise answer
            answers.append(answer)
        return answers

    async def faults(self) -> list[str]:
        """What fsck finds."""
        async with self.database.pool.acquire() as connection:
            found = await inspect(connection, self.definition.id)
        assert found is not None
        return [str(fault) for fault in found.faults]


@contextlib.asynccontextmanager
async def desk(night: Night) -> AsyncIterator[Desk]:
    database = await Database.open(night.database_url)
    try:
        async with database.pool.acquire() as connection:
            definition = await read_definition(connection, night.election_id)
        assert definition is not None
        yield Desk(database, definition)
    finally:
        await database.close()
