"""Review through the API: the queue, decisions and withdrawals, who may, and what everybody is shown of it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from counting.vocabulary import ElectionPhase, Role
from db.audit import Actor
from db.review_holds import hold_unconfirmed
from tests.conftest import Night
from tests.db.desk import desk
from tests.gql.documents import FEED, PHASE, accepted, settle, sheet, submit
from tests.served import Api, wait_until

DECISION = "decision { kind by reason at sequence cursor }"
REVIEW = (
    "mutation Review($input: ReviewTallyInput!) { reviewTally(input: $input) { __typename"
    " ... on TallyAccepted { tally { id state " + DECISION + " } cursor replayed }"
    " ... on TallyRejected { clientTallyId refused { id state " + DECISION + " } replayed findings { rule } }"
    " ... on ReviewConflict { tally { id state " + DECISION + " } standing { id } } } }"
)
WITHDRAW = (
    "mutation Withdraw($input: WithdrawTallyInput!) { withdrawTally(input: $input) { __typename"
    " ... on TallyWithdrawn { tally { id state " + DECISION + " } cursor }"
    " ... on ReviewConflict { tally { id state " + DECISION + " } standing { id } } } }"
)
QUEUE = """
query Queue($election: ID!, $area: ID, $rule: TallyRule, $first: Int, $after: String) {
  reviewQueue(electionId: $election, areaId: $area, rule: $rule, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node { id station { id } findings { rule } votes { votes } } }
  }
}
"""
CHANGED = """
subscription Changed($election: ID!, $area: ID) {
  reviewQueueChanged(electionId: $election, areaId: $area) { id state decision { by } }
}
"""
HISTORY = (
    "query H($station: ID!, $contest: ID!) { station(id: $station) { state(contestId: $contest)"
    " tally(contestId: $contest) { id } history { id state votes { votes }"
    " supersedes { id } supersededBy { id } decisions { kind reason by } } } }"
)
RESULT = "query R($c: ID!) { result(contestId: $c) { rows { votes candidate { id } } stationsReporting status } }"
WHY = "ตรงกับรูปถ่าย · Matches the photograph"


def _held(night: Night, api: Api, station: str = "a-3", votes: tuple[int, ...] = (10, 20, 30), **more: Any) -> str:
    """A sheet of a station that is not on the volunteer's list."""
    answer = submit(api, sheet(night, station, votes, **more))
    assert answer["__typename"] == "TallyHeld", answer
    return str(answer["tally"]["id"])


