"""What `bench.submit` sends: the governor's count at every station of Bangkok, partial after partial, and by whom."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from counting.election import StationCount
from counting.vocabulary import ElectionPhase, Role
from db.database import use_json
from db.embedded import EmbeddedPostgres
from db.load import load_election
from db.migrate import create_database, migrate
from db.people import add_person, assign
from db.phases import set_phase
from tallywire.package import read_package, read_station_counts

CONTEST = "governor"
VOLUNTEERS = 2_500
# Each station is reported nine times while it is counted, then whole.
STEPS = 10


@dataclass(frozen=True, slots=True)
class Stage:
    """`sheets`: inputs of submitTally in the order of sending, with the sender's place in `tokens` as `reporter`."""

    election_id: str
    sheets: list[dict[str, Any]]
    tokens: list[str]


async def set_stage(postgres: EmbeddedPostgres, package: Path) -> Stage:
    """Loads the package into the database `tallywire`, opens the count, and enrols its volunteers."""
    election = read_package(package).election
    counts = [count for count in read_station_counts(package, election) if count.contest == CONTEST]
    await create_database(postgres.url("postgres"), "tallywire")
    await migrate(postgres.url("tallywire"))
    connection = await asyncpg.connect(postgres.url("tallywire"))
    await use_json(connection)
    try:
        await load_election(connection, election, "bench")
        for phase in (ElectionPhase.VOTING, ElectionPhase.COUNTING):
            await set_phase(connection, election.id, phase)
        tokens = await _enrol(connection, election.id, counts)
    finally:
        await connection.close()
    return Stage(election.id, list(rising_sheets(election.id, counts)), tokens)


async def _enrol(connection: asyncpg.Connection, election_id: str, counts: list[StationCount]) -> list[str]:
    tokens = []
    async with connection.transaction():
        for number in range(VOLUNTEERS):
            person, token = await add_person(connection, Role.VOLUNTEER, election_id, None)
            own = [f"{election_id}/{count.station}" for count in counts[number::VOLUNTEERS]]
            await assign(connection, person.id, own)
            tokens.append(token)
    return tokens


def rising_sheets(election_id: str, counts: list[StationCount]) -> Iterator[dict[str, Any]]:
    """Station after station, step after step; where a board shows nothing new, nothing is sent."""
    for step in range(1, STEPS + 1):
        for place, count in enumerate(counts):
            now, before = _shown(count, step), _shown(count, step - 1)
            if now != before and any(now[:-2]):
                yield _sheet(election_id, count.station, now, step == STEPS) | {"reporter": place % VOLUNTEERS}


def _shown(count: StationCount, step: int) -> list[int]:
    """What the board shows after this step: never less than before, at the last one the whole count."""
    whole = (*count.votes, count.invalid_ballots, count.no_vote_ballots)
    return [(number * step + STEPS - 1) // STEPS for number in whole]


def _sheet(election_id: str, station: str, shown: list[int], final: bool) -> dict[str, Any]:
    *votes, invalid, no_vote = shown
    contest_id = f"{election_id}/{CONTEST}"
    return {
        "clientTallyId": str(uuid.uuid4()),
        "stationId": f"{election_id}/{station}",
        "contestId": contest_id,
        "coverage": "FINAL" if final else "PARTIAL",
        "votes": [{"candidateId": f"{contest_id}/{number}", "votes": n} for number, n in enumerate(votes, start=1)],
        "invalidBallots": invalid,
        "noVoteBallots": no_vote,
        "ballotsCast": sum(shown),
        "countedAt": "2022-05-22T20:41:00+07:00",
    }
