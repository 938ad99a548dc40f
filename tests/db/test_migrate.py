"""The tables: from an empty database to the newest, as the models say, with the promises kept by PostgreSQL itself."""

import asyncio
import uuid
from dataclasses import replace
from importlib import import_module
from itertools import product

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

import db.tables  # noqa: F401
from counting.bounds import Bounds
from counting.tally import TRANSITIONS
from counting.vocabulary import Role, TallyCoverage, TallyState
from db.answers import Accepted
from db.migrate import create_database, head_revision, migrate
from db.tables import LogEntryRow
from tests.conftest import Databases, Night
from tests.db.desk import Desk, desk


async def _empty(databases: Databases) -> str:
    name = f"empty_{uuid.uuid4().hex[:8]}"
    await create_database(databases.postgres.url("postgres"), name)
    return databases.postgres.url(name)


async def test_migrations_make_of_an_empty_database_just_what_the_models_say(databases: Databases) -> None:
    url = await _empty(databases)
    await migrate(url)
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"))
    async with engine.connect() as connection:
        differences = await connection.run_sync(
            lambda plain: compare_metadata(
                MigrationContext.configure(plain, opts={"compare_type": True, "compare_server_default": True}),
                SQLModel.metadata,
            )
        )
    await engine.dispose()
    assert differences == []


async def test_two_nodes_that_migrate_at_once_take_turns(databases: Databases) -> None:
    url = await _empty(databases)
    await asyncio.gather(*(migrate(url) for _ in range(4)))
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT version_num FROM alembic_version")
    await connection.close()
    assert [row["version_num"] for row in rows] == [head_revision()]


async def test_a_second_migration_changes_nothing(small: Night) -> None:
    await migrate(small.database_url)
    async with desk(small) as at:
        assert len(at.definition.stations) == 6


async def test_a_database_is_made_once_and_emptied_only_when_told(databases: Databases) -> None:
    url = await _empty(databases)
    name = make_url(url).database
    assert name is not None
    server = databases.postgres.url("postgres")
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE kept (n int)")
    await connection.close()
    await create_database(server, name)
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT to_regclass('kept') IS NOT NULL")
    await create_database(server, name, anew=True)
    await connection.close()
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT to_regclass('kept') IS NULL")
    await connection.close()


async def _standing(at: Desk) -> str:
    (answer,) = await at.write(at.request(await at.person("a-1"), "a-1", (1, 2, 3), coverage=TallyCoverage.PARTIAL))
    assert isinstance(answer, Accepted)
    return answer.tally_id


async def test_a_tally_goes_just_the_ways_that_the_one_table_of_states_allows(counting: Night) -> None:
    async with desk(counting) as at:
        tally = await _standing(at)
        allowed = []
        async with at.database.pool.acquire() as connection:
            for before, after in product(TallyState, repeat=2):
                await connection.execute("SET session_replication_role = replica")
                await connection.execute("UPDATE tally SET state = $1", before.value)
                await connection.execute("SET session_replication_role = origin")
                try:
                    await connection.execute("UPDATE tally SET state = $1 WHERE id = $2", after.value, tally)
                    allowed.append((before, after))
                except asyncpg.RestrictViolationError as refusal:
                    assert str(refusal) == f"a tally does not go from {before} to {after} ({tally})"
    assert set(allowed) == {
        (before, after)
        for before, after in product(TallyState, repeat=2)
        if before is after or after in TRANSITIONS[before]
    }


@pytest.mark.parametrize(
    "change",
    [
        *("votes = '{1,2,4}'", "valid_ballots = 7", "invalid_ballots = 3", "no_vote_ballots = NULL"),
        *("ballots_cast = 12", "coverage = 'FINAL'", "station_id = 'small/a-2'", "contest_id = 'small/council'"),
        *("revision = 2", "reporter_id = (SELECT id FROM reporter WHERE role = 'EDITOR')"),
    ],
)
async def test_the_numbers_of_a_tally_never_change(counting: Night, change: str) -> None:
    async with desk(counting) as at:
        tally = await _standing(at)
        await at.person(role=Role.EDITOR)
        with pytest.raises(asyncpg.RestrictViolationError, match=f"the numbers of a tally never change .{tally}."):
            await at.database.pool.execute(f"UPDATE tally SET {change}")


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM tally", "a tally is never deleted"),
        ("DELETE FROM log_entry", "the log is append-only"),
        ("UPDATE log_entry SET reason = 'x'", "the log is append-only"),
        ("UPDATE log_entry SET sequence = 2", "the log is append-only"),
        ("TRUNCATE log_entry", "the log is append-only"),
        ("TRUNCATE tally CASCADE", "a tally is never deleted"),
    ],
)
async def test_what_was_taken_is_never_taken_out(counting: Night, statement: str, says: str) -> None:
    async with desk(counting) as at:
        await _standing(at)
        with pytest.raises(asyncpg.RestrictViolationError, match=says):
            await at.database.pool.execute(statement)
        assert await at.faults() == []


