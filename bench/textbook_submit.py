"""What `bench.submit` measures against: a Strawberry + SQLModel server as the two libraries' documentation writes one.

The same mutation, the same input, one session and one commit a request; the 31 votes are an array in the tally's row,
which is the cheapest way to keep them. It checks nothing that its types do not: no token, no rule, no log.
"""

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from enum import Enum
from typing import Annotated

import strawberry
from sqlalchemy import ARRAY, Column, DateTime, Integer
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache

engine = create_async_engine(os.environ["TEXTBOOK_DATABASE_URL"], pool_size=20)


@strawberry.enum
class TallyCoverage(Enum):
    PARTIAL = "PARTIAL"
    FINAL = "FINAL"


class TallyRecord(SQLModel, table=True):
    id: str = Field(default_factory=lambda: str(uuid.uuid4()), primary_key=True)
    client_tally_id: str = Field(unique=True)
    station_id: str = Field(index=True)
    contest_id: str
    coverage: str
    votes: list[int | None] = Field(sa_column=Column(ARRAY(Integer), nullable=False))
    invalid_ballots: int | None
    no_vote_ballots: int | None
    ballots_cast: int | None
    counted_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    recorded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


@strawberry.input
class CandidateVotesInput:
    candidate_id: strawberry.ID
    votes: int | None = None


@strawberry.input
class SubmitTallyInput:
    client_tally_id: strawberry.ID
    station_id: strawberry.ID
    contest_id: strawberry.ID
    coverage: TallyCoverage
    votes: list[CandidateVotesInput]
    invalid_ballots: int | None = None
    no_vote_ballots: int | None = None
    ballots_cast: int | None = None
    counted_at: datetime | None = None


@strawberry.type
class Tally:
    id: strawberry.ID
    state: str


@strawberry.type
class TallyAccepted:
    tally: Tally
    replayed: bool


@strawberry.type
class TallyRejected:
    client_tally_id: strawberry.ID


SubmitTallyResult = Annotated[TallyAccepted | TallyRejected, strawberry.union(name="SubmitTallyResult")]


@strawberry.type
class Query:
    @strawberry.field
    async def tally(self, id: strawberry.ID) -> Tally | None:  # noqa: A002
        async with AsyncSession(engine) as session:
            record = await session.get(TallyRecord, id)
        return Tally(id=strawberry.ID(record.id), state="ACCEPTED") if record else None


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def submit_tally(self, input: SubmitTallyInput) -> SubmitTallyResult:  # noqa: A002
        async with AsyncSession(engine, expire_on_commit=False) as session:
            record = TallyRecord(
                client_tally_id=input.client_tally_id,
                station_id=input.station_id,
                contest_id=input.contest_id,
                coverage=input.coverage.value,
                votes=[row.votes for row in input.votes],
                invalid_ballots=input.invalid_ballots,
                no_vote_ballots=input.no_vote_ballots,
                ballots_cast=input.ballots_cast,
                counted_at=input.counted_at,
                recorded_at=datetime.now(UTC),
            )
            session.add(record)
            await session.commit()
        return TallyAccepted(tally=Tally(id=strawberry.ID(record.id), state="ACCEPTED"), replayed=False)


schema = strawberry.Schema(query=Query, mutation=Mutation, extensions=[ParserCache, ValidationCache])


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all, tables=[TallyRecord.__table__])  # type: ignore[attr-defined]
    yield
    await engine.dispose()


app = Starlette(routes=[Route("/graphql", GraphQL(schema))], lifespan=lifespan)