def _review(api: Api, tally: str, decision: str = "ACCEPT", reason: str = WHY, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = api(REVIEW, input={"tallyId": tally, "decision": decision, "reason": reason, **more})[
        "reviewTally"
    ]
    return answer


def _withdraw(api: Api, tally: str, reason: str = "Wrong station") -> dict[str, Any]:
    answer: dict[str, Any] = api(WITHDRAW, input={"tallyId": tally, "reason": reason})["withdrawTally"]
    return answer


def _pseudonym(api: Api) -> str:
    return str(api("{ viewer { reporter } }")["viewer"]["reporter"])


def _reports(night: Night, cursor: str) -> list[dict[str, Any]]:
    settle(night.api, night.election_id, cursor)
    reports: list[dict[str, Any]] = night.api(FEED, election=night.election_id)["feed"]["reports"]
    return reports


def test_an_accepted_tally_counts_from_then_on_and_everybody_sees_who_decided_and_why(
    night: Night, volunteer: Api, editor: Api
) -> None:
    held = _held(night, volunteer)
    answer = _review(editor, held)
    assert (answer["__typename"], answer["replayed"]) == ("TallyAccepted", False)
    assert (answer["tally"]["id"], answer["tally"]["state"]) == (held, "ACCEPTED")
    hold, decision = _reports(night, answer["cursor"])
    assert (decision["kind"], decision["tally"]["id"], decision["reason"]) == ("ACCEPTED", held, WHY)
    assert decision["decidedBy"] == _pseudonym(editor)
    assert decision["salt"] and hold["commitment"] and hold["tally"]["id"] == held
    votes = night.api(RESULT, c=night.id("mayor"))["result"]["rows"]
    assert [row["votes"] for row in votes] == [30, 20, 10]
    told = answer["tally"]["decision"]
    assert (told["by"], told["reason"], told["sequence"]) == (_pseudonym(editor), WHY, 2)
    assert told["cursor"] == answer["cursor"]
    assert _review(editor, held) == {**answer, "replayed": True}


def test_a_rejected_tally_is_shown_with_its_numbers_and_counts_nothing(
    night: Night, volunteer: Api, editor: Api
) -> None:
    held = _held(night, volunteer)
    answer = _review(editor, held, "REJECT", "Not this station's sheet")
    assert (answer["__typename"], answer["refused"]["state"]) == ("TallyRejected", "REJECTED")
    assert answer["findings"] == [{"rule": "NOT_ASSIGNED"}]
    decision = _reports(night, answer["refused"]["decision"]["cursor"])[-1]
    assert (decision["kind"], decision["tally"]["id"]) == ("REJECTED", held)
    station = night.api(HISTORY, station=night.id("a-3"), contest=night.id("mayor"))["station"]
    assert (station["state"], station["tally"]) == ("SILENT", None)
    (shown,) = station["history"]
    assert [row["votes"] for row in shown["votes"]] == [10, 20, 30]
    assert shown["decisions"] == [{"kind": "REJECTED", "reason": "Not this station's sheet", "by": _pseudonym(editor)}]
    assert _review(editor, held, "REJECT", "Not this station's sheet") == {**answer, "replayed": True}


def test_of_two_editors_one_decides_and_the_other_is_told_who_when_what_and_why(
    night: Night, volunteer: Api, editor: Api
) -> None:
    other = night.api.as_(night.token(Role.EDITOR))
    held = _held(night, volunteer)
    editors = {_pseudonym(api): api for api in (editor, other)}
    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip(editors, pool.map(lambda api: _review(api, held), editors.values()), strict=True))
    assert sorted(answer["__typename"] for answer in answers.values()) == ["ReviewConflict", "TallyAccepted"]
    winner = next(name for name, answer in answers.items() if answer["__typename"] == "TallyAccepted")
    conflict = next(answer for answer in answers.values() if answer["__typename"] == "ReviewConflict")
    assert conflict["tally"] == answers[winner]["tally"]
    assert (conflict["tally"]["decision"]["by"], conflict["tally"]["decision"]["kind"]) == (winner, "ACCEPTED")
    assert conflict["standing"] == {"id": held}
    assert len(_reports(night, answers[winner]["cursor"])) == 2


def test_a_newer_tally_that_stands_is_a_conflict_until_the_editor_names_it(
    night: Night, volunteer: Api, another_volunteer: Api, editor: Api
) -> None:
    partial = _held(night, night.api.as_(night.token(Role.VOLUNTEER)), "a-1", (1, 1, 1), coverage="PARTIAL")
    final = accepted(volunteer, sheet(night, "a-1", [10, 20, 30]))["tally"]["id"]
    conflict = _review(editor, partial)
    assert (conflict["__typename"], conflict["tally"]["state"]) == ("ReviewConflict", "HELD")
    assert (conflict["tally"]["decision"], conflict["standing"]) == (None, {"id": final})
    answer = _review(editor, partial, standingId=final)
    assert answer["__typename"] == "TallyAccepted"
    assert _reports(night, answer["cursor"])[-1]["kind"] == "CORRECTED"


def test_nobody_reviews_their_own_and_only_editors_review(
    night: Night, volunteer: Api, editor: Api, operator: Api
) -> None:
    accepted(volunteer, sheet(night, "a-1", [10, 20, 30]))
    own = _held(night, editor, "a-1", (11, 20, 30))
    asked = {"input": {"tallyId": own, "decision": "ACCEPT", "reason": WHY}}
    assert editor.code(REVIEW, **asked) == "FORBIDDEN"
    assert "sent this tally yourself" in editor.send(REVIEW, **asked)["errors"][0]["extensions"]["messages"]["EN"]
    for api in (volunteer, operator, night.api.as_(night.token(Role.OUTLET))):
        assert api.code(REVIEW, **asked) == "FORBIDDEN"
        assert api.code(QUEUE, election=night.election_id) == "FORBIDDEN"
    assert night.api.code(REVIEW, **asked) == "UNAUTHENTICATED"
    assert night.api.code(QUEUE, election=night.election_id) == "UNAUTHENTICATED"
    assert editor(QUEUE, election=night.election_id)["reviewQueue"]["totalCount"] == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"reason": " "}, "BAD_USER_INPUT"),
        ({"reason": "a\nb"}, "BAD_USER_INPUT"),
        ({"reason": "x" * 501}, "BAD_USER_INPUT"),
        ({"tallyId": "none"}, "NOT_FOUND"),
        ({"tallyId": "a\0b"}, "NOT_FOUND"),
        ({"decision": "MAYBE"}, "BAD_USER_INPUT"),
    ],
)
def test_a_decision_names_a_tally_and_says_why(
    night: Night, volunteer: Api, editor: Api, wrong: dict[str, str], code: str
) -> None:
    asked = {"tallyId": _held(night, volunteer), "decision": "ACCEPT", "reason": WHY, **wrong}
    assert editor.code(REVIEW, input=asked) == code
    if "decision" not in wrong:
        assert editor.code(WITHDRAW, input={name: asked[name] for name in ("tallyId", "reason")}) == code
    assert editor(QUEUE, election=night.election_id)["reviewQueue"]["totalCount"] == 1


