"""A third report that equals one of two decides between them, where the election's package says so."""

import asyncio
from typing import Any

import pytest

from counting.bounds import Bounds
from counting.vocabulary import Role
from db.database import Database
from tallywire.fsck import inspect
from tests.conftest import Night
from tests.elections import small_election
from tests.gql.conftest import Hall
from tests.gql.documents import FEED, SUBMIT_MANY, accepted, settle, sheet, submit
from tests.served import Api

STATION = """
query Station($station: ID!, $contest: ID!) {
  station(id: $station) { state(contestId: $contest) tally(contestId: $contest) { id confirmations } }
  result(contestId: $contest) { rows { candidate { ballotNumber } votes } outstanding { heldTallies } }
}
"""
RELEASED = "ผู้รายงานสองคนส่งตัวเลขนี้ตรงกัน · Two reporters agree on these numbers"
REFUSED = "ผู้รายงานสองคนส่งตัวเลขอื่นตรงกัน · Two reporters agree on other numbers"
ONE, OTHER = [10, 20, 30], [10, 20, 31]


@pytest.fixture
def night(hall: Hall) -> Night:
    bounds = Bounds("thirds.1", third_report_decides=True, same_numbers_ballots_min=1_000)
    return hall.load(lambda name: small_election(name, bounds=bounds))


def _people(night: Night, number: int) -> list[Api]:
    return [night.api.as_(night.token(Role.VOLUNTEER, "a-1")) for _ in range(number)]


def _reports(night: Night) -> list[tuple[Any, ...]]:
    reports = night.api(FEED, election=night.election_id)["feed"]["reports"]
    return [(one["kind"], one["tally"] and one["tally"]["id"], one["reason"], one["decidedBy"]) for one in reports]


def _station(night: Night) -> dict[str, Any]:
    found = night.api(STATION, station=night.id("a-1"), contest=night.id("mayor"))
    by_number = {row["candidate"]["ballotNumber"]: row["votes"] for row in found["result"]["rows"]}
    held = found["result"]["outstanding"]["heldTallies"]
    return {**found["station"], "votes": [by_number[number] for number in sorted(by_number)], "held": held}


def _states(night: Night, *ids: str) -> list[str]:
    rows = {row["id"]: row["state"] for row in night.sql("SELECT id, state FROM tally WHERE id = ANY($1)", list(ids))}
    return [rows[tally_id] for tally_id in ids]


def _faults(night: Night) -> list[str]:
    async def look() -> list[str]:
        database = await Database.open(night.database_url)
        async with database.pool.acquire() as connection:
            found = await inspect(connection, night.election_id)
        await database.close()
        assert found is not None
        return [str(fault) for fault in found.faults]

    return asyncio.run(look())


def test_a_third_that_equals_what_stands_confirms_it_and_refuses_the_held_one(night: Night) -> None:
    first, second, third = _people(night, 3)
    standing = accepted(first, sheet(night, "a-1", ONE))["tally"]["id"]
    held = submit(second, sheet(night, "a-1", OTHER))["tally"]["id"]
    answer = accepted(third, sheet(night, "a-1", ONE))
    assert answer["tally"] == {"id": standing, "revision": 1, "state": "ACCEPTED", "confirmations": 1}
    assert _station(night) == {
        "state": "FINAL",
        "tally": {"id": standing, "confirmations": 1},
        "votes": ONE,
        "held": 0,
    }
    assert _reports(night)[-1] == ("REJECTED", held, REFUSED, None)
    assert _states(night, standing, held) == ["ACCEPTED", "REJECTED"]
    assert _faults(night) == []


def test_a_third_that_equals_the_held_one_releases_it(night: Night) -> None:
    first, second, third = _people(night, 3)
    standing = accepted(first, sheet(night, "a-1", ONE))["tally"]["id"]
    held = submit(second, sheet(night, "a-1", OTHER))["tally"]["id"]
    answer = accepted(third, sheet(night, "a-1", OTHER))
    assert answer["tally"] == {"id": held, "revision": 2, "state": "ACCEPTED", "confirmations": 1}
    assert _station(night) == {
        "state": "FINAL",
        "tally": {"id": held, "confirmations": 1},
        "votes": OTHER,
        "held": 0,
    }
    assert _reports(night)[-1] == ("CORRECTED", held, RELEASED, None)
    assert _states(night, standing, held) == ["SUPERSEDED", "ACCEPTED"]
    again = submit(third, sheet(night, "a-1", OTHER))
    assert (again["replayed"], again["tally"]["id"], again["cursor"]) == (True, held, answer["cursor"])
    assert _faults(night) == []


def test_all_that_two_contradict_is_refused_at_once(night: Night) -> None:
    first, second, third, fourth = _people(night, 4)
    accepted(first, sheet(night, "a-1", ONE))
    loser = submit(fourth, sheet(night, "a-1", [9, 20, 31]))["tally"]["id"]
    winner = submit(second, sheet(night, "a-1", OTHER))["tally"]["id"]
    # The third's own first word, in the same call: it changed its mind, and has one voice.
    inputs = [sheet(night, "a-1", [8, 20, 31], id="first"), sheet(night, "a-1", OTHER)]
    own, answer = third(SUBMIT_MANY, inputs=inputs)["submitTallies"]
    assert [own["__typename"], answer["tally"]["id"]] == ["TallyHeld", winner]
    settle(night.api, night.election_id, answer["cursor"])
    assert _states(night, winner, loser, own["tally"]["id"]) == ["ACCEPTED", "REJECTED", "REJECTED"]
    assert [report[2] for report in _reports(night)[-3:]] == [RELEASED, REFUSED, REFUSED]
    assert _station(night)["state"] == "FINAL"
    assert _faults(night) == []


def test_a_report_from_somebody_not_assigned_decides_nothing_and_has_no_voice(night: Night) -> None:
    first, second = _people(night, 2)
    stranger = night.api.as_(night.token(Role.VOLUNTEER, "b-1"))
    standing = accepted(first, sheet(night, "a-1", ONE))["tally"]["id"]
    assert submit(stranger, sheet(night, "a-1", OTHER))["__typename"] == "TallyHeld"
    answer = submit(second, sheet(night, "a-1", OTHER))
    assert [told["rule"] for told in answer["findings"]] == ["DISAGREES_WITH_ANOTHER_REPORT"]
    assert submit(stranger, sheet(night, "a-1", OTHER, id="again"))["__typename"] == "TallyHeld"
    assert _states(night, standing) == ["ACCEPTED"]
    assert _faults(night) == []


def test_two_reports_of_one_person_are_not_two_people(night: Night) -> None:
    first, second = _people(night, 2)
    standing = accepted(first, sheet(night, "a-1", ONE))["tally"]["id"]
    for call in ("once", "twice"):
        assert submit(second, sheet(night, "a-1", OTHER, id=call))["__typename"] == "TallyHeld"
    assert _states(night, standing) == ["ACCEPTED"]
    assert _faults(night) == []


def test_without_the_packages_word_a_third_is_held_too(hall: Hall) -> None:
    night = hall.take()
    first, second, third = _people(night, 3)
    accepted(first, sheet(night, "a-1", ONE))
    for person in (second, third):
        assert submit(person, sheet(night, "a-1", OTHER))["__typename"] == "TallyHeld"
    assert _faults(night) == []
