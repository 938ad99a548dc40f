"""Sending again, correcting, confirming, and many at once: what a phone on a bad network does."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from counting.vocabulary import Role
from tests.conftest import Night
from tests.gql.documents import FEED, SUBMIT_MANY, TRACES, accepted, settle, sheet, submit
from tests.served import Api

TALLY = """
query T($id: ID!) { tally(id: $id) {
  state revision confirmations supersedes { id } supersededBy { id } votes { votes } } }
"""


def _traces(night: Night) -> dict[str, Any]:
    return night.api(TRACES, election=night.election_id, station=night.id("a-1"))


def _rules(answer: dict[str, Any]) -> list[str]:
    return [told["rule"] for told in answer["findings"]]


@pytest.mark.parametrize(
    ("votes", "kind"),
    [([10, 20, 30], "TallyAccepted"), ([30, 30, 36], "TallyHeld"), ([10, 20, -1], "TallyRejected")],
)
def test_a_tally_sent_again_gets_its_first_answer_and_changes_nothing(
    night: Night, volunteer: Api, votes: list[int], kind: str
) -> None:
    first = submit(volunteer, sheet(night, "a-1", votes))
    assert (first["__typename"], first["replayed"]) == (kind, False)
    # A tally of another station lets the server catch up with its own log.
    accepted(volunteer, sheet(night, "a-2", [1, 2, 3]))
    before = _traces(night)
    for _ in range(2):
        assert submit(volunteer, sheet(night, "a-1", votes)) == {**first, "replayed": True}
    assert _traces(night) == before


def test_the_same_id_with_other_content_is_refused(night: Night, volunteer: Api) -> None:
    accepted(volunteer, sheet(night, "a-1", [10, 20, 30]))
    before = _traces(night)
    answer = submit(volunteer, sheet(night, "a-1", [10, 20, 31]))
    assert (answer["__typename"], answer["clientTallyId"], _rules(answer)) == (
        "TallyRejected",
        "a-1-1",
        ["CLIENT_TALLY_ID_REUSED"],
    )
    assert answer["findings"][0]["th"] == "ใบนี้เคยส่งด้วยตัวเลขอื่น กด “ส่งเป็นยอดใหม่”"
    assert _traces(night) == before


def test_an_answer_outlives_the_server(counting: Night) -> None:
    volunteer = counting.token(Role.VOLUNTEER, "a-1")
    server = counting.serve()
    first = submit(server.api.as_(volunteer), sheet(counting, "a-1", [10, 20, 30]))
    server.kill()
    again = counting.serve().api.as_(volunteer)
    assert submit(again, sheet(counting, "a-1", [10, 20, 30])) == {**first, "replayed": True}
    assert _rules(submit(again, sheet(counting, "a-1", [10, 20, 31]))) == ["CLIENT_TALLY_ID_REUSED"]


def test_of_many_that_send_the_same_at_once_one_is_the_first(night: Night, volunteer: Api) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: submit(volunteer, sheet(night, "a-1", [10, 20, 30])), range(8)))
    assert sorted(answer["replayed"] for answer in answers) == [False] + [True] * 7
    assert len({answer["tally"]["id"] for answer in answers}) == 1
    assert len({answer["cursor"] for answer in answers}) == 1
    settle(night.api, night.election_id, answers[0]["cursor"])
    assert [report["sequence"] for report in _feed(night)] == [1]


def _feed(night: Night) -> list[dict[str, Any]]:
    reports: list[dict[str, Any]] = night.api(FEED, election=night.election_id)["feed"]["reports"]
    return reports


def test_two_reporters_may_use_the_same_id(night: Night, volunteer: Api, another_volunteer: Api) -> None:
    one = submit(volunteer, sheet(night, "a-1", [10, 20, 30], id="same"))
    other = submit(another_volunteer, sheet(night, "a-2", [11, 20, 30], id="same"))
    assert [one["replayed"], other["replayed"]] == [False, False]
    assert one["tally"]["id"] != other["tally"]["id"]


def test_equal_numbers_of_another_reporter_confirm_and_make_no_entry(
    night: Night, volunteer: Api, another_volunteer: Api
) -> None:
    first = accepted(volunteer, sheet(night, "a-1", [10, 20, 30]))
    again = submit(another_volunteer, sheet(night, "a-1", [10, 20, 30]))
    assert (again["__typename"], again["tally"]["id"], again["tally"]["confirmations"], again["replayed"]) == (
        "TallyAccepted",
        first["tally"]["id"],
        1,
        False,
    )
    assert again["cursor"] == first["cursor"]
    assert [report["kind"] for report in _feed(night)] == ["ACCEPTED"]
    # The same person's second time confirms nothing.
    submit(another_volunteer, sheet(night, "a-1", [10, 20, 30]))
    assert night.api(TALLY, id=first["tally"]["id"])["tally"]["confirmations"] == 1


def test_a_final_of_ones_own_is_corrected_by_naming_it(night: Night, volunteer: Api) -> None:
    first = accepted(volunteer, sheet(night, "a-1", [10, 20, 30]))["tally"]["id"]
    corrected = accepted(
        volunteer, sheet(night, "a-1", [10, 30, 20], id="second", replaces=first, note="2 and 3 were swapped")
    )
    second = corrected["tally"]["id"]
    assert corrected["tally"]["revision"] == 2
    old, new = (night.api(TALLY, id=tally)["tally"] for tally in (first, second))
    assert (old["state"], old["supersededBy"]) == ("SUPERSEDED", {"id": second})
    assert (new["state"], new["supersedes"]) == ("ACCEPTED", {"id": first})
    entry = _feed(night)[-1]
    assert (entry["kind"], entry["tally"], entry["previous"], entry["reason"]) == (
        "CORRECTED",
        {"id": second},
        {"id": first},
        "2 and 3 were swapped",
    )
    (reporter,) = night.sql("SELECT reporter_id FROM tally WHERE id = $1", second)
    assert entry["decidedBy"] == reporter["reporter_id"]


def test_a_correction_of_what_no_longer_stands_is_stale(night: Night, volunteer: Api) -> None:
    first = accepted(volunteer, sheet(night, "a-1", [10, 20, 30]))["tally"]["id"]
    accepted(volunteer, sheet(night, "a-1", [10, 21, 30], id="second", replaces=first))
    answer = submit(volunteer, sheet(night, "a-1", [10, 22, 30], id="third", replaces=first))
    assert [(told["rule"], told["field"], told["en"]) for told in answer["findings"]] == [
        (
            "STALE_REVISION",
            "replaces",
            "Revision 2 stands, not the 1 that you corrected. Open it and correct again",
        )
    ]


def test_a_tally_of_somebody_else_cannot_be_replaced_and_reads_as_one_that_is_not_there(
    night: Night, volunteer: Api, another_volunteer: Api
) -> None:
    theirs = accepted(another_volunteer, sheet(night, "a-1", [10, 20, 30]))["tally"]["id"]
    before = _traces(night)
    real = submit(volunteer, sheet(night, "a-1", [10, 21, 30], id="x", replaces=theirs))
    made_up = submit(volunteer, sheet(night, "a-1", [10, 21, 30], id="y", replaces="made-up"))
    assert _rules(real) == ["STALE_REVISION"]
    assert real["findings"] == made_up["findings"]
    assert _traces(night) == before


def test_partials_follow_one_another_and_the_final_closes_them(night: Night, volunteer: Api) -> None:
    for place, votes in enumerate(([1, 2, 3], [2, 4, 6])):
        accepted(volunteer, sheet(night, "a-1", votes, id=f"p{place}", coverage="PARTIAL", ballotsCast=None))
    accepted(volunteer, sheet(night, "a-1", [10, 20, 30], id="final"))
    assert [(report["kind"], report["previous"] is None) for report in _feed(night)] == [
        ("ACCEPTED", True),
        ("ACCEPTED", False),
        ("ACCEPTED", False),
    ]
    history = night.api("query H($s: ID!) { station(id: $s) { history { revision state } } }", s=night.id("a-1"))
    assert history["station"]["history"] == [
        {"revision": 3, "state": "ACCEPTED"},
        {"revision": 2, "state": "SUPERSEDED"},
        {"revision": 1, "state": "SUPERSEDED"},
    ]


def test_a_batch_is_answered_in_order_and_one_bad_tally_stops_no_other(night: Night, volunteer: Api) -> None:
    inputs = [
        sheet(night, "a-1", [10, 20, 30]),
        sheet(night, "a-2", [10, -1, 30]),
        sheet(night, "a-3", [10, 20, 31]),
        sheet(night, "b-1", [10, 20, 32]),
        sheet(night, "a-1", [10, 20, 30]),
        sheet(night, "a-1", [10, 20, 33]),
    ]
    answers = volunteer(SUBMIT_MANY, inputs=inputs)["submitTallies"]
    assert [(answer["__typename"], answer["replayed"]) for answer in answers] == [
        ("TallyAccepted", False),
        ("TallyRejected", False),
        ("TallyHeld", False),
        ("TallyAccepted", False),
        ("TallyAccepted", True),
        ("TallyRejected", False),
    ]
    assert _rules(answers[5]) == ["CLIENT_TALLY_ID_REUSED"]
    assert [row["revision"] for row in night.sql("SELECT revision FROM tally WHERE station_id = $1", night.id("a-1"))]


def test_fifty_tallies_a_call_are_taken_and_fifty_one_are_not(night: Night, volunteer: Api) -> None:
    inputs = [sheet(night, "a-1", [n, 0, 0], id=f"p{n}", coverage="PARTIAL", ballotsCast=None) for n in range(1, 52)]
    error = volunteer.send(SUBMIT_MANY, inputs=inputs)["errors"][0]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_USER_INPUT", "inputs")
    assert night.sql("SELECT 1 FROM submission WHERE election_id = $1", night.election_id) == []
    answers = volunteer(SUBMIT_MANY, inputs=inputs[:50])["submitTallies"]
    assert {answer["__typename"] for answer in answers} == {"TallyAccepted"}
    assert [answer["tally"]["revision"] for answer in answers] == list(range(1, 51))
    assert volunteer(SUBMIT_MANY, inputs=[]) == {"submitTallies": []}
