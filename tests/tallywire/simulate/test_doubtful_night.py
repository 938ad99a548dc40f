"""Nights with all that needs an editor, against a real server: they end exact, and the log bears it out."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import asyncpg
import pytest

from counting.bounds import Bounds
from counting.vocabulary import ElectionPhase, Role
from db.database import use_json
from db.load import load_election
from db.phases import set_phase
from tallywire.fsck import inspect
from tallywire.package import read_station_counts
from tallywire.packaged import bangkok
from tallywire.simulate import NightReport, plan_night, run_night
from tallywire.simulate.pace import Pace
from tallywire.simulate.plan import NightPlan
from tallywire.simulate.sending import Doubt
from tests.conftest import Databases, Night, _fill_bangkok, bangkok_election
from tests.served import wait_until

from .synthetic import city

STATIONS, SEED = 14, 60
# All that Bangkok's rules hold; it asks for no photographs, and the offices' difference is a flag there.
HOLDS = {
    "BALLOTS_DO_NOT_ADD_UP",
    "MORE_BALLOTS_THAN_VOTERS",
    "NOT_ASSIGNED",
    "ILLEGIBLE",
    "ALL_ZERO",
    "TOO_EARLY",
    "SAME_EVIDENCE_ELSEWHERE",
    "SAME_NUMBERS_ELSEWHERE",
    "DISAGREES_WITH_ANOTHER_REPORT",
    "LOWER_THAN_BEFORE",
    "PARTIAL_AFTER_FINAL",
}


def _bangkok_plan() -> NightPlan:
    """The first stations of Bangkok, with a doubt on every sheet."""
    election = bangkok_election()
    wanted = {station.code for station in election.stations[:STATIONS]}
    counts = [count for count in read_station_counts(bangkok(), election) if count.station in wanted]
    pace = Pace({}, seed=SEED)
    return plan_night(election, counts, pace, seed=SEED, volunteers=4, doubts=1.0, photographs=0.5)


@pytest.fixture(scope="module")
def bangkok_night(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    night = Night(databases.fresh("template_bangkok", _fill_bangkok), "bkk-2022")
    night.serve(TALLYWIRE_DATA_DIR=str(tmp_path_factory.mktemp("photographs")))
    yield night
    night.close()


def _played(plan: NightPlan, night: Night) -> NightReport:
    """By one connection, so that things happen in the plan's order."""
    token = night.token(Role.OPERATOR)
    to = {"url": night.url, "token": token, "election_id": night.election_id, "real": True}
    played = run_night(plan, **to, speed=0, connections=1)
    return asyncio.run(played)


async def _faults(night: Night) -> list[str]:
    connection = await asyncpg.connect(night.database_url)
    await use_json(connection)
    found = await inspect(connection, night.election_id)
    await connection.close()
    assert found is not None
    return [str(fault) for fault in found.faults]


def test_a_night_full_of_doubts_ends_exact_and_each_kind_was_before_an_editor(bangkok_night: Night) -> None:
    plan = _bangkok_plan()
    report = _played(plan, bangkok_night)
    assert report.equal, report.differing[:5]
    assert set(report.doubts_by_kind) == set(Doubt)
    assert set(report.held_by_rule) >= HOLDS
    assert report.decided["accept"] > 0 and report.decided["reject"] > 0
    assert report.corrected > 0 and report.withdrawn > 0
    assert (report.set_right, report.photographs_refused) == (0, 0)
    assert report.photographs == len(bangkok_night.sql("SELECT 1 FROM evidence")) > 0
    assert bangkok_night.sql("SELECT 1 FROM tally WHERE state = 'HELD'") == []
    assert asyncio.run(_faults(bangkok_night)) == []


async def _load(url: str, plan: NightPlan) -> None:
    connection = await asyncpg.connect(url)
    await use_json(connection)
    await load_election(connection, plan.election, "toy")
    await set_phase(connection, plan.election.id, ElectionPhase.VOTING)
    await connection.close()


def test_where_photographs_are_required_what_waits_for_them_counts_when_they_come(bangkok_night: Night) -> None:
    election, counts = city(1, 4, seed=SEED, ballots=(60, 300))
    election = replace(election, bounds=Bounds("photographs.1", evidence_min=1))
    plan = plan_night(election, counts, Pace({}, seed=SEED), seed=SEED, volunteers=3, doubts=0.5)
    asyncio.run(_load(bangkok_night.database_url, plan))
    night = Night(bangkok_night.database_url, election.id)
    night.servers = bangkok_night.servers
    wait_until(lambda: night.api("{ elections { id } }")["elections"][1:], 60, "the second election")
    report = _played(plan, night)
    assert report.equal, report.differing[:5]
    assert report.held_by_rule["EVIDENCE_MISSING"] > 0
    assert night.sql("SELECT 1 FROM log_entry WHERE reason LIKE '%photograph arrived' AND decided_by IS NULL")
    assert asyncio.run(_faults(night)) == []
