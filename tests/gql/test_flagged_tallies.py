"""Tallies that count with a mark: each rule that flags one, told by the district's own distribution so far."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from counting.bounds import Bounds
from counting.vocabulary import Role, TallyRule, Verdict
from tests.conftest import Night
from tests.elections import small_election
from tests.gql.conftest import Hall
from tests.gql.documents import sheet, submit
from tests.served import Api

SUBMIT = """
mutation Submit($input: SubmitTallyInput!) { submitTally(input: $input) { __typename ... on TallyAccepted {
  tally { id state findings { rule verdict field th: message(lang: TH) en: message(lang: EN) } } } } }
"""
AS_EDITOR = """
query Seen($election: ID!, $rule: TallyRule, $tally: ID!) {
  tallies(electionId: $election, rule: $rule) { edges { node { id } } }
  tally(id: $tally) { findings { message(lang: EN) } }
}
"""
# Two stations of the district say the same of themselves: 65% came; of 65 ballots 10, 20, 30 for the candidates,
# 2 invalid, 3 for nobody. What chance alone does at a third one of 300 voters is all that the range allows.
RANGES = Bounds("ranges.1", range_stations_min=2)
Make = Callable[[Night], dict[str, Any]]


def _third(votes: tuple[int, ...], invalid: int = 6, no_vote: int = 9) -> Make:
    cast = sum(votes) + invalid + no_vote
    return lambda night: sheet(
        night, "a-3", votes, invalidBallots=invalid, noVoteBallots=no_vote, ballotsCast=cast, id="third"
    )


@dataclass(frozen=True)
class Line:
    """`over` is marked by `rule`, and `beside` just is not."""

    rule: TallyRule
    over: Make
    beside: Make
    field: str
    thai: str
    english: str
    to_editors: str


LINES = [
    Line(
        TallyRule.TURNOUT_OUT_OF_RANGE,
        _third((38, 76, 113), 8, 10),
        _third((38, 75, 113), 8, 10),
        "ballotsCast",
        "มาใช้สิทธิ 81.7% (245/300) เขตนี้ 48.5–81.5% ถ้าตรงกับใบ ไม่ต้องทำอะไร",
        "Turnout 81.7% (245/300); 48.5–81.5% in this district. If the sheet says so, leave it",
        "81.7% · district 48.5–81.5% (n = 2)",
    ),
    Line(
        TallyRule.SHARE_OUT_OF_RANGE,
        _third((61, 50, 69)),
        _third((60, 50, 70)),
        "votes.0.votes",
        "เบอร์ 1 ได้ 61 คะแนน (33.9%) ต่างจากหน่วยรอบ ๆ มาก ดูช่องนี้อีกครั้ง",
        "Number 1: 61 (33.9%), unlike stations nearby. Look once more",
        "No. 1 61, 33.9% · 0.0–33.5% (n = 2)",
    ),
    Line(
        TallyRule.INVALID_BALLOTS_OUT_OF_RANGE,
        _third((28, 55, 81), 22, 9),
        _third((28, 56, 81), 21, 9),
        "invalidBallots",
        "บัตรเสีย 22 จาก 195 ใบ (11.3%) เขตนี้ 0.0–11.0%",
        "Invalid 22 of 195 (11.3%); here 0.0–11.0%",
        "22/195, 11.3% · 0.0–11.0% (n = 2)",
    ),
    Line(
        TallyRule.NO_VOTE_OUT_OF_RANGE,
        _third((27, 54, 80), 6, 28),
        _third((27, 54, 81), 6, 27),
        "noVoteBallots",
        "ไม่เลือกผู้ใด 28 จาก 195 ใบ (14.4%) เขตนี้ 0.0–14.0%",
        "No vote 28 of 195 (14.4%); here 0.0–14.0%",
        "28/195, 14.4% · 0.0–14.0% (n = 2)",
    ),
]


@pytest.fixture
def night(hall: Hall) -> Night:
    """One that looks at ranges as soon as two stations of a district are in."""
    return hall.load(lambda name: small_election(name, bounds=RANGES))


@pytest.fixture
def volunteer(night: Night) -> Api:
    return night.api.as_(night.token(Role.VOLUNTEER, "a-1", "a-2", "a-3", "b-1"))


def _begin(night: Night, volunteer: Api) -> None:
    first = sheet(night, "a-1", [10, 20, 30])
    second = sheet(night, "a-2", [20, 40, 60], invalidBallots=4, noVoteBallots=6, ballotsCast=130)
    for tally in (first, second):
        assert submit(volunteer, tally)["__typename"] == "TallyAccepted"


def _sent(volunteer: Api, tally: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = volunteer(SUBMIT, input=tally)["submitTally"]
    assert (answer["__typename"], answer["tally"]["state"]) == ("TallyAccepted", "ACCEPTED")
    return answer["tally"]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.rule)
def test_a_sheet_beyond_its_districts_range_counts_with_a_mark_and_one_beside_the_line_has_none(
    line: Line, hall: Hall, night: Night, volunteer: Api
) -> None:
    _begin(night, volunteer)
    tally = _sent(volunteer, line.over(night))
    assert tally["findings"] == [
        {"rule": line.rule, "verdict": "FLAG", "field": line.field, "th": line.thai, "en": line.english}
    ]
    seen = night.api.as_(night.token(Role.EDITOR))(
        AS_EDITOR, election=night.election_id, rule=line.rule, tally=tally["id"]
    )
    assert seen["tallies"]["edges"] == [{"node": {"id": tally["id"]}}]
    assert seen["tally"]["findings"] == [{"message": line.to_editors}]
    other = hall.load(lambda name: small_election(name, bounds=RANGES))
    another = other.api.as_(other.token(Role.VOLUNTEER, "a-1", "a-2", "a-3"))
    _begin(other, another)
    assert _sent(another, line.beside(other))["findings"] == []


def test_no_range_is_looked_at_before_enough_stations_of_the_district_are_in(night: Night, volunteer: Api) -> None:
    odd = (1, 2, 90)
    assert _sent(volunteer, sheet(night, "b-1", [2, 4, 80]))["findings"] == []
    assert submit(volunteer, sheet(night, "a-1", [10, 20, 30]))["__typename"] == "TallyAccepted"
    assert _sent(volunteer, sheet(night, "a-3", odd))["findings"] == [], "one station of a is in, and one of b"


def test_a_partial_is_not_compared_with_whole_sheets(night: Night, volunteer: Api) -> None:
    _begin(night, volunteer)
    first_ballots = sheet(night, "a-3", [9, 0, 0], invalidBallots=0, noVoteBallots=0, ballotsCast=9, coverage="PARTIAL")
    assert _sent(volunteer, first_ballots)["findings"] == []


def test_what_an_election_makes_a_hold_of_a_range_is_held(hall: Hall) -> None:
    strict = Bounds("ranges.2", range_stations_min=2, verdicts={TallyRule.TURNOUT_OUT_OF_RANGE: Verdict.HOLD})
    night = hall.load(lambda name: small_election(name, bounds=strict))
    volunteer = night.api.as_(night.token(Role.VOLUNTEER, "a-1", "a-2", "a-3"))
    _begin(night, volunteer)
    answer = submit(volunteer, LINES[0].over(night))
    assert (answer["__typename"], [told["rule"] for told in answer["findings"]]) == (
        "TallyHeld",
        ["TURNOUT_OUT_OF_RANGE"],
    )
