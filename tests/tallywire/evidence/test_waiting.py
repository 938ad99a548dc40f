"""Tallies that need photographs: held until these are stored, and let go by themselves if nothing else holds them."""

import asyncio
import itertools
from typing import Any

import pytest

from counting.bounds import Bounds
from counting.vocabulary import ElectionPhase, Role
from db import evidence_release
from db.database import Database
from tallywire.evidence.waiting import Waiting
from tests.conftest import Night
from tests.elections import small_election
from tests.gql.documents import FEED, SUBMIT, sheet
from tests.served import Api, wait_until
from tests.tallywire.evidence.conftest import beside
from tests.tallywire.evidence.pictures import encoded, picture, put, sha256

NUMBERS = itertools.count(10)
REVOKE = "mutation R($reporter: String!) { revokeReporter(reporter: $reporter, holdTheirTallies: true) }"
STATE = "query State($id: ID!) { tally(id: $id) { state reporter } }"
RESULT = "query R($id: ID!) { result(contestId: $id) { stationsFinal ballotsCast outstanding { heldTallies } } }"


@pytest.fixture(scope="module")
def night(served: Night) -> Night:
    """An election that wants a photograph with each FINAL."""
    election = small_election("photographed", bounds=Bounds("photographs.1", evidence_min=1))
    return beside(served, election, ElectionPhase.VOTING, ElectionPhase.COUNTING)


def submitted(api: Api, night: Night, station: str, content: bytes | None, **more: Any) -> dict[str, Any]:
    # No two sheets alike: that would be a doubt of its own.
    votes = more.pop("votes", (next(NUMBERS), 20, 30))
    evidence = [] if content is None else [sha256(content)]
    answer: dict[str, Any] = api(SUBMIT, input=sheet(night, station, votes, evidence=evidence, **more))["submitTally"]
    return answer


def state(api: Api, answer: dict[str, Any]) -> str:
    found: str = api(STATE, id=answer["tally"]["id"])["tally"]["state"]
    return found


def test_with_its_photograph_stored_a_final_counts_at_once(night: Night, volunteer: Api) -> None:
    content = encoded(picture(60))
    put(volunteer, content)
    assert submitted(volunteer, night, "a-1", content)["__typename"] == "TallyAccepted"


def test_the_photograph_that_comes_after_its_tally_lets_it_count(night: Night, volunteer: Api, editor: Api) -> None:
    content = encoded(picture(61))
    before = editor(RESULT, id=night.id("mayor"))["result"]
    answer = submitted(volunteer, night, "a-2", content)
    assert [finding["rule"] for finding in answer["findings"]] == ["EVIDENCE_MISSING"]
    assert state(editor, answer) == "HELD"
    assert put(volunteer, content).status_code == 201
    assert state(editor, answer) == "ACCEPTED"

    def counted_and_held_no_more() -> bool:
        """The board takes entry by entry: a look in between finds the tally held and not yet counted."""
        after = editor(RESULT, id=night.id("mayor"))["result"]
        held = after["outstanding"]["heldTallies"] - before["outstanding"]["heldTallies"]
        return held == 0 and after["stationsFinal"] > before["stationsFinal"]

    wait_until(counted_and_held_no_more, 60, "its result")
    entry = next(
        one
        for one in reversed(editor(FEED, election=night.election_id, first=500)["feed"]["reports"])
        if one["tally"] and one["tally"]["id"] == answer["tally"]["id"] and one["kind"] != "HELD"
    )
    assert (entry["kind"], entry["decidedBy"], bool(entry["salt"])) == ("ACCEPTED", None, True)
    assert "photograph" in entry["reason"] and "รูป" in entry["reason"]


def test_what_something_else_holds_too_stays_with_the_editors(night: Night, volunteer: Api, editor: Api) -> None:
    content = encoded(picture(62))
    answer = submitted(volunteer, night, "a-3", content, votes=(5_000, 1, 1))
    assert {finding["rule"] for finding in answer["findings"]} == {"EVIDENCE_MISSING", "MORE_BALLOTS_THAN_VOTERS"}
    put(volunteer, content)
    assert state(editor, answer) == "HELD"


def test_another_photograph_than_the_one_named_lets_nothing_go(night: Night, volunteer: Api, editor: Api) -> None:
    answer = submitted(volunteer, night, "b-1", encoded(picture(63)))
    put(volunteer, encoded(picture(64)))
    assert state(editor, answer) == "HELD"
    put(volunteer, encoded(picture(63)))
    assert state(editor, answer) == "ACCEPTED"


def test_of_two_that_disagree_the_second_to_be_photographed_stays_held(
    night: Night, volunteer: Api, another: Api, editor: Api
) -> None:
    mine, others = encoded(picture(65)), encoded(picture(66))
    first = submitted(volunteer, night, "b-2", mine)
    second = submitted(editor, night, "b-2", others, votes=(90, 20, 30))
    put(volunteer, mine)
    assert (state(editor, first), state(editor, second)) == ("ACCEPTED", "HELD")
    put(editor, others)
    assert (state(editor, first), state(editor, second)) == ("ACCEPTED", "HELD")


def test_the_next_look_finds_a_photograph_that_came_between_but_not_what_was_put_back_before_an_editor(
    night: Night, volunteer: Api, editor: Api, operator: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stored while its tally was being judged, neither saw the other: a node that starts looks again.

    Those that others' numbers stand in the way of, as above, do not keep it from the rest, few as it takes at once.
    """
    monkeypatch.setattr(evidence_release, "AT_ONCE", 1)
    doubted = night.api.as_(night.token(Role.VOLUNTEER, "a-3"))
    put_back = submitted(doubted, night, "a-3", encoded(picture(67)))
    put(doubted, encoded(picture(67)))
    reporter = editor(STATE, id=put_back["tally"]["id"])["tally"]["reporter"]
    assert state(editor, put_back) == "ACCEPTED"
    operator(REVOKE, reporter=reporter)
    assert state(editor, put_back) == "HELD"
    between = submitted(volunteer, night, "b-3", encoded(picture(68)))
    night.sql(
        "INSERT INTO evidence SELECT $1::text, 'image/jpeg', 9, $1::text, 'image/jpeg', 9, 3, 3, $2, now()",
        sha256(encoded(picture(68))),
        reporter,
    )
    assert state(editor, between) == "HELD"
    assert asyncio.run(_look(night)) == {night.election_id}
    assert (state(editor, between), state(editor, put_back)) == ("ACCEPTED", "HELD")


async def _look(night: Night) -> set[str]:
    """What a node does when it starts, until it has let something go: in which elections."""
    database, rung = await Database.open(night.database_url), set()
    heard = asyncio.Event()

    def ring(election_id: str) -> None:
        rung.add(election_id)
        heard.set()

    waiting = Waiting(database, ring)
    await waiting.start()
    await asyncio.wait_for(heard.wait(), 60)
    await waiting.close()
    await database.close()
    return rung
