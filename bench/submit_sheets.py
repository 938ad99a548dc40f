"""What `bench.submit` sends: the governor's count at every station of Bangkok, partial after partial, and by whom."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import orjson

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
    """Who reports what. `counts`: whole, of each station."""

    election_id: str
    counts: list[StationCount]
    tokens: list[str]

    def rising(self, steps: int = STEPS) -> Iterator[dict[str, Any]]:
        """Inputs of submitTally in the order of sending, with the sender's place in `tokens` as `reporter`."""
        return rising_sheets(self.election_id, self.counts, steps)

    @property
    def sheets(self) -> list[dict[str, Any]]:
        """All of them at once; they take hundreds of megabytes."""
        return list(self.rising())


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
    return Stage(election.id, counts, tokens)


def write_script(path: Path, stage: Stage, steps: int = STEPS) -> None:
    """For the phones: the tokens, then a line for each sheet, of its sender's place and the input's JSON."""
    with path.open("wb") as file:
        file.write(orjson.dumps(stage.tokens) + b"\n")
        for sheet in stage.rising(steps):
            reporter = sheet.pop("reporter")
            file.write(b"%d %b\n" % (reporter, orjson.dumps(sheet)))


async def _enrol(connection: asyncpg.Connection, election_id: str, counts: list[StationCount]) -> list[str]:
    tokens = []
    async with connection.transaction():
        for number in range(VOLUNTEERS):
            person, token = await add_person(connection, Role.VOLUNTEER, election_id, None)
            own = [f"{election_id}/{count.station}" for count in counts[number::VOLUNTEERS]]
            await assign(connection, person.id, own)
            tokens.append(token)
    return tokens


def rising_sheets(election_id: str, counts: list[StationCount], steps: int = STEPS) -> Iterator[dict[str, Any]]:
    """Station after station, step after step; where a board shows nothing new, nothing is sent."""
    for step in range(1, steps + 1):
        for place, count in enumerate(counts):
            now, before = _shown(count, step, steps), _shown(count, step - 1, steps)
            if now != before and any(now[:-2]):
                yield _sheet(election_id, count.station, now, step == steps) | {"reporter": place % VOLUNTEERS}


def _shown(count: StationCount, step: int, steps: int) -> list[int]:
    """What the board shows after this step: never less than before, at the last one the whole count."""
    whole = (*count.votes, count.invalid_ballots, count.no_vote_ballots)
    return [(number * step + steps - 1) // steps for number in whole]


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
