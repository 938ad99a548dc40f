"""Loading an election: all of it or nothing, safe to repeat, and no more once it is counted."""

from dataclasses import replace

import asyncpg
import pytest

from counting.election import Election, Text
from counting.vocabulary import Role
from db.answers import Accepted
from db.load import ElectionAlreadyCountedError, load_election
from tests.conftest import Night
from tests.db.desk import Desk, desk
from tests.elections import small_election

TABLES = ("area", "contest", "candidate", "station", "station_contest", "official_figure", "log_head")


async def _load(at: Desk, election: Election, digest: str) -> bool:
    async with at.database.pool.acquire() as connection:
        return await load_election(connection, election, digest)


async def _counts(at: Desk) -> list[int]:
    return [await at.database.pool.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES]


async def _epoch(at: Desk) -> str:
    return str(await at.database.pool.fetchval("SELECT epoch FROM election WHERE id = 'small'"))


def _without_b3() -> Election:
    election = small_election()
    return replace(
        election,
        stations=tuple(station for station in election.stations if station.code != "b-3"),
        registers=tuple(register for register in election.registers if register.station != "b-3"),
        name=Text("ใหม่", "New"),
    )


async def test_everything_of_a_package_is_there_afterwards(small: Night) -> None:
    async with desk(small) as at:
        assert await _counts(at) == [3, 2, 7, 6, 9, 1, 1]
        assert at.definition.name == Text("เลือกตั้งเล็ก", "Small election")
        assert at.definition.registered_voters == 2_100
        assert {code: area.stations_total for code, area in at.definition.areas.items()} == {
            "small/city": 6,
            "small/a": 3,
            "small/b": 3,
        }
        assert at.definition.bounds == small_election().bounds


async def test_the_same_package_again_changes_nothing_not_even_the_epoch(small: Night) -> None:
    async with desk(small) as at:
        epoch = await _epoch(at)
        assert await _load(at, small_election(), "small") is False
        assert await _epoch(at) == epoch == at.definition.epoch


async def test_a_failure_in_the_middle_leaves_what_was_there(small: Night) -> None:
    broken = small_election("other")
    broken = replace(broken, stations=(*broken.stations, replace(broken.stations[0], location=Text("x"))))
    async with desk(small) as at:
        before = await _counts(at)
        with pytest.raises(asyncpg.UniqueViolationError):
            await _load(at, broken, "other")
        again = replace(_without_b3(), candidates=(*_without_b3().candidates, small_election().candidates[0]))
        epoch = await _epoch(at)
        with pytest.raises(asyncpg.UniqueViolationError):
            await _load(at, again, "changed")
        assert (await _counts(at), await _epoch(at)) == (before, epoch)
        assert await at.database.pool.fetchval("SELECT count(*) FROM election") == 1


async def test_a_changed_package_replaces_the_earlier_one_and_keeps_people_and_their_stations(small: Night) -> None:
    async with desk(small) as at:
        person = await at.person("a-1", "b-3")
        before = await _epoch(at)
        assert await _load(at, _without_b3(), "changed") is True
        assert await _counts(at) == [3, 2, 7, 5, 8, 1, 1]
        assert await _epoch(at) != before
        assert await at.database.pool.fetchval("SELECT name_en FROM election") == "New"
        kept = await at.database.pool.fetch("SELECT reporter_id, station_id FROM assignment")
        assert [tuple(row) for row in kept] == [(person.id, "small/a-1")]


async def test_a_changed_package_does_not_move_the_phase(counting: Night) -> None:
    async with desk(counting) as at:
        await _load(at, _without_b3(), "changed")
        assert await at.database.pool.fetchval("SELECT phase FROM election") == "COUNTING"


async def test_after_the_first_report_only_the_same_package_is_taken(counting: Night) -> None:
    async with desk(counting) as at:
        (answer,) = await at.write(at.request(await at.person("a-1"), "a-1", (1, 2, 3)))
        assert isinstance(answer, Accepted)
        before = await _counts(at)
        with pytest.raises(ElectionAlreadyCountedError, match="small has reports in its log already"):
            await _load(at, _without_b3(), "changed")
        assert await _load(at, small_election(), "small") is False
        assert await _counts(at) == before
        assert await at.faults() == []


async def test_a_refused_report_does_not_close_the_definition(counting: Night) -> None:
    async with desk(counting) as at:
        await at.write(at.request(await at.person("a-1"), "nowhere", (1, 2, 3)))
        assert await _load(at, _without_b3(), "changed") is True


async def test_two_elections_stand_side_by_side(small: Night) -> None:
    async with desk(small) as at:
        assert await _load(at, small_election("second"), "second") is True
        assert await _counts(at) == [6, 4, 14, 12, 18, 2, 2]
        assert await _load(at, _without_b3(), "changed") is True
        assert await _counts(at) == [6, 4, 14, 11, 17, 2, 2]


async def test_progress_names_each_table_and_ends_at_its_total(small: Night) -> None:
    told: list[tuple[str, int, int]] = []
    async with desk(small) as at, at.database.pool.acquire() as connection:
        await load_election(connection, small_election("third"), "third", lambda *step: told.append(step))
    assert [step for step in told if step[1]] == [
        ("area", 3, 3),
        ("contest", 2, 2),
        ("candidate", 7, 7),
        ("station", 6, 6),
        ("station_contest", 9, 9),
        ("official_figure", 1, 1),
    ]


async def test_an_operator_of_all_elections_outlives_a_load(small: Night) -> None:
    async with desk(small) as at:
        operator = await at.person(role=Role.OPERATOR)
        await _load(at, _without_b3(), "changed")
        assert await at.database.pool.fetchval("SELECT revoked_at FROM reporter WHERE id = $1", operator.id) is None
