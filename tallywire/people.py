"""Who holds a token, as a serving process knows it: remembered for a moment, forgotten at once where it is revoked."""

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass

import asyncpg

from db.database import Database, is_away
from db.people import Person, people_by_digests, token_digest
from db.revocation import revoked_lately
from gql.presence import Presence

# The doorbell's word for "somebody was revoked"; no election has such an id.
PEOPLE_BELL = "!people"
PERSON_REMEMBERED_SECONDS = 1.0
PEOPLE_REMEMBERED = 20_000
# While the database is away nobody can be revoked in it: who was known lately reads on.
KNOWN_LATELY_SECONDS = 600.0
LOOK_SECONDS = 1.0
# Longer than any revoking transaction takes to commit.
MARGIN_SECONDS = 60.0
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Known:
    person: Person | None
    until: float


class People:
    """Who holds a token; writers look again at the row itself."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, _Known] = {}
        self._asked: dict[str, asyncio.Future[Person | None]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def find(self, token: str) -> Person | None:
        digest, now = token_digest(token), time.monotonic()
        known = self._known.get(digest)
        if known is not None and known.until >= now:
            return known.person
        asked = self._asked.get(digest)
        if asked is None:
            asked = self._asked[digest] = asyncio.get_running_loop().create_future()
            if self._asking is None or self._asking.done():
                self._asking = asyncio.create_task(self._ask_for_all(), name="tokens")
        return await asyncio.shield(asked)

    async def _ask_for_all(self) -> None:
        """Those who ask while one statement is on its way share the next."""
        while self._asked:
            asked, self._asked = self._asked, {}
            until = time.monotonic() + PERSON_REMEMBERED_SECONDS
            try:
                found = await people_by_digests(self._database.pool, list(asked))
            except Exception as error:
                for digest, waiting in asked.items():
                    self._answer_without(digest, waiting, error)
                continue
            for digest, waiting in asked.items():
                self._remember(digest, _Known(found.get(digest), until))
                waiting.set_result(found.get(digest))

    def _answer_without(self, digest: str, waiting: "asyncio.Future[Person | None]", error: Exception) -> None:
        """The database does not tell: by what it told lately, or not at all."""
        known = self._known.get(digest)
        if is_away(error) and known and known.person and known.until + KNOWN_LATELY_SECONDS > time.monotonic():
            waiting.set_result(known.person)
            return
        waiting.set_exception(error)
        # Whoever asked may have gone: nobody then reads the exception, and that is fine.
        waiting.exception()

    def _remember(self, digest: str, known: _Known) -> None:
        if len(self._known) >= PEOPLE_REMEMBERED:
            self._known.clear()
        self._known[digest] = known

    def forget(self, person_ids: set[str]) -> None:
        for digest in [d for d, known in self._known.items() if known.person and known.person.id in person_ids]:
            del self._known[digest]


class Revocations:
    """Follows who was revoked, on any node: when the bell rings, and at least every second."""

    def __init__(self, database: Database, people: People, presence: Presence) -> None:
        self._database = database
        self._people = people
        self._presence = presence
        self._rung = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._looked_at = time.monotonic()

    def ring(self) -> None:
        self._rung.set()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._follow(), name="revocations")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def look(self) -> None:
        """Whoever was revoked since the last look is known no more, and what they have open ends.

        The margin repeats what was seen before: a connection may have begun on what was remembered a moment ago.
        """
        began = time.monotonic()
        revoked = await revoked_lately(self._database.pool, began - self._looked_at + MARGIN_SECONDS)
        self._looked_at = began
        if revoked:
            self._people.forget(set(revoked))
            self._presence.close(revoked)

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._rung.wait(), LOOK_SECONDS)
            self._rung.clear()
            try:
                await self.look()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                log.warning("revocations cannot be read: %s", type(error).__name__)
            except Exception:
                # Without this look, whoever is revoked would keep what is open.
                log.exception("revocations cannot be followed")