async def test_one_tally_stands_at_a_sheet_and_no_second(counting: Night) -> None:
    async with desk(counting) as at:
        await _standing(at)
        with pytest.raises(asyncpg.UniqueViolationError, match="one_standing_tally"):
            await at.database.pool.execute(
                "INSERT INTO tally (id, election_id, station_id, contest_id, revision, coverage, state, votes,"
                " valid_ballots, as_written, reporter_id, findings, evidence, ruleset, recorded_at)"
                " SELECT 'second', election_id, station_id, contest_id, 2, coverage, state, votes, valid_ballots,"
                " as_written, reporter_id, findings, evidence, ruleset, recorded_at FROM tally"
            )


# What a kind of entry says of results, it does.
WRONG_ENTRIES = (
    {"kind": "'HELD'", "tally": "NULL", "commitment": "'x'", "standing_id": "NULL", "previous_id": "tally_id"},
    {"kind": "'REJECTED'", "reason": "'x'", "standing_id": "tally_id", "previous_id": "NULL"},
    {"kind": "'CORRECTED'", "standing_id": "NULL"},
    {"kind": "'WITHDRAWN'", "reason": "'x'", "previous_id": "tally_id"},
    {"kind": "'WITHDRAWN'", "reason": "'x'", "standing_id": "NULL", "previous_id": "'other'"},
    {"kind": "'WITHDRAWN'", "standing_id": "NULL", "previous_id": "tally_id"},
    {"kind": "'REJECTED'", "standing_id": "NULL", "previous_id": "NULL"},
)


def _entry(**columns: str) -> str:
    """A second entry, made from the first with other values."""
    names = [column.name for column in LogEntryRow.__table__.columns]  # type: ignore[attr-defined]
    made = {name: columns.get(name, name) for name in names} | {"sequence": "2"}
    return f"INSERT INTO log_entry ({', '.join(made)}) SELECT {', '.join(made.values())} FROM log_entry"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE station_contest SET registered_voters = -1",
        "UPDATE station_contest SET held = -1",
        "UPDATE station_contest SET state = 'FINAL' WHERE station_id = 'small/b-1'",
        "UPDATE station_contest SET standing_id = 'x' WHERE station_id = 'small/b-1'",
        "UPDATE election SET phase = 'OPEN'",
        "UPDATE submission SET tally_id = NULL",
        "UPDATE submission SET outcome = 'MAYBE'",
        "INSERT INTO log_entry SELECT election_id, 0, kind, station_id, contest_id, tally_id, previous_id, standing_id,"
        " tally, previous, held, held_before, disputed, disputed_before, commitment, salt, reason, decided_by, ruleset,"
        " is_test, recorded_at FROM log_entry",
        *(_entry(**wrong) for wrong in WRONG_ENTRIES),
    ],
)
async def test_the_database_itself_refuses_what_cannot_be(counting: Night, change: str) -> None:
    async with desk(counting) as at:
        await _standing(at)
        with pytest.raises(asyncpg.CheckViolationError):
            await at.database.pool.execute(change)


async def test_tallies_of_the_first_night_can_be_found_by_their_numbers_too(counting: Night) -> None:
    async with desk(counting) as at:
        at.definition = replace(at.definition, bounds=Bounds("small.1", same_numbers_ballots_min=65))
        person = await at.person("a-1", "a-2", "a-3")
        whole = at.request(person, "a-1", (10, 20, 30))
        no_invalid = replace(whole.submission, station_id="small/a-2", client_tally_id="2", invalid_ballots=None)
        small = at.request(person, "a-3", (9, 20, 30))
        await at.write(whole, replace(whole, submission=no_invalid), small)
        rows = await at.database.pool.fetch("SELECT id, numbers_sha256 FROM tally ORDER BY station_id")
        assert [row["numbers_sha256"] is None for row in rows] == [False, False, True]
        await at.database.pool.execute("UPDATE tally SET numbers_sha256 = NULL")
        await at.database.pool.execute("UPDATE election SET bounds = bounds || '{\"same_numbers_ballots_min\": 65}'")
        await at.database.pool.execute(import_module("db.migrations.versions.0002_rules").FILL)
        assert await at.database.pool.fetch("SELECT id, numbers_sha256 FROM tally ORDER BY station_id") == rows
