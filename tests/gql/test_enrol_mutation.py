"""Enrolment: an operator makes codes, a volunteer trades one for a token, once."""

from typing import Any

import pytest

from counting.vocabulary import Role
from db.enrolment import damm_digit
from tests.conftest import Night
from tests.gql.documents import sheet, submit
from tests.served import Api

CODES = """
mutation Codes($input: CreateEnrolmentCodesInput!) {
  createEnrolmentCodes(input: $input) { code role expiresAt stations { id } }
}
"""
ENROL = """
mutation Enrol($input: EnrolInput!) {
  enrol(input: $input) {
    __typename
    ... on Enrolled { token viewer { role stations { id } } }
    ... on EnrolmentRefused { reason retryAfterSeconds th: message(lang: TH) en: message(lang: EN) }
  }
}
"""
MISTYPED = {
    "__typename": "EnrolmentRefused",
    "reason": "MISTYPED",
    "retryAfterSeconds": None,
    "en": "One digit is wrong, or two are swapped. Look at the 12 digits again.",
}
REFUSED = {
    "__typename": "EnrolmentRefused",
    "reason": "NOT_VALID",
    "retryAfterSeconds": None,
    "en": "This code does not work: it is mistyped, used already, or out of date. Ask for a new one.",
}


def _codes(night: Night, operator: Api, **wanted: Any) -> list[dict[str, Any]]:
    wanted = {"electionId": night.election_id, "role": "VOLUNTEER", "count": 1, **wanted}
    codes: list[dict[str, Any]] = operator(CODES, input=wanted)["createEnrolmentCodes"]
    return codes


def _enrol(api: Api, code: str, name: str = "มาลี") -> dict[str, Any]:
    answer: dict[str, Any] = api(ENROL, input={"code": code, "displayName": name})["enrol"]
    return answer


def _refused(api: Api, code: str, how: dict[str, Any] = REFUSED) -> None:
    answer = _enrol(api, code)
    assert answer.pop("th")
    assert answer == how


def test_a_code_becomes_a_token_that_reports_for_its_stations(night: Night, operator: Api) -> None:
    (code,) = _codes(night, operator, stationIds=[night.id("a-1"), night.id("a-2")])
    stations = [{"id": night.id("a-1")}, {"id": night.id("a-2")}]
    assert (code["role"], code["stations"], code["expiresAt"]) == ("VOLUNTEER", stations, None)
    enrolled = _enrol(night.api, code["code"])
    assert enrolled["viewer"] == {"role": "VOLUNTEER", "stations": stations}
    volunteer = night.api.as_(enrolled["token"])
    assert submit(volunteer, sheet(night, "a-1", [10, 20, 30]))["__typename"] == "TallyAccepted"
    assert submit(volunteer, sheet(night, "a-3", [10, 20, 30]))["__typename"] == "TallyHeld"
    assert night.sql("SELECT 1 FROM reporter WHERE token_sha256 = $1", enrolled["token"]) == []


def test_a_code_works_once(night: Night, operator: Api) -> None:
    (code,) = _codes(night, operator)
    assert _enrol(night.api, code["code"])["__typename"] == "Enrolled"
    _refused(night.api, code["code"])


def test_a_phone_that_missed_the_answer_asks_again_and_is_the_same_person(night: Night, operator: Api) -> None:
    (code,) = _codes(night, operator, stationIds=[night.id("a-1")])
    asked = {"code": code["code"], "displayName": "มาลี", "clientEnrolmentId": "5f0c2b1e9d7a4c36"}
    lost, again = (night.api(ENROL, input=asked)["enrol"] for _ in range(2))
    assert (lost["__typename"], again["__typename"]) == ("Enrolled", "Enrolled")
    people = night.sql("SELECT id FROM reporter r JOIN assignment a ON a.reporter_id = r.id")
    volunteer = night.api.as_(again["token"])
    reporter = volunteer("{ viewer { reporter } }")["viewer"]["reporter"]
    assert [row["id"] for row in people].count(reporter) == 1
    assert night.api.as_(lost["token"]).code("{ viewer { reporter } }") == "UNAUTHENTICATED"
    # Another phone's id opens nothing, nor does the same one once something was sent.
    _refused(night.api, code["code"])
    assert (
        night.api(ENROL, input={**asked, "clientEnrolmentId": "another-phone-s-id"})["enrol"]["reason"] == "NOT_VALID"
    )
    assert submit(volunteer, sheet(night, "a-1", [10, 20, 30]))["__typename"] in ("TallyAccepted", "TallyHeld")
    assert night.api(ENROL, input=asked)["enrol"]["reason"] == "NOT_VALID"


def test_a_phone_may_ask_again_only_for_a_while(night: Night, operator: Api) -> None:
    (code,) = _codes(night, operator)
    asked = {"code": code["code"], "displayName": "มาลี", "clientEnrolmentId": "77aa0c2b1e9d7a4c"}
    assert night.api(ENROL, input=asked)["enrol"]["__typename"] == "Enrolled"
    night.sql("UPDATE reporter SET enrolled_at = enrolled_at - interval '16 minutes'")
    assert night.api(ENROL, input=asked)["enrol"]["reason"] == "NOT_VALID"


