"""Every rule that refuses a tally, through HTTP: a sheet over the line, one beside it, and no trace of the first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from counting.vocabulary import ElectionPhase, Role
from tests.conftest import Night
from tests.gql.documents import PHASE, TRACES, accepted, rows, sheet, submit
from tests.served import Api

Make = Callable[[Night], dict[str, Any]]


@dataclass(frozen=True)
class Line:
    """`over` breaks the rule and `beside` just does not; what the reporter of `over` is told."""

    rule: str
    over: Make
    beside: Make
    field: str | None
    thai: str
    english: str
    beside_is: str = "TallyAccepted"


def _sheet(station: str = "a-1", votes: tuple[int | None, ...] = (10, 20, 30), **more: Any) -> Make:
    return lambda night: sheet(night, station, votes, **more)


def _with_rows(make: Callable[[Night], list[dict[str, Any]]]) -> Make:
    return lambda night: sheet(night, "a-1", [10, 20, 30], votes=make(night))


def _council(votes: tuple[int, ...], **more: Any) -> Make:
    return lambda night: sheet(night, "a-1", votes, contest="council", **more)


LINES = {
    "a station that nobody knows": Line(
        "UNKNOWN_STATION",
        _sheet("a-9"),
        _sheet("a-1"),
        "stationId",
        "ไม่พบหน่วยนี้ ต่อเน็ตแล้วเลือกหน่วยอีกครั้ง ตัวเลขยังอยู่",
        "Station not found. Choose it again with network; your numbers are kept",
    ),
    "a contest that nobody knows": Line(
        "UNKNOWN_CONTEST",
        _sheet(contest="sheriff"),
        _sheet(),
        "contestId",
        "ไม่พบใบนี้ในการเลือกตั้ง ต่อเน็ตให้แอปโหลดใหม่",
        "This contest is not in the election. Let the app reload",
    ),
    "a station of another district": Line(
        "STATION_NOT_IN_CONTEST",
        lambda night: sheet(night, "b-1", [5, 4, 3, 2], contest="council", validBallots=10, ballotsCast=15),
        lambda night: sheet(night, "a-1", [5, 4, 3, 2], contest="council", validBallots=10, ballotsCast=15),
        "contestId",
        "หน่วย 1 ไม่ได้นับ สภา ดูว่าหยิบใบของเขตใด",
        "Station 1 does not count Council. Which district is the sheet's?",
    ),
    "a candidate of another contest": Line(
        "UNKNOWN_CANDIDATE",
        _with_rows(lambda night: [*rows(night, "mayor", [10, 20, 30]), rows(night, "council", [0, 0, 0, 0])[3]]),
        _sheet(),
        "votes.3.candidateId",
        "รายชื่อในเครื่องเก่า (ไม่มีเบอร์ 4) ต่อเน็ตให้โหลดใหม่",
        "The list here is old (no number 4). Let it reload",
    ),
    "a candidate twice": Line(
        "DUPLICATE_CANDIDATE",
        _with_rows(lambda night: [*rows(night, "mayor", [10, 20, 30]), rows(night, "mayor", [7])[0]]),
        _sheet(),
        "votes.3.candidateId",
        "เบอร์ 1 มีสองค่า 10 และ 7 เลือกค่าที่ตรงกับใบ",
        "Number 1 has two values, 10 and 7. Keep the sheet's",
    ),
    "a candidate left out": Line(
        "MISSING_CANDIDATE",
        _with_rows(lambda night: rows(night, "mayor", [30, 30])),
        _with_rows(lambda night: [{**row, "votes": row["votes"] or 0} for row in rows(night, "mayor", [30, 30, 0])]),
        "votes",
        "ยังว่าง 1 ช่อง: เบอร์ 3 ถ้าอ่านไม่ออกให้กด “อ่านไม่ออก”",
        "1 empty: 3. If it cannot be read, press “Not legible”",
    ),
    "a vote below zero": Line(
        "NEGATIVE_NUMBER",
        _sheet(votes=(10, -1, 30)),
        _sheet(votes=(10, 0, 30)),
        "votes.1.votes",
        "เบอร์ 2 ติดลบ (−1) พิมพ์ใหม่จากใบ",
        "Number 2 is negative (−1). Type it again",
    ),
    "an invalid ballot below zero": Line(
        "NEGATIVE_NUMBER",
        _sheet(invalidBallots=-2, ballotsCast=61),
        _sheet(invalidBallots=0, ballotsCast=63),
        "invalidBallots",
        "บัตรเสีย ติดลบ (−2) พิมพ์ใหม่จากใบ",
        "Invalid ballots is negative (−2). Type it again",
    ),
    "a number that no sheet holds": Line(
        "NUMBER_TOO_LARGE",
        _sheet(votes=(10, 100_001, 30), ballotsCast=None),
        _sheet(votes=(10, 100_000, 30), ballotsCast=None),
        "votes.1.votes",
        "เบอร์ 2 100,001 มากเกินไป (สูงสุด 100,000) พิมพ์เกินหลักหรือไม่",
        "Number 2 100,001 is too large (at most 100,000). A digit too many?",
        # 100,000 is a number, but more than the station's voters.
        beside_is="TallyHeld",
    ),
    "a ballot missing": Line(
        "BALLOTS_DO_NOT_ADD_UP",
        _sheet(ballotsCast=66),
        _sheet(ballotsCast=65),
        "ballotsCast",
        "ยอดไม่ตรง ขาด 1 ใบ: ผู้สมัคร 60 + เสีย 2 + ไม่เลือก 3 = 65 แต่บัตรที่ใช้ 66",
        "Does not add up, 1 missing: 60 + 2 + 3 = 65, ballots used 66",
    ),
    "a ballot too many": Line(
        "BALLOTS_DO_NOT_ADD_UP",
        _sheet(ballotsCast=64),
        _sheet(ballotsCast=None),
        "ballotsCast",
        "ยอดไม่ตรง เกิน 1 ใบ: ผู้สมัคร 60 + เสีย 2 + ไม่เลือก 3 = 65 แต่บัตรที่ใช้ 64",
        "Does not add up, 1 too many: 60 + 2 + 3 = 65, ballots used 64",
    ),
    "more votes than the ballots can carry": Line(
        "BALLOTS_DO_NOT_ADD_UP",
        _council((10, 5, 4, 2), validBallots=10, ballotsCast=15),
        _council((10, 5, 4, 1), validBallots=10, ballotsCast=15),
        "validBallots",
        "ยอดไม่ตรง เกิน 1 คะแนน: คะแนนรวม 21 แต่บัตรดี 10 ใบ ใบละ 2 คะแนน ได้ไม่เกิน 20",
        "Does not add up, 1 too many: 21 votes, but 10 valid ballots with 2 votes each hold 20",
    ),
    "a correction of a tally that is not there": Line(
        "STALE_REVISION",
        _sheet(replaces="nothing"),
        _sheet(),
        "replaces",
        "ยอดที่คุณแก้ไม่ได้นับอยู่แล้ว ส่งเป็นยอดใหม่",
        "What you corrected no longer stands. Send it as new",
    ),
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES.keys())
def test_a_sheet_over_the_line_is_refused_in_two_languages_and_one_beside_it_is_not(
    line: Line, night: Night, volunteer: Api
) -> None:
    answer = submit(volunteer, {**line.over(night), "clientTallyId": "over"})
    assert answer == {
        "__typename": "TallyRejected",
        "clientTallyId": "over",
        "findings": [
            {"rule": line.rule, "verdict": "REJECT", "field": line.field, "th": line.thai, "en": line.english}
        ],
        "replayed": False,
    }
    beside = submit(volunteer, {**line.beside(night), "clientTallyId": "beside"})
    assert beside["__typename"] == line.beside_is, beside


@pytest.mark.parametrize("line", LINES.values(), ids=LINES.keys())
def test_a_refused_sheet_leaves_no_trace_for_anybody(line: Line, night: Night, volunteer: Api, editor: Api) -> None:
    accepted(volunteer, sheet(night, "a-2", [1, 2, 3]))
    watched = {"election": night.election_id, "station": night.id("a-1")}
    seers = (night.api, volunteer, editor)
    before = [api(TRACES, **watched) for api in seers]
    assert submit(volunteer, line.over(night))["__typename"] == "TallyRejected"
    assert [api(TRACES, **watched) for api in seers] == before


@pytest.mark.parametrize(
    ("phase", "thai", "english"),
    [
        (ElectionPhase.SETUP, "ยังไม่เปิดนับ รอผู้ดูแลเปิด", "Counting has not been opened yet"),
        (ElectionPhase.VOTING, "ยังไม่เปิดนับ รอผู้ดูแลเปิด", "Counting has not been opened yet"),
        (ElectionPhase.CLOSED, "ปิดรับยอดแล้วเมื่อ", "Closed since"),
    ],
)
def test_nothing_is_taken_in_any_phase_but_counting(
    phase: ElectionPhase, thai: str, english: str, setup_night: Night
) -> None:
    operator = setup_night.api.as_(setup_night.token(Role.OPERATOR))
    for step in list(ElectionPhase)[1 : list(ElectionPhase).index(phase) + 1]:
        operator(PHASE, election=setup_night.election_id, phase=step)
    volunteer = setup_night.api.as_(setup_night.token(Role.VOLUNTEER, "a-1"))
    answer = submit(volunteer, sheet(setup_night, "a-1", [10, 20, 30]))
    (told,) = answer["findings"]
    assert (answer["__typename"], told["rule"], told["field"]) == ("TallyRejected", "COUNTING_NOT_OPEN", None)
    assert told["th"].startswith(thai) and told["en"].startswith(english)
    assert setup_night.sql("SELECT 1 FROM tally WHERE election_id = $1", setup_night.election_id) == []


def test_nothing_is_taken_before_the_polls_close(early_night: Night) -> None:
    volunteer = early_night.api.as_(early_night.token(Role.VOLUNTEER, "a-1"))
    answer = submit(volunteer, sheet(early_night, "a-1", [10, 20, 30]))
    (told,) = answer["findings"]
    assert (answer["__typename"], told["rule"]) == ("TallyRejected", "COUNTING_NOT_OPEN")
    assert told["th"].startswith("ยังไม่เปิดนับ ปิดหีบ ") and told["en"].startswith("Counting is not open: polls close at ")


def test_a_second_final_of_ones_own_is_refused_unless_it_says_what_it_replaces(night: Night, volunteer: Api) -> None:
    accepted(volunteer, sheet(night, "a-1", [10, 20, 30]))
    answer = submit(volunteer, sheet(night, "a-1", [10, 20, 31], id="second"))
    assert (answer["__typename"], answer["findings"]) == (
        "TallyRejected",
        [
            {
                "rule": "STALE_REVISION",
                "verdict": "REJECT",
                "field": "replaces",
                "th": "ยอดสุดท้ายของคุณ (ฉบับ 1) นับอยู่แล้ว ถ้าผิด เปิดยอดนั้นแล้วกด “แก้ยอดนี้”",
                "en": "Your own final stands (revision 1). If it was wrong, open it and use “Correct”",
            }
        ],
    )


def test_an_editor_who_gives_no_reason_leaves_anothers_tally_as_it_stands(
    night: Night, volunteer: Api, editor: Api
) -> None:
    standing = accepted(volunteer, sheet(night, "a-1", [10, 20, 30]))["tally"]["id"]
    before = night.api(TRACES, election=night.election_id, station=night.id("a-1"))
    for call, note in (("none", {}), ("blank", {"note": "  "})):
        answer = submit(editor, sheet(night, "a-1", [10, 21, 30], id=call, replaces=standing, **note))
        (told,) = answer["findings"]
        assert (answer["__typename"], told["rule"], told["verdict"], told["field"]) == (
            "TallyRejected",
            "REASON_MISSING",
            "REJECT",
            "note",
        )
        assert told["th"] == "แก้ฉบับ 1 ของคนอื่น ต้องบอกเหตุผลในหมายเหตุ เหตุผลเป็นสาธารณะ"
        assert told["en"] == "Changes revision 1 of another person: say why in the note; the reason is public"
    assert night.api(TRACES, election=night.election_id, station=night.id("a-1")) == before
    accepted(editor, sheet(night, "a-1", [10, 21, 30], id="told", replaces=standing, note="Recounted"))


def test_all_that_is_wrong_with_a_sheet_is_told_at_once(night: Night, volunteer: Api) -> None:
    votes = [*rows(night, "mayor", [-1, 100_001]), *rows(night, "council", [0, 0, 0, 1])[3:]]
    answer = submit(volunteer, sheet(night, "a-1", [0], votes=votes))
    assert [(told["rule"], told["field"]) for told in answer["findings"]] == [
        ("UNKNOWN_CANDIDATE", "votes.2.candidateId"),
        ("MISSING_CANDIDATE", "votes"),
        ("NEGATIVE_NUMBER", "votes.0.votes"),
        ("NUMBER_TOO_LARGE", "votes.1.votes"),
    ]
