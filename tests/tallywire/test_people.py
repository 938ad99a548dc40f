"""Who holds a token: many who ask at once share a statement, and nobody waits for another's mistake."""

import asyncio
from typing import Any
from unittest.mock import patch

from counting.vocabulary import Role
from db.database import Database
from db.people import Person, add_person, people_by_digests
from tallywire import people as module
from tallywire.people import People
from tests.conftest import Night


async def test_many_who_ask_at_once_share_a_statement_and_are_told_apart(small: Night) -> None:
    database = await Database.open(small.database_url)
    async with database.pool.acquire() as connection:
        known = [await add_person(connection, Role.VOLUNTEER, "small", None) for _ in range(20)]
        await connection.execute("UPDATE reporter SET revoked_at = now() WHERE id = $1", known[0][0].id)
    asked: list[int] = []

    async def counted(pool: Any, digests: list[str]) -> dict[str, Person]:
        asked.append(len(digests))
        return await people_by_digests(pool, digests)

    people = People(database)
    with patch.object(module, "people_by_digests", counted):
        tokens = [token for _, token in known] + ["tw_nobody"] + [known[5][1]] * 3
        found = await asyncio.gather(*(people.find(token) for token in tokens))
        assert found == [None, *(person for person, _ in known[1:]), None, *[known[5][0]] * 3]
        # What was asked a moment ago is remembered.
        assert await people.find(known[7][1]) == known[7][0]
    assert sum(asked) == 21 and len(asked) <= 2
    await database.close()


async def test_one_who_stops_waiting_stops_no_other(small: Night) -> None:
    database = await Database.open(small.database_url)
    async with database.pool.acquire() as connection:
        person, token = await add_person(connection, Role.EDITOR, None, None)
    people = People(database)
    first = asyncio.create_task(people.find(token))
    second = asyncio.create_task(people.find(token))
    await asyncio.sleep(0)
    first.cancel()
    assert await asyncio.wait_for(second, 60) == person
    await database.close()


async def test_a_database_that_is_away_is_told_to_each_and_asked_again_by_the_next(small: Night) -> None:
    database = await Database.open(small.database_url)
    async with database.pool.acquire() as connection:
        person, token = await add_person(connection, Role.EDITOR, None, None)
    people = People(database)

    async def away(_pool: Any, _digests: list[str]) -> dict[str, Person]:
        raise ConnectionRefusedError

    with patch.object(module, "people_by_digests", away):
        told = await asyncio.gather(*(people.find(token) for _ in range(3)), return_exceptions=True)
    assert [type(error) for error in told] == [ConnectionRefusedError] * 3
    assert await people.find(token) == person
    await database.close()
