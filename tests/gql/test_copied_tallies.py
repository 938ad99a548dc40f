"""The same numbers, or the same photograph, at two stations: one of the two sheets is another station's."""

from typing import Any

import pytest

from counting.bounds import Bounds
from counting.vocabulary import Role
from tests.conftest import Night
from tests.elections import small_election
from tests.gql.conftest import Hall
from tests.gql.documents import SUBMIT_MANY, accepted, sheet, submit
from tests.served import Api

FOUND = "query Found($id: ID!) { tally(id: $id) { findings { rule th: message(lang: TH) en: message(lang: EN) } } }"
PHOTOGRAPH = "c" * 64


@pytest.fixture
def night(hall: Hall) -> Night:
    """One that compares the numbers of stations with 60 ballots and more."""
    return hall.load(lambda name: small_election(name, bounds=Bounds("copies.1", same_numbers_ballots_min=60)))


@pytest.fixture
def volunteer(night: Night) -> Api:
    return night.api.as_(night.token(Role.VOLUNTEER, "a-1", "a-2", "a-3", "b-1"))


def _rules(answer: dict[str, Any]) -> list[str]:
    return [told["rule"] for told in answer.get("findings", [])]


def test_the_numbers_of_another_station_are_held_and_one_vote_apart_are_not(night: Night, volunteer: Api) -> None:
    accepted(volunteer, sheet(night, "a-1", [10, 20, 30]))
    answer = submit(volunteer, sheet(night, "b-1", [10, 20, 30]))
    assert [(told["rule"], told["verdict"], told["field"], told["th"], told["en"]) for told in answer["findings"]] == [
        (
            *("SAME_NUMBERS_ELSEWHERE", "HOLD", "votes"),
            "ตัวเลขเหมือนอีกหน่วยทุกช่อง ดูเลขหน่วยบนหัวใบ",
            "Every number equals another station's. Check the number on the sheet",
        )
    ]
    editor = night.api.as_(night.token(Role.EDITOR))
    assert editor(FOUND, id=answer["tally"]["id"])["tally"]["findings"] == [
        {
            "rule": "SAME_NUMBERS_ELSEWHERE",
            "th": "เหมือนหน่วย 1 เขตเอ ทั้ง 5 ช่อง (65 ใบ)",
            "en": "Equals station 1 District A in all 5 (65 ballots)",
        }
    ]
    assert submit(volunteer, sheet(night, "a-2", [10, 21, 29]))["__typename"] == "TallyAccepted"


def test_small_stations_may_count_the_same(night: Night, volunteer: Api) -> None:
    for station in ("a-1", "a-2"):
        assert submit(volunteer, sheet(night, station, [10, 20, 24]))["__typename"] == "TallyAccepted", "59 ballots"
    assert submit(volunteer, sheet(night, "b-1", [10, 20, 25]))["__typename"] == "TallyAccepted"
    assert _rules(submit(volunteer, sheet(night, "a-3", [10, 20, 25]))) == ["SAME_NUMBERS_ELSEWHERE"], "60 ballots"


def test_a_partial_may_equal_another_stations_sheet(night: Night, volunteer: Api) -> None:
    accepted(volunteer, sheet(night, "a-1", [10, 20, 30]))
    partial = sheet(night, "b-1", [10, 20, 30], coverage="PARTIAL")
    assert submit(volunteer, partial)["__typename"] == "TallyAccepted"


def test_the_same_numbers_in_one_call_are_found_too(night: Night, volunteer: Api) -> None:
    first, second = (sheet(night, station, [10, 20, 30]) for station in ("a-1", "b-1"))
    answers = volunteer(SUBMIT_MANY, inputs=[first, second])["submitTallies"]
    assert [_rules(answer) for answer in answers] == [[], ["SAME_NUMBERS_ELSEWHERE"]]


def test_numbers_are_compared_with_what_is_held_as_well(night: Night, volunteer: Api) -> None:
    held = submit(volunteer, sheet(night, "b-2", [10, 20, 30]))
    assert _rules(held) == ["NOT_ASSIGNED"]
    assert _rules(submit(volunteer, sheet(night, "a-1", [10, 20, 30]))) == ["SAME_NUMBERS_ELSEWHERE"]


def test_a_sheet_sent_to_the_wrong_station_and_corrected_there_may_go_to_its_own(night: Night, volunteer: Api) -> None:
    wrong = accepted(volunteer, sheet(night, "a-1", [10, 20, 30], evidence=[PHOTOGRAPH]))["tally"]["id"]
    mended = sheet(night, "a-1", [11, 21, 31], id="mended", replaces=wrong)
    right = sheet(night, "a-2", [10, 20, 30], evidence=[PHOTOGRAPH])
    answers = volunteer(SUBMIT_MANY, inputs=[mended, right])["submitTallies"]
    assert [answer["__typename"] for answer in answers] == ["TallyAccepted", "TallyAccepted"]


def test_a_photograph_of_another_station_is_held_and_one_of_this_stations_other_sheet_is_not(
    night: Night, volunteer: Api
) -> None:
    accepted(volunteer, sheet(night, "a-1", [10, 20, 30], evidence=["b" * 64, PHOTOGRAPH]))
    council = sheet(night, "a-1", [30, 20, 10, 2], contest="council", id="council", validBallots=60, ballotsCast=65)
    assert submit(volunteer, {**council, "evidence": [PHOTOGRAPH]})["__typename"] == "TallyAccepted"
    answer = submit(volunteer, sheet(night, "a-2", [11, 20, 30], evidence=["d" * 64, PHOTOGRAPH]))
    assert [(told["rule"], told["verdict"], told["field"], told["th"], told["en"]) for told in answer["findings"]] == [
        (
            *("SAME_EVIDENCE_ELSEWHERE", "HOLD", "evidence.1"),
            "รูปที่ 2 เคยใช้กับหน่วยอื่น ถ่ายใบของหน่วย 2 อีกครั้ง",
            "Photograph 2 was used for another station. Take station 2's again",
        )
    ]
    (found,) = night.api.as_(night.token(Role.EDITOR))(FOUND, id=answer["tally"]["id"])["tally"]["findings"]
    assert found["en"].startswith("Photograph 2 equals station 1 District A's (v-"), found
    assert found["th"].startswith("รูปที่ 2 คือไฟล์เดียวกับหน่วย 1 เขตเอ (v-"), found


def test_an_editor_reads_which_stations_a_reporter_has(night: Night, volunteer: Api) -> None:
    held = submit(volunteer, sheet(night, "b-2", [10, 20, 31]))["tally"]["id"]
    (found,) = night.api.as_(night.token(Role.EDITOR))(FOUND, id=held)["tally"]["findings"]
    assert found["en"].endswith(" is assigned to 1 District A, 2 District A, 3 District A, 1 District B")
    assert found["th"].endswith(" ได้รับหน่วย 1 เขตเอ, 2 เขตเอ, 3 เขตเอ, 1 เขตบี")
