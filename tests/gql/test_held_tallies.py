"""Doubtful tallies: each rule that holds one, and how nobody but editors and its reporter can see it, by any way in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from counting.vocabulary import Role
from tests.conftest import Night
from tests.gql.documents import FEED, accepted, sheet, submit
from tests.served import Api, wait_until

Make = Callable[[Night], dict[str, Any]]
BY_ANY_WAY = """
query Ways($election: ID!, $station: ID!, $contest: ID!, $tally: ID!) {
  tally(id: $tally) { id }
  tallies(electionId: $election) { totalCount edges { node { id } } }
  held: tallies(electionId: $election, state: HELD) { totalCount edges { node { id } } }
  station(id: $station) { state(contestId: $contest) tally(contestId: $contest) { id } history { id } }
  feed(electionId: $election) { reports { sequence kind tally { id } previous { id } } }
}
"""
RESULT = """
query R($contest: ID!) { result(contestId: $contest) {
  rows { votes } ballotsCast stationsReporting stationsDisputed outstanding { heldTallies } } }
"""


@dataclass(frozen=True)
class Doubt:
    """`sent` is held by `rule`, and `beside` just is not.

    `before`: what has to stand already, by another volunteer or the same.
    """

    rule: str
    sent: Make
    field: str | None
    english: str
    beside: Make
    before: Make | None = None
    before_by_another: bool = False


def _sheet(station: str = "a-1", votes: tuple[int | None, ...] = (10, 20, 30), **more: Any) -> Make:
    return lambda night: sheet(night, station, votes, **more)


DOUBTS = [
    Doubt(
        "NOT_ASSIGNED",
        _sheet("a-3"),
        "stationId",
        "Station 3 is not on your list. If you are there, just wait",
        _sheet("a-2"),
    ),
    Doubt(
        "MORE_BALLOTS_THAN_VOTERS",
        _sheet(votes=(30, 30, 36)),
        "ballotsCast",
        "101 ballots, 100 registered. Check the station's number on the sheet",
        _sheet(votes=(30, 30, 35)),
    ),
    Doubt(
        "BALLOTS_DO_NOT_ADD_UP",
        _sheet(ballotsCast=66, asWritten=True),
        "ballotsCast",
        "Does not add up, 1 missing: 60 + 2 + 3 = 65, ballots used 66",
        _sheet(ballotsCast=65, asWritten=True),
    ),
    Doubt(
        "ILLEGIBLE",
        _sheet(votes=(10, None, 30), ballotsCast=65),
        "votes.1.votes",
        "1 not legible: Number 2. A close photograph helps",
        _sheet(votes=(10, 0, 30)),
    ),
    Doubt(
        "ALL_ZERO",
        _sheet(votes=(0, 0, 0), invalidBallots=0, noVoteBallots=0, ballotsCast=0),
        "votes",
        "All zero. If they have not begun, wait",
        _sheet(votes=(0, 0, 0), invalidBallots=0, noVoteBallots=1, ballotsCast=1),
    ),
    Doubt(
        "TOO_EARLY",
        _sheet(countedAt="2022-05-22T17:00:32+07:00"),
        "coverage",
        "Final of 65 very soon after polls closed. Still counting? Change it",
        _sheet(countedAt="2022-05-22T17:00:33+07:00"),
    ),
    Doubt(
        "DISAGREES_WITH_ANOTHER_REPORT",
        _sheet(votes=(10, 20, 31)),
        "votes",
        "Somebody else sent other numbers for this sheet. Read yours back once more; if it matches, leave it",
        _sheet(),
        before=_sheet(),
        before_by_another=True,
    ),
    Doubt(
        "LOWER_THAN_BEFORE",
        _sheet(votes=(9, 20, 31), coverage="PARTIAL", id="lower"),
        "votes.0.votes",
        "Number 1 had 10, now 9. Look at the board",
        _sheet(votes=(10, 20, 31), coverage="PARTIAL", id="higher"),
        before=_sheet(coverage="PARTIAL"),
    ),
    Doubt(
        "PARTIAL_AFTER_FINAL",
        _sheet(coverage="PARTIAL", id="later"),
        "coverage",
        "A final stands here. If yours was wrong, use “Correct”",
        _sheet(id="final again"),
        before=_sheet(),
    ),
    Doubt(
        "OFFICES_DISAGREE",
        lambda night: sheet(night, "a-1", [30, 20, 4, 2], contest="council", validBallots=56, ballotsCast=61, id="c"),
        "ballotsCast",
        "Council 61 and Mayor 65 ballots: 4 apart (usually 3). Same station's sheets?",
        lambda night: sheet(night, "a-1", [30, 20, 4, 2], contest="council", validBallots=57, ballotsCast=62, id="c"),
        before=_sheet(),
    ),
]


def _prepare(doubt: Doubt, night: Night, volunteer: Api, another: Api) -> dict[str, Any]:
    """The sheet to send, after what has to stand before it does."""
    if doubt.before is not None:
        accepted(another if doubt.before_by_another else volunteer, doubt.before(night))
    return doubt.sent(night)


@pytest.mark.parametrize("doubt", DOUBTS, ids=lambda doubt: doubt.rule)
def test_a_doubtful_sheet_is_held_and_counts_nothing(
    doubt: Doubt, night: Night, volunteer: Api, another_volunteer: Api
) -> None:
    tally = _prepare(doubt, night, volunteer, another_volunteer)
    before = night.api(RESULT, contest=tally["contestId"])["result"]
    answer = submit(volunteer, tally)
    assert (answer["__typename"], answer["tally"]["state"], answer["replayed"]) == ("TallyHeld", "HELD", False)
    assert [(told["rule"], told["verdict"], told["field"], told["en"]) for told in answer["findings"]] == [
        (doubt.rule, "HOLD", doubt.field, doubt.english)
    ]
    assert answer["findings"][0]["th"]
    reports = _until_held(night)
    after = night.api(RESULT, contest=tally["contestId"])["result"]
    disputed = int(doubt.rule == "DISAGREES_WITH_ANOTHER_REPORT")
    assert after == {**before, "stationsDisputed": disputed, "outstanding": {"heldTallies": 1}}
    held = reports[-1]
    assert held["kind"] == "HELD"
    assert (held["tally"], held["salt"], held["reason"], held["decidedBy"]) == (None, None, None, None)
    assert len(held["commitment"]) == 64
    assert (held["previous"] is not None) == (doubt.before is not None and doubt.rule != "OFFICES_DISAGREE")


@pytest.mark.parametrize("doubt", DOUBTS, ids=lambda doubt: doubt.rule)
def test_a_sheet_just_beside_the_line_counts(
    doubt: Doubt, night: Night, volunteer: Api, another_volunteer: Api
) -> None:
    _prepare(doubt, night, volunteer, another_volunteer)
    assert submit(volunteer, doubt.beside(night))["__typename"] == "TallyAccepted"


def _until_held(night: Night) -> list[dict[str, Any]]:
    def read() -> list[dict[str, Any]]:
        reports = night.api(FEED, election=night.election_id)["feed"]["reports"]
        return reports if reports and reports[-1]["kind"] == "HELD" else []

    reports: list[dict[str, Any]] = wait_until(read, what="a HELD entry")
    return reports


@pytest.mark.parametrize("doubt", DOUBTS, ids=lambda doubt: doubt.rule)
def test_a_held_tally_is_there_for_its_reporter_and_editors_and_for_nobody_else_by_any_way(
    doubt: Doubt, night: Night, volunteer: Api, another_volunteer: Api, editor: Api, operator: Api
) -> None:
    tally = _prepare(doubt, night, volunteer, another_volunteer)
    held = submit(volunteer, tally)["tally"]["id"]
    _until_held(night)
    ways = {
        "election": night.election_id,
        "station": tally["stationId"],
        "contest": tally["contestId"],
        "tally": held,
    }
    outlet = night.api.as_(night.token(Role.OUTLET))
    for seer in (volunteer, editor, operator):
        seen = seer(BY_ANY_WAY, **ways)
        assert seen["tally"] == {"id": held}
        assert seen["held"] == {"totalCount": 1, "edges": [{"node": {"id": held}}]}
        assert seen["station"]["history"][0] == {"id": held}
        assert seen["feed"]["reports"][-1]["tally"] == {"id": held}
        assert (seen["station"]["tally"] or {}).get("id") != held
    for other in (night.api, outlet, another_volunteer):
        seen = other(BY_ANY_WAY, **ways)
        assert held not in str(seen)
        assert seen["held"] == {"totalCount": 0, "edges": []}
        assert seen["tally"] is None


def test_a_held_rival_of_anothers_final_makes_the_station_disputed(
    night: Night, volunteer: Api, another_volunteer: Api
) -> None:
    standing = accepted(another_volunteer, sheet(night, "a-1", [10, 20, 30]))["tally"]["id"]
    submit(volunteer, sheet(night, "a-1", [10, 20, 31]))
    _until_held(night)
    ways = {"election": night.election_id, "station": night.id("a-1"), "contest": night.id("mayor"), "tally": standing}
    assert night.api(BY_ANY_WAY, **ways)["station"] == {
        "state": "DISPUTED",
        "tally": {"id": standing},
        "history": [{"id": standing}],
    }


def test_a_final_without_its_photograph_is_held_where_the_election_wants_one(photographed_night: Night) -> None:
    night = photographed_night
    volunteer = night.api.as_(night.token(Role.VOLUNTEER, "a-1", "a-2"))
    answer = submit(volunteer, sheet(night, "a-1", [10, 20, 30]))
    assert [(told["rule"], told["en"]) for told in answer["findings"]] == [
        ("EVIDENCE_MISSING", "Final needs 1 photograph, has 0. Add one; no retyping")
    ]
    named = submit(volunteer, sheet(night, "a-2", [11, 20, 30], evidence=["a" * 64]))
    assert [told["en"] for told in named["findings"]] == ["Final needs 1 photograph, has 0. Add one; no retyping"]
    partial = submit(volunteer, sheet(night, "a-1", [10, 20, 30], coverage="PARTIAL", id="partial"))
    assert partial["__typename"] == "TallyAccepted"


def test_an_editor_is_told_the_bound_that_a_reporter_is_not(night: Night, volunteer: Api, editor: Api) -> None:
    answer = submit(volunteer, sheet(night, "a-1", [10, 20, 30], countedAt="2022-05-22T17:00:32+07:00"))
    query = "query Q($id: ID!) { tally(id: $id) { findings { rule message(lang: EN) } } }"
    found = editor(query, id=answer["tally"]["id"])["tally"]["findings"]
    assert found == [{"rule": "TOO_EARLY", "message": "65 in 0 min, 1 at least"}]


def test_only_editors_and_operators_look_for_tallies_by_rule(night: Night, volunteer: Api, editor: Api) -> None:
    submit(volunteer, sheet(night, "a-3", [10, 20, 30]))
    accepted(volunteer, sheet(night, "a-1", [10, 20, 30]))
    query = "query Q($e: ID!) { tallies(electionId: $e, rule: NOT_ASSIGNED) { totalCount } }"
    assert editor(query, e=night.election_id) == {"tallies": {"totalCount": 1}}
    assert volunteer.code(query, e=night.election_id) == "FORBIDDEN"
    assert night.api.code(query, e=night.election_id) == "UNAUTHENTICATED"


def test_a_partial_may_leave_out_what_the_board_does_not_show_yet(night: Night, volunteer: Api) -> None:
    partial = sheet(
        night, "a-1", [10, None, 30], coverage="PARTIAL", invalidBallots=None, noVoteBallots=None, ballotsCast=None
    )
    assert submit(volunteer, partial)["__typename"] == "TallyAccepted"
