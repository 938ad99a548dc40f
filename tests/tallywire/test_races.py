"""Two thousand submissions at once at two nodes, while editors decide: one log, and every number follows from it."""

import asyncio
import random
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import asyncpg
import pytest

from counting.vocabulary import ElectionPhase, Role
from db.load import load_election
from db.people import add_person, assign
from db.phases import set_phase
from feed.position import decode
from tallywire.fsck import inspect
from tallywire.served import served_faults
from tests.conftest import Databases, Night
from tests.db.desk import desk
from tests.served import wait_until
from tests.tallywire.crowd import CANDIDATES, Crowd, crowded_election

SEED = 20_220_522
STATIONS = 25
PHONES = 15
EDITORS = 3
SUBMISSIONS = 2_000
SUMS = (
    "query R($e: ID!) { results(electionId: $e) { contest { id } area { id level } rows { votes candidate { id } } } }"
)
PAGE = """
query F($e: ID!, $after: Cursor) { feed(electionId: $e, after: $after, first: 1000) { cursor hasMore reports {
  sequence kind station { id } contest { id } previous { id }
  tally { id votes { votes candidate { id } } } } } }
"""


@pytest.fixture(scope="module")
def night(databases: Databases) -> Iterator[Night]:
    async def fill(connection: asyncpg.Connection) -> None:
        await load_election(connection, crowded_election(STATIONS), "crowd")
        for phase in (ElectionPhase.VOTING, ElectionPhase.COUNTING):
            await set_phase(connection, "crowd", phase)

    night = Night(databases.fresh("template_crowd", fill), "crowd")
    night.serve()
    night.serve()
    yield night
    night.close()


@pytest.fixture(scope="module")
def crowd(night: Night) -> Crowd:
    """What was sent and answered; everything has happened by now. The seed is told where a test fails."""
    return asyncio.run(_play(night, random.Random(SEED)))


async def _play(night: Night, rng: random.Random) -> Crowd:
    codes = [f"{district}-{number}" for district in "ab" for number in range(1, STATIONS + 1)]
    truth = {
        f"{code} {contest}": [rng.randint(20, 200) for _ in range(many)]
        for code in codes
        for contest, many in CANDIDATES.items()
    }
    # Each station has several phones, each of which begins somewhere else.
    lists = [rng.sample(codes, 12) for _ in range(PHONES)]
    phones, tokens = await _people(night, lists)
    urls, done = [server.url for server in night.servers], asyncio.Event()
    connector = aiohttp.TCPConnector(limit=60)
    started = time.monotonic()
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=120)) as session:
        crowd = Crowd(session, urls, rng)
        deciding = asyncio.create_task(crowd.editors(tokens, "crowd", done))
        await asyncio.gather(*(crowd.phone(*one, truth) for one in zip(phones, lists, strict=True)))
        done.set()
        await deciding
    print(f"seed {SEED}: {crowd.sent} submissions in {time.monotonic() - started:.1f} s, {crowd.told}")
    return crowd


async def _people(night: Night, lists: list[list[str]]) -> tuple[list[str], list[str]]:
    """A token a phone, assigned to all of its stations but one, and a token an editor."""
    async with desk(night) as at, at.database.pool.acquire() as connection:
        phones = [await add_person(connection, Role.VOLUNTEER, "crowd", None) for _ in lists]
        for (person, _), stations in zip(phones, lists, strict=True):
            await assign(connection, person.id, [f"crowd/{code}" for code in stations[1:]])
        editors = [await add_person(connection, Role.EDITOR, None, None) for _ in range(EDITORS)]
    return [token for _, token in phones], [token for _, token in editors]


def test_two_thousand_submissions_are_each_answered_and_the_same_call_always_alike(crowd: Crowd) -> None:
    assert crowd.sent >= SUBMISSIONS
    assert sum(map(len, crowd.answers.values())) == crowd.sent
    several = [given for given in crowd.answers.values() if len(given) > 1]
    assert len(several) > 200
    for given in several:
        assert sum(not answer["replayed"] for answer in given) == 1
        alike = [{**answer, "replayed": None} for answer in given]
        assert alike == [alike[0]] * len(alike)
    kinds = {answer["__typename"] for given in crowd.answers.values() for answer in given}
    assert kinds == {"TallyAccepted", "TallyHeld", "TallyRejected"}
    assert crowd.told["ReviewConflict"] and crowd.told["TallyAccepted"] and crowd.told["TallyRejected"]


