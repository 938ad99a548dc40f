"""kill -9 in the middle of the night: of the server, and of PostgreSQL under it. Nothing accepted is missing.

Readers of each kind follow the whole of it (tests/tallywire/audience.py), and are checked at every update.
"""

import asyncio
import os
import random
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import asyncpg
import orjson
import psutil

from counting.election import Election
from counting.vocabulary import Role
from db.database import Database
from db.embedded import EmbeddedPostgres
from db.load import load_election
from db.people import add_person
from feed.position import decode
from tallywire.client.wire import Wire
from tallywire.fsck import inspect
from tallywire.settings import Settings
from tallywire.simulate import NightPlan, NightReport, plan_night, run_night
from tallywire.simulate.pace import Pace
from tallywire.storage import open_storage
from tests.conftest import Databases, Night
from tests.served import ServerProcess, wait_until
from tests.tallywire.audience import Audience
from tests.tallywire.simulate.synthetic import city

SEED = 20220522
ELECTION, MADE_UP = city(districts=3, stations_each=11, ballots=(30, 700), seed=SEED)
# Two contests at one station with other papers in each box would be held: the governor's numbers do for both.
GOVERNOR = {count.station: count for count in MADE_UP if count.contest == "governor"}
COUNTS = tuple(replace(GOVERNOR[count.station], contest=count.contest) for count in MADE_UP)


def _plan() -> NightPlan:
    return plan_night(ELECTION, COUNTS, Pace({}, seed=SEED), seed=SEED, volunteers=30)


async def _fill(connection: asyncpg.Connection) -> None:
    await load_election(connection, ELECTION, "toy")


class Answers:
    """Every clientTallyId that a phone was told is accepted, as the phones read it off the wire."""

    def __init__(self) -> None:
        self.accepted: set[str] = set()

    def listening(self) -> Any:
        attempt = Wire.attempt

        async def listened(wire: Wire, body: bytes, token: str | None, limit: float) -> dict[str, Any]:
            data = await attempt(wire, body, token, limit)
            sent = orjson.loads(body)["variables"]
            inputs = sent.get("inputs") or [sent.get("input")]
            for answers in data.values():
                for one, answer in zip(inputs, answers if isinstance(answers, list) else [answers], strict=False):
                    if isinstance(answer, dict) and answer.get("__typename") == "TallyAccepted":
                        self.accepted.add(one["clientTallyId"])
            return data

        return patch.object(Wire, "attempt", listened)


async def _lost(connection: Any, answers: Answers) -> set[str]:
    """Those that were told and are not in the log now."""
    rows = await connection.fetch(
        "SELECT s.client_tally_id FROM submission s JOIN log_entry e ON e.tally_id = s.tally_id"
        " AND e.election_id = s.election_id WHERE s.outcome = 'ACCEPTED'"
    )
    return answers.accepted - {row["client_tally_id"] for row in rows}


async def _inspected(connection: Any, election: Election) -> tuple[int, list[str]]:
    found = await inspect(connection, election.id)
    assert found is not None
    return found.entries, [str(fault) for fault in found.faults]


async def _seated(server: ServerProcess) -> Audience:
    """Not yet in place: that is waited for by whoever enters it."""
    return await asyncio.to_thread(Audience, [server.url], ELECTION.id)


def _settle(audience: Audience, server: ServerProcess) -> None:
    cursor = server.api("query($id: ID!) { election(id: $id) { cursor } }", id=ELECTION.id)["election"]["cursor"]
    audience.settle(decode(cursor).sequence, server.url)


async def _kill_now_and_then(server: ServerProcess, night: "asyncio.Task[NightReport]", rng: random.Random) -> int:
    for kills in range(3):
        await asyncio.sleep(rng.uniform(0.3, 0.7))
        if night.done():
            return kills
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
    return 3


async def test_a_night_with_its_server_killed_three_times_ends_exact(databases: Databases) -> None:
    rng, answers = random.Random(SEED), Answers()
    url = await asyncio.to_thread(databases.fresh, "template_toy", _fill)
    night = Night(url, ELECTION.id)
    server = await asyncio.to_thread(night.serve)
    token = await asyncio.to_thread(night.token, Role.OPERATOR)
    try:
        with answers.listening(), await _seated(server) as audience:
            playing = asyncio.create_task(run_night(_plan(), url=server.url, token=token, speed=0, connections=8))
            kills = await _kill_now_and_then(server, playing, rng)
            report = await playing
            await asyncio.to_thread(_settle, audience, server)
    finally:
        await asyncio.to_thread(night.close)
    assert kills >= 2 and min(audience.cuts.values()) >= kills
    assert report.differing == ()
    assert len(answers.accepted) == report.accepted > 200
    database = await Database.open(url)
    async with database.pool.acquire() as connection:
        assert await _lost(connection, answers) == set()
        entries, faults = await _inspected(connection, ELECTION)
        sequences = await connection.fetch("SELECT sequence FROM log_entry ORDER BY sequence")
    await database.close()
    assert faults == []
    assert [row["sequence"] for row in sequences] == [*range(1, entries + 1)]
    assert {one.sequence for one in (*audience.reports, audience.pages)} == {entries}


def _postmaster(folder: Path) -> int | None:
    try:
        pid = int((folder / "postgres" / "postmaster.pid").read_text().split()[0])
        return pid if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE else None
    except (OSError, ValueError, IndexError, psutil.Error):
        return None


async def test_a_night_with_its_postgresql_killed_goes_on_and_ends_exact(tmp_path: Path) -> None:
    answers, settings = Answers(), Settings(data_dir=tmp_path)
    async with open_storage(settings) as database, database.pool.acquire() as connection:
        await load_election(connection, ELECTION, "toy")
        _, token = await add_person(connection, Role.OPERATOR, None, None)
    server = await asyncio.to_thread(ServerProcess("--data-dir", str(tmp_path)).start)
    try:
        killed = _postmaster(tmp_path)
        with answers.listening(), await _seated(server) as audience:
            playing = asyncio.create_task(run_night(_plan(), url=server.url, token=token, speed=0, connections=8))
            await asyncio.sleep(0.6)
            assert killed is not None and not playing.done()
            os.kill(killed, signal.SIGKILL)
            report = await asyncio.wait_for(playing, 90)
            await asyncio.to_thread(_settle, audience, server)
            assert set(audience.cuts.values()) == {0}
    finally:
        code = await asyncio.to_thread(server.stop)
    assert report.differing == ()
    assert len(answers.accepted) == report.accepted > 200
    assert code == 0
    wait_until(lambda: _postmaster(tmp_path) is None, 60, "the end of PostgreSQL")
    postgres = EmbeddedPostgres.start(tmp_path / "postgres")
    assert postgres.pid != killed
    again = await Database.open(postgres.url("tallywire"))
    async with again.pool.acquire() as connection:
        assert await _lost(connection, answers) == set()
        entries, faults = await _inspected(connection, ELECTION)
    assert faults == [] and {one.sequence for one in (*audience.reports, audience.pages)} == {entries}
    await again.close()
    postgres.stop()
