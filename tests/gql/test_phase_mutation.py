"""The life of an election through the API: who may move it, where to, and what the public sees meanwhile."""

import pytest

from counting.vocabulary import ElectionPhase, Role
from tests.conftest import Night
from tests.gql.documents import FEED, PHASE, UPDATES, accepted, sheet, submit
from tests.served import Api

PUBLIC = """
query Public($e: ID!, $m: ID!, $s: ID!) {
  election(id: $e) { phase cursor lastReportAt }
  result(contestId: $m) { status turnout ballotsCast stationsReporting decided updatedAt rows { votes rank leading } }
  station(id: $s) { state(contestId: $m) tally(contestId: $m) { id } history { id } }
  tallies(electionId: $e) { totalCount edges { node { id } } pageInfo { hasNextPage } }
  feed(electionId: $e) { hasMore reports { sequence } }
}
"""
STATES = "query S($e: ID!) { stations(electionId: $e, state: FINAL) { totalCount } }"


def _operator(night: Night) -> Api:
    return night.api.as_(night.token(Role.OPERATOR))


def _public(night: Night) -> dict[str, object]:
    return night.api(PUBLIC, e=night.election_id, m=night.id("mayor"), s=night.id("a-1"))


def _nothing(night: Night, phase: str, cursor: object) -> dict[str, object]:
    return {
        "election": {"phase": phase, "cursor": cursor, "lastReportAt": None},
        "result": {
            "status": "PRE_ELECTION",
            "turnout": None,
            "ballotsCast": 0,
            "stationsReporting": 0,
            "decided": False,
            "updatedAt": None,
            "rows": [{"votes": 0, "rank": 1, "leading": False}] * 3,
        },
        "station": {"state": "SILENT", "tally": None, "history": []},
        "tallies": {"totalCount": 0, "edges": [], "pageInfo": {"hasNextPage": False}},
        "feed": {"hasMore": False, "reports": []},
    }


def test_before_counting_the_public_sees_zeros_and_one_cursor(setup_night: Night) -> None:
    before = _public(setup_night)
    cursor = before["election"]["cursor"]  # type: ignore[index]
    assert before == _nothing(setup_night, "SETUP", cursor)
    _operator(setup_night)(PHASE, election=setup_night.election_id, phase="VOTING")
    assert _public(setup_night) == _nothing(setup_night, "VOTING", cursor)
    assert setup_night.api.code(STATES, e=setup_night.election_id) == "BAD_USER_INPUT"


def test_a_subscriber_from_before_the_close_gets_a_snapshot_when_counting_opens(setup_night: Night) -> None:
    operator = _operator(setup_night)
    with setup_night.api.socket() as socket:
        updates = socket.subscribe(UPDATES, election=setup_night.election_id)
        first = socket.next(updates)["resultUpdates"]
        assert (first["kind"], {result["status"] for result in first["results"]}) == ("SNAPSHOT", {"PRE_ELECTION"})
        for phase in ("VOTING", "COUNTING"):
            operator(PHASE, election=setup_night.election_id, phase=phase)
        opened = socket.next(updates)["resultUpdates"]
        assert (opened["kind"], opened["reset"]) == ("SNAPSHOT", False)
        assert {result["status"] for result in opened["results"]} == {"UNOFFICIAL_PARTIAL"}
        assert opened["cursor"] != first["cursor"]
        volunteer = setup_night.api.as_(setup_night.token(Role.VOLUNTEER, "a-1"))
        submit(volunteer, sheet(setup_night, "a-1", [10, 20, 30]))
        assert socket.next(updates)["resultUpdates"]["kind"] == "DELTA"


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        ([], "COUNTING"),
        ([], "CLOSED"),
        (["VOTING"], "CLOSED"),
        (["VOTING", "COUNTING", "CLOSED"], "VOTING"),
        (["VOTING", "COUNTING", "CLOSED"], "SETUP"),
    ],
)
def test_a_step_that_skips_a_phase_or_goes_back_over_the_count_is_refused(
    setup_night: Night, steps: list[str], refused: str
) -> None:
    operator = _operator(setup_night)
    for phase in steps:
        moved = operator(PHASE, election=setup_night.election_id, phase=phase)
        assert moved == {"setElectionPhase": {"phase": phase}}
    if "CLOSED" in steps:
        _count_one(setup_night, operator)
    error = operator.send(PHASE, election=setup_night.election_id, phase=refused)["errors"][0]
    stands = steps[-1] if steps else "SETUP"
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("PHASE_NOT_ALLOWED", "phase")
    assert error["extensions"]["messages"] == {
        "TH": f"phase: เปลี่ยนจาก {stands} เป็น {refused} ไม่ได้",
        "EN": f"phase: the election does not go from {stands} to {refused}",
    }
    assert _public(setup_night)["election"]["phase"] == stands  # type: ignore[index]


def _count_one(night: Night, operator: Api) -> None:
    """One tally in the log: from CLOSED the count may be opened again for it."""
    operator(PHASE, election=night.election_id, phase="COUNTING")
    accepted(night.api.as_(night.token(Role.VOLUNTEER, "a-1")), sheet(night, "a-1", [1, 2, 3]))
    operator(PHASE, election=night.election_id, phase="CLOSED")


def test_saying_the_same_phase_again_changes_nothing(night: Night, operator: Api) -> None:
    again = operator(PHASE, election=night.election_id, phase=ElectionPhase.COUNTING)
    assert again == {"setElectionPhase": {"phase": "COUNTING"}}
    assert night.api(FEED, election=night.election_id)["feed"]["reports"] == []


def test_whoever_watches_the_election_is_told_of_each_phase(setup_night: Night) -> None:
    operator = _operator(setup_night)
    watch = "subscription W($e: ID!) { electionChanged(electionId: $e) { phase } }"
    with setup_night.api.socket() as socket:
        changes = socket.subscribe(watch, e=setup_night.election_id)
        assert socket.next(changes) == {"electionChanged": {"phase": "SETUP"}}
        for phase in ("VOTING", "COUNTING", "CLOSED"):
            operator(PHASE, election=setup_night.election_id, phase=phase)
            assert socket.next(changes) == {"electionChanged": {"phase": phase}}


def test_results_stay_public_when_the_count_is_closed(night: Night, volunteer: Api, operator: Api) -> None:
    accepted(volunteer, sheet(night, "a-1", [10, 20, 30]))
    operator(PHASE, election=night.election_id, phase="CLOSED")
    assert _public(night)["result"]["ballotsCast"] == 65  # type: ignore[index]
