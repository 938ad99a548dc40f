"""Everything that one serving process holds, started and stopped together."""

import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from db.answers import Answer, Request
from db.database import Database
from db.intake import Intake
from db.people import Person, person_by_token, token_digest
from feed.bell import Bell
from feed.tail import Tail
from feed.updates import Pace
from gql.context import Services
from tallywire.settings import Settings

PERSON_REMEMBERED_SECONDS = 1.0
PEOPLE_REMEMBERED = 20_000


@dataclass(slots=True)
class _Known:
    person: Person | None
    until: float


class People:
    """Who holds a token, remembered for a moment; writers look again at the row itself."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, _Known] = {}

    async def find(self, token: str) -> Person | None:
        digest, now = token_digest(token), time.monotonic()
        known = self._known.get(digest)
        if known is None or known.until < now:
            known = _Known(await person_by_token(self._database.pool, token), now + PERSON_REMEMBERED_SECONDS)
            if len(self._known) >= PEOPLE_REMEMBERED:
                self._known.clear()
            self._known[digest] = known
        return known.person


class Service:
    """The tail, the bell, the ways in."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.tail = Tail(database)
        self.bell = Bell(settings.broadcast_url, self.tail.ring)
        self.people = People(database)
        self._intakes: dict[str, Intake] = {}
        self.services = Services(
            database=database,
            tail=self.tail,
            bell=self.bell,
            submit=self.submit,
            pace=Pace(tick=settings.tick_seconds, heartbeat=settings.heartbeat_seconds),
            readers_need_token=settings.readers_need_token,
        )

    async def submit(self, election_id: str, request: Request) -> Answer:
        intake = self._intakes.get(election_id)
        if intake is None:
            intake = Intake(self.database, election_id, self.tail.definition, self.bell.ring)
            self._intakes[election_id] = intake
        return await intake.submit(request)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Service"]:
        await self.bell.start()
        await self.tail.start()
        try:
            yield self
        finally:
            for intake in self._intakes.values():
                await intake.close()
            await self.tail.close()
            await self.bell.close()
