"""Everything that one serving process holds, started and stopped together."""

import contextlib
from collections.abc import AsyncIterator

from db.answers import Answer, Request
from db.database import Database
from db.intake import Intake
from feed.bell import Bell
from feed.comparison import Comparisons
from feed.cut_maker import CutMaker
from feed.cuts import Cuts
from feed.observations import Observations
from feed.tail import Tail
from feed.updates import Pace
from gql.context import Services, nothing_followed
from gql.presence import Presence
from ledger.reader import Ledger
from ledger.sealer import Sealer
from tallywire.cosignatures.collector import Collector, cosigners_of
from tallywire.edge import attempts_by, edge_by
from tallywire.evidence.routes import Photographs
from tallywire.evidence.showing import Showing
from tallywire.evidence.store import Store
from tallywire.evidence.uploading import Uploading
from tallywire.evidence.waiting import Waiting
from tallywire.follow.follower import follower_by
from tallywire.ledger_key import LedgerKeyAtHand
from tallywire.log.heads import Heads
from tallywire.people import PEOPLE_BELL, People, Revocations
from tallywire.sampling import Sampling
from tallywire.settings import Settings

# The bell of the database itself, wherever that is.
DATABASE_BELL = frozenset({"postgres://", "postgresql://"})


def bell_url(settings: Settings, database: Database) -> str:
    return database.url if settings.broadcast_url in DATABASE_BELL else settings.broadcast_url


class Service:
    """The tail, the bell, the ways in."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.tail = Tail(database)
        self.bell = Bell(bell_url(settings, database), self._heard)
        self.people = People(database)
        self.waiting = Waiting(database, self.bell.ring)
        self.photographs = self._photographs(settings)
        self.sealer = Sealer(
            database, LedgerKeyAtHand(settings).read, settings.ledger_name, settings.ledger_seal_seconds
        )
        self.follower = follower_by(settings, database, self.bell.ring, self.tail.feed)
        self.ledger = Ledger(database, self._nothing if self.follower else self.sealer.begin)
        self.heads = Heads(self.ledger, self.tail, None if self.follower else self.sealer)
        self.collector = Collector(database, self.ledger, cosigners_of(settings.witnesses))
        self.cut_maker = CutMaker(database, self.tail, settings.cut_seconds)
        self.cuts = Cuts(database, self._nothing if self.follower else self.cut_maker.begin)
        self.edge = edge_by(settings)
        presence = Presence(self.edge.occupancy)
        self.revocations = Revocations(database, self.people, presence)
        self._intakes: dict[str, Intake] = {}
        self.sampling = Sampling(database, self.tail, self.bell, presence, self._waiting_tallies, self.follower)
        self.services = Services(
            database=database,
            tail=self.tail,
            bell=self.bell,
            submit=self.submit,
            pace=Pace(tick=settings.tick_seconds, heartbeat=settings.heartbeat_seconds),
            readers_need_token=settings.readers_need_token,
            presence=presence,
            attempts=attempts_by(settings),
            edge=self.edge,
            shut_out=self.shut_out,
            ledger=self.ledger,
            cuts=self.cuts,
            comparisons=Comparisons(database),
            observations=Observations(database),
            origin=self.follower.url if self.follower else None,
            followed=self.follower.followed if self.follower else nothing_followed,
            witness=str(self.follower.witness.verifier) if self.follower and self.follower.witness else None,
        )

    async def _nothing(self) -> None:
        """A follower makes no heads: they are the origin's."""

    def _photographs(self, settings: Settings) -> Photographs:
        """Raises StoreUrlError."""
        store = Store.by(settings)
        uploading = Uploading(self.database, store, settings, self.waiting.arrived)
        showing = Showing(self.database, store, settings.readers_need_token)
        return Photographs(uploading, showing, self.people.find, settings.evidence_bytes_max)

    async def submit(self, election_id: str, request: Request) -> Answer:
        intake = self._intakes.get(election_id)
        if intake is None:
            intake = Intake(self.database, election_id, self.tail.definition, self.bell.ring)
            self._intakes[election_id] = intake
        return await intake.submit(request)

    def _waiting_tallies(self) -> int:
        return sum(intake.waiting for intake in self._intakes.values())

    def _heard(self, message: str) -> None:
        if message == PEOPLE_BELL:
            self.revocations.ring()
        else:
            self.tail.ring(message)

    async def shut_out(self) -> None:
        """Somebody was revoked: known here when this returns, and on the other nodes a moment later."""
        await self.revocations.look()
        self.bell.ring(PEOPLE_BELL)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Service"]:
        await self.bell.start()
        await self.edge.rates.start()
        await self.tail.start()
        await self.revocations.start()
        if self.follower is not None:
            self.follower.start()
        else:
            await self.waiting.start()
            self.sealer.start()
            self.collector.start()
            self.cut_maker.start()
        self.sampling.start()
        try:
            yield self
        finally:
            await self.sampling.close()
            for intake in self._intakes.values():
                await intake.close()
            if self.follower is not None:
                await self.follower.close()
            await self.collector.close()
            await self.cut_maker.close()
            await self.sealer.close()
            await self.waiting.close()
            await self.revocations.close()
            await self.tail.close()
            await self.edge.rates.close()
            await self.bell.close()