def test_the_queue_is_read_oldest_first_by_pages_by_area_and_by_rule(night: Night, volunteer: Api, editor: Api) -> None:
    first, second = _held(night, volunteer, "a-3"), _held(night, volunteer, "b-2")
    third = _held(night, volunteer, "a-1", (0, 0, 0), invalidBallots=0, noVoteBallots=0, ballotsCast=0)
    ask: Callable[..., Any] = lambda **more: editor(QUEUE, election=night.election_id, **more)["reviewQueue"]  # noqa: E731
    ids: Callable[[Any], list[str]] = lambda page: [edge["node"]["id"] for edge in page["edges"]]  # noqa: E731
    assert (ids(ask()), ask()["totalCount"]) == ([first, second, third], 3)
    page = ask(first=2)
    assert (ids(page), page["pageInfo"]["hasNextPage"]) == ([first, second], True)
    assert ids(ask(first=2, after=page["pageInfo"]["endCursor"])) == [third]
    assert ids(ask(area=night.id("a"))) == [first, third]
    assert ids(ask(rule="ALL_ZERO")) == [third]
    assert ids(ask(area=night.id("b"), rule="ALL_ZERO")) == []
    assert editor.code(QUEUE, election="none") == "NOT_FOUND"
    assert editor.code(QUEUE, election=night.election_id, area="none") == "NOT_FOUND"
    _review(editor, first, "REJECT")
    assert ids(ask()) == [second, third]


def test_editors_are_told_of_each_tally_that_enters_the_queue_or_leaves_it(
    night: Night, volunteer: Api, editor: Api
) -> None:
    with editor.socket() as socket, volunteer.socket() as denied:
        everywhere = socket.subscribe(CHANGED, election=night.election_id)
        in_b = socket.subscribe(CHANGED, election=night.election_id, area=night.id("b"))
        # An answer to what was asked later says that both subscriptions stand.
        probe = socket.subscribe("query Q($e: ID!) { reviewQueue(electionId: $e) { totalCount } }", e=night.election_id)
        assert socket.next(probe) == {"reviewQueue": {"totalCount": 0}}
        socket.receive()
        one = _held(night, volunteer, "a-3")
        accepted(volunteer, sheet(night, "a-1", [1, 2, 3]))
        assert socket.next(everywhere) == {"reviewQueueChanged": {"id": one, "state": "HELD", "decision": None}}
        other = _held(night, volunteer, "b-2")
        assert socket.next(in_b)["reviewQueueChanged"]["id"] == other
        assert socket.next(everywhere)["reviewQueueChanged"]["id"] == other
        _review(editor, one, "REJECT")
        assert socket.next(everywhere) == {
            "reviewQueueChanged": {"id": one, "state": "REJECTED", "decision": {"by": _pseudonym(editor)}}
        }
        denied.subscribe(CHANGED, election=night.election_id)
        message = denied.receive()
        assert message["type"] == "error" and message["payload"][0]["extensions"]["code"] == "FORBIDDEN"