def test_an_id_that_could_be_guessed_is_refused(night: Night, operator: Api) -> None:
    (code,) = _codes(night, operator)
    error = night.api.send(ENROL, input={"code": code["code"], "displayName": "มาลี", "clientEnrolmentId": "phone-1"})
    assert error["errors"][0]["extensions"]["field"] == "input.clientEnrolmentId"


def test_a_code_may_be_typed_with_spaces_and_dashes(night: Night, operator: Api) -> None:
    (code,) = _codes(night, operator)
    digits = code["code"]
    assert _enrol(night.api, f" {digits[:4]}-{digits[4:8]} {digits[8:]}")["__typename"] == "Enrolled"


def test_a_code_may_be_typed_in_thai_digits(night: Night, operator: Api) -> None:
    (code,) = _codes(night, operator)
    thai = "".join("๐๑๒๓๔๕๖๗๘๙"[int(digit)] for digit in code["code"])
    assert _enrol(night.api, thai)["__typename"] == "Enrolled"


@pytest.mark.parametrize("code", ["", "1", "000000000001", "123456789012345", "x" * 5_000, "0\0", "ไทย"])
def test_what_can_be_no_code_is_told_as_a_slip_of_the_finger(night: Night, code: str) -> None:
    _refused(night.api, code, MISTYPED)


def test_a_code_that_nobody_made_is_refused(night: Night) -> None:
    _refused(night.api, "00000000000" + str(damm_digit("00000000000")))


def test_a_code_out_of_date_is_refused(night: Night, operator: Api) -> None:
    (code,) = _codes(night, operator, expiresAt="2022-05-22T17:00:00+07:00")
    assert code["expiresAt"] == "2022-05-22T17:00:00+07:00"
    _refused(night.api, code["code"])


def test_every_code_ends_in_its_damm_digit_so_that_a_slip_of_the_finger_is_seen(night: Night, operator: Api) -> None:
    codes = [code["code"] for code in _codes(night, operator, count=50)]
    assert len(set(codes)) == 50
    for code in codes:
        assert len(code) == 12 and damm_digit(code[:-1]) == int(code[-1])
    digits = codes[0]
    for place in range(12):
        wrong = digits[:place] + str((int(digits[place]) + 1) % 10) + digits[place + 1 :]
        assert damm_digit(wrong) != 0, wrong
    for place in range(11):
        swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
        assert swapped == digits or damm_digit(swapped) != 0, swapped


def test_the_published_example_of_damm_has_its_digit() -> None:
    """572 has check digit 4 (H. M. Damm, 2004)."""
    assert (damm_digit("572"), damm_digit("5724")) == (4, 0)


def test_codes_of_an_area_are_for_all_its_stations(night: Night, operator: Api) -> None:
    (code,) = _codes(night, operator, areaId=night.id("a"))
    assert code["stations"] == [{"id": night.id(f"a-{number}")} for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("wanted", "code", "field"),
    [
        ({"count": 0}, "BAD_USER_INPUT", "input.count"),
        ({"count": 5_001}, "BAD_USER_INPUT", "input.count"),
        ({"stationIds": ["none"]}, "NOT_FOUND", "input.stationIds"),
        ({"areaId": "none"}, "NOT_FOUND", "input.areaId"),
        ({"electionId": "none"}, "NOT_FOUND", "input.electionId"),
    ],
)
def test_codes_for_what_is_not_there_are_not_made(
    night: Night, operator: Api, wanted: dict[str, Any], code: str, field: str
) -> None:
    inputs = {"electionId": night.election_id, "role": "VOLUNTEER", "count": 1, **wanted}
    error = operator.send(CODES, input=inputs)["errors"][0]["extensions"]
    assert (error["code"], error["field"]) == (code, field)


@pytest.mark.parametrize("name", ["", "   ", "n" * 2_001, "a\0"])
def test_a_name_that_is_none_is_refused_and_the_code_stays_good(night: Night, operator: Api, name: str) -> None:
    (code,) = _codes(night, operator)
    error = night.api.send(ENROL, input={"code": code["code"], "displayName": name})["errors"][0]["extensions"]
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "input.displayName")
    assert _enrol(night.api, code["code"])["__typename"] == "Enrolled"


def test_only_operators_make_codes(night: Night, volunteer: Api, editor: Api) -> None:
    inputs = {"electionId": night.election_id, "role": "OPERATOR", "count": 1}
    outlet = night.api.as_(night.token(Role.OUTLET))
    for other in (volunteer, editor, outlet):
        assert other.code(CODES, input=inputs) == "FORBIDDEN"
    assert night.api.code(CODES, input=inputs) == "UNAUTHENTICATED"
    assert night.sql("SELECT 1 FROM enrolment_code WHERE election_id = $1", night.election_id) == []
