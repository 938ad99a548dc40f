"""A night's first minute, in which PostgreSQL knows nothing of the tables yet and keeps the plans that it makes."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from counting.election import Register, Station
from counting.vocabulary import ElectionPhase, Role
from db.batch import write_batch
from db.definitions import read_definition
from db.load import load_election
from db.phases import set_phase
from db.spreads import SpreadBook
from tests.conftest import Night
from tests.db.desk import Desk, desk
from tests.elections import small_election

STATIONS, AT_ONCE = 400, 10
READ = "SELECT coalesce(sum(seq_tup_read), 0)::int FROM pg_stat_user_tables WHERE relname = 'station_contest'"


@pytest.fixture
async def wide(small: Night) -> AsyncIterator[Desk]:
    """The small election with many stations in its first district, while it is counted."""
    election = small_election()
    place = next(station for station in election.stations if station.code == "a-1")
    stations = [Station(f"s-{number}", place.area, number, place.location) for number in range(STATIONS)]
    registers = [Register(station.code, contest, 900) for station in stations for contest in ("mayor", "council")]
    wide = replace(election, id="wide", stations=tuple(stations), registers=tuple(registers), official=())
    async with desk(small) as at:
        async with at.database.pool.acquire() as connection:
            await load_election(connection, wide, "wide")
            for phase in (ElectionPhase.VOTING, ElectionPhase.COUNTING):
                await set_phase(connection, "wide", phase)
            definition = await read_definition(connection, "wide")
        assert definition is not None
        at.definition = definition
        yield at


async def test_a_station_is_not_read_again_for_every_final_that_stands(wide: Desk) -> None:
    """The rows that a batch reads do not grow with what was counted before it."""
    editor, book = await wide.person(role=Role.EDITOR), SpreadBook()
    async with wide.database.pool.acquire() as connection:
        for first in range(0, STATIONS, AT_ONCE):
            numbers = range(first, first + AT_ONCE)
            requests = [wide.request(editor, f"s-{number}", (100 + number, 50, 3)) for number in numbers]
            await write_batch(connection, wide.definition, requests, book)
        await connection.execute("SELECT pg_stat_force_next_flush()")
        read = await connection.fetchval(READ)
    batches, rows = STATIONS // AT_ONCE, 2 * STATIONS
    assert read <= 10 * rows * batches, f"{read / batches / rows:.0f} times every station in each batch"