def test_a_reporter_takes_back_what_they_sent_and_nobody_elses(
    night: Night, volunteer: Api, another_volunteer: Api, operator: Api
) -> None:
    tally = accepted(volunteer, sheet(night, "a-1", [10, 20, 30]))["tally"]["id"]
    for stranger in (another_volunteer, operator):
        assert stranger.code(WITHDRAW, input={"tallyId": tally, "reason": "No"}) == "NOT_FOUND"
    answer = _withdraw(volunteer, tally)
    assert (answer["__typename"], answer["tally"]["state"]) == ("TallyWithdrawn", "WITHDRAWN")
    report = _reports(night, answer["cursor"])[-1]
    assert (report["kind"], report["reason"], report["decidedBy"]) == (
        "WITHDRAWN",
        "Wrong station",
        _pseudonym(volunteer),
    )
    assert report["tally"] == report["previous"] == {"id": tally}
    result = night.api(RESULT, c=night.id("mayor"))["result"]
    assert ([row["votes"] for row in result["rows"]], result["stationsReporting"]) == ([0, 0, 0], 0)
    assert _withdraw(volunteer, tally) == answer
    assert _withdraw(volunteer, tally, "Another reason")["__typename"] == "ReviewConflict"


def test_a_reporter_takes_back_a_held_tally_too(night: Night, volunteer: Api, editor: Api) -> None:
    held = _held(night, volunteer)
    answer = _withdraw(volunteer, held)
    assert answer["tally"]["state"] == "WITHDRAWN"
    assert _reports(night, answer["cursor"])[-1]["kind"] == "REJECTED"
    assert _review(editor, held)["__typename"] == "ReviewConflict"


def test_once_the_count_is_closed_editors_decide_withdraw_and_correct_and_reporters_no_more(
    night: Night, volunteer: Api, editor: Api, operator: Api
) -> None:
    one = accepted(volunteer, sheet(night, "a-1", [10, 20, 30]))["tally"]["id"]
    other = accepted(volunteer, sheet(night, "a-2", [10, 20, 31]))["tally"]["id"]
    held = _held(night, volunteer)
    operator(PHASE, election=night.election_id, phase=ElectionPhase.CLOSED.value)
    assert volunteer.code(WITHDRAW, input={"tallyId": one, "reason": "Wrong"}) == "PHASE_NOT_ALLOWED"
    assert _withdraw(editor, one)["__typename"] == "TallyWithdrawn"
    assert _review(editor, held)["__typename"] == "TallyAccepted"
    corrected = submit(editor, sheet(night, "a-2", [10, 21, 31], id="c", replaces=other, note="Recounted"))
    assert corrected["__typename"] == "TallyAccepted"


def test_an_editor_corrects_anothers_tally_with_a_reason_that_stays(night: Night, volunteer: Api, editor: Api) -> None:
    tally = accepted(volunteer, sheet(night, "a-1", [10, 20, 30]))["tally"]["id"]
    answer = accepted(editor, sheet(night, "a-1", [10, 21, 30], id="e", replaces=tally, note="Read the photograph"))
    report = _reports(night, answer["cursor"])[-1]
    assert (report["kind"], report["reason"], report["decidedBy"], report["previous"]) == (
        "CORRECTED",
        "Read the photograph",
        _pseudonym(editor),
        {"id": tally},
    )
    new, old = night.api(HISTORY, station=night.id("a-1"), contest=night.id("mayor"))["station"]["history"]
    why = [{"kind": "CORRECTED", "reason": "Read the photograph", "by": _pseudonym(editor)}]
    assert (new["state"], new["supersedes"], new["decisions"]) == ("ACCEPTED", {"id": tally}, why)
    assert (old["state"], old["supersededBy"], old["decisions"]) == ("SUPERSEDED", {"id": new["id"]}, why)


def test_what_was_public_stays_public_when_it_is_held_again(night: Night, volunteer: Api, editor: Api) -> None:
    tally = accepted(volunteer, sheet(night, "a-1", [10, 20, 30]))["tally"]["id"]

    async def hold() -> int:
        async with desk(night) as at:
            by = Actor(_pseudonym(editor))
            return await hold_unconfirmed(
                at.database.pool, _pseudonym(volunteer), "Revoked", by=by.id, committed=lambda _id: None
            )

    assert asyncio.run(hold()) == 1
    wait_until(lambda: len(night.api(FEED, election=night.election_id)["feed"]["reports"]) == 2, what="the hold")
    first, again = night.api(FEED, election=night.election_id)["feed"]["reports"]
    assert first["tally"] == again["tally"] == again["previous"] == {"id": tally}
    assert (again["kind"], again["reason"]) == ("WITHDRAWN", "Revoked")
    assert [edge["node"]["id"] for edge in editor(QUEUE, election=night.election_id)["reviewQueue"]["edges"]] == [tally]
    assert night.api(RESULT, c=night.id("mayor"))["result"]["stationsReporting"] == 0
    assert _review(editor, tally)["__typename"] == "TallyAccepted"