def test_fsck_finds_the_night_sound_and_both_nodes_serving_what_the_log_says(crowd: Crowd, night: Night) -> None:
    async def look() -> tuple[list[str], list[str]]:
        async with desk(night) as at, at.database.pool.acquire() as connection:
            found = await inspect(connection, "crowd")
        assert found is not None
        served = [
            str(fault) for server in night.servers for fault in await served_faults(server.url, None, found.board)
        ]
        return [str(fault) for fault in found.faults], served

    _until_both_nodes_agree(night)
    assert asyncio.run(look()) == ([], [])


def test_the_log_has_no_gap_and_each_sheet_one_standing_tally(crowd: Crowd, night: Night) -> None:
    sequences = [row["sequence"] for row in night.sql("SELECT sequence FROM log_entry ORDER BY sequence")]
    assert sequences == [*range(1, len(sequences) + 1)]
    assert len(sequences) > 300
    doubles = "SELECT 1 FROM tally WHERE state = 'ACCEPTED' GROUP BY station_id, contest_id HAVING count(*) > 1"
    assert night.sql(doubles) == []
    taken = {answer["tally"]["id"] for given in crowd.answers.values() for answer in given if answer.get("tally")}
    assert taken == {row["id"] for row in night.sql("SELECT id FROM tally")}
    assert (
        night.sql(
            "SELECT 1 FROM station_contest s FULL JOIN (SELECT * FROM tally WHERE state = 'ACCEPTED') t"
            " ON t.id = s.standing_id WHERE s.standing_id IS DISTINCT FROM t.id"
        )
        == []
    )


def test_results_equal_what_a_stranger_adds_up_from_the_public_feed(crowd: Crowd, night: Night) -> None:
    """By the kinds of entries alone, as the contract tells them."""
    standing: dict[tuple[str, str], Any] = {}
    for report in _feed(night):
        sheet = (report["station"]["id"], report["contest"]["id"])
        assert (report["previous"] or {}).get("id") == standing.get(sheet, {}).get("id"), report
        if report["kind"] in ("ACCEPTED", "CORRECTED"):
            standing[sheet] = report["tally"]
        elif report["kind"] == "WITHDRAWN":
            del standing[sheet]
    votes: dict[tuple[str, str], int] = {}
    for (station, contest), tally in standing.items():
        for area in {"crowd/city", f"crowd/{station.split('/')[1][0]}"}:
            for row in tally["votes"]:
                key = (area, row["candidate"]["id"])
                votes[key] = votes.get(key, 0) + row["votes"]
        assert contest in ("crowd/mayor", "crowd/council")
    for server in night.servers:
        for result in server.api(SUMS, e="crowd")["results"]:
            for row in result["rows"]:
                assert row["votes"] == votes.get((result["area"]["id"], row["candidate"]["id"]), 0), result


def _feed(night: Night) -> list[dict[str, Any]]:
    reports: list[dict[str, Any]] = []
    page: dict[str, Any] = {"hasMore": True, "cursor": None}
    while page["hasMore"]:
        page = night.servers[-1].api(PAGE, e="crowd", after=page["cursor"])["feed"]
        reports += page["reports"]
    return reports


def _until_both_nodes_agree(night: Night) -> None:
    (head,) = night.sql("SELECT sequence FROM log_head")
    query = "query H($e: ID!) { election(id: $e) { cursor } }"

    def caught_up() -> bool:
        return len(_feed(night)) == head["sequence"] and all(
            decode(server.api(query, e="crowd")["election"]["cursor"]).sequence == head["sequence"]
            for server in night.servers
        )

    wait_until(caught_up, 60, "both nodes at the head of the log")
