"""The small election with a log in it, sealed by a key of the test's own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from counting.vocabulary import TallyCoverage
from db.database import Database
from db.people import Person
from ledger.keys import register_first
from ledger.note import VerifierKey
from ledger.reader import Ledger
from ledger.sealing import Signer, seal
from tests.conftest import Night
from tests.db.desk import Desk, desk
from tests.ledger.test_note import KEY

NAME = "wire.example"
PARTIAL = TallyCoverage.PARTIAL


@dataclass
class Sealed:
    """The desk that writes the log, and the ledger over it. Every seal is told."""

    at: Desk
    ledger: Ledger
    signer: Signer

    @property
    def database(self) -> Database:
        return self.at.database

    @property
    def election(self) -> str:
        return self.at.definition.id

    @property
    def key(self) -> VerifierKey:
        return VerifierKey(self.signer.origin(self.election), self.signer.key.public_key().public_bytes_raw())

    async def seal(self) -> None:
        more = True
        while more:
            async with self.database.pool.acquire() as connection:
                more = await seal(connection, self.signer, self.election, datetime.now(UTC))

    async def reports(self, count: int, person: Person | None = None) -> None:
        """So many entries more: one station's partial counts, a vote more each time."""
        person = person or await self.at.person(*(f"{d}-{n}" for d in "ab" for n in (1, 2, 3)))
        for at in range(0, count, 100):
            requests = [
                self.at.request(person, "b-3", (1 + at + n, 1, 1), coverage=PARTIAL)
                for n in range(min(100, count - at))
            ]
            await self.at.write(*requests)


async def _nothing() -> None:
    """Every seal is told."""


@pytest.fixture
async def sealed(counting: Night) -> AsyncIterator[Sealed]:
    async with desk(counting) as at:
        async with at.database.pool.acquire() as connection:
            await register_first(connection, KEY, datetime.now(UTC))
        yield Sealed(at, Ledger(at.database, _nothing), Signer(KEY, NAME))
