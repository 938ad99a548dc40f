"""What each rule says, made from real findings."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from scene import CLOSE, COUNCIL, case, finding, numbers, partial, rules, sheet, standing

from counting.bounds import Bounds
from counting.case import Case, EvidenceUse, OtherOffice, ReplacedTally
from counting.catalogue import CATALOGUES, text
from counting.election import Text
from counting.messages import Audience, message, percent
from counting.rules.table import JUDGING_RULES, SHAPE_RULES
from counting.spread import district_spreads
from counting.tally import Finding, Submission, VotesRow
from counting.vocabulary import ElectionPhase, Language, Role, TallyCoverage, TallyRule, TallyState

TH, EN = Language.TH, Language.EN
PARTIAL = TallyCoverage.PARTIAL
OTHER = "อาสา-X8P"
SHEET = sheet(100, 50, 200)
HALF = standing(100, 50, 200, coverage=PARTIAL)
THEIRS = standing(100, 50, 1200, by=OTHER)
SPREADS = district_spreads([(numbers(100 + n % 9, 50, 200 - n % 5), 600) for n in range(40)], Bounds("1"))
ELSEWHERE = EvidenceUse("b", Text("14 ดินแดง", "14, Din Daeng"), OTHER, CLOSE + timedelta(hours=1))

BROKEN: list[tuple[TallyRule, Submission, Case]] = [
    (TallyRule.COUNTING_NOT_OPEN, SHEET, case(phase=ElectionPhase.VOTING, now=CLOSE - timedelta(minutes=20))),
    (TallyRule.COUNTING_NOT_OPEN, SHEET, case(phase=ElectionPhase.VOTING)),
    (TallyRule.COUNTING_NOT_OPEN, SHEET, case(phase=ElectionPhase.CLOSED)),
    (TallyRule.COUNTING_NOT_OPEN, SHEET, case(phase=ElectionPhase.CLOSED, closed_at=CLOSE + timedelta(hours=2))),
    (TallyRule.UNKNOWN_STATION, SHEET, case(station=None)),
    (TallyRule.UNKNOWN_CONTEST, SHEET, case(contest=None)),
    (TallyRule.STATION_NOT_IN_CONTEST, SHEET, case(registered_voters=None, contest=COUNCIL)),
    (TallyRule.UNKNOWN_CANDIDATE, replace(SHEET, votes=(*SHEET.votes, VotesRow("e/gov/32", 1))), case()),
    (TallyRule.DUPLICATE_CANDIDATE, replace(SHEET, votes=(*SHEET.votes, VotesRow("e/gov/8", None))), case()),
    (TallyRule.MISSING_CANDIDATE, replace(SHEET, votes=SHEET.votes[2:]), case()),
    (TallyRule.NEGATIVE_NUMBER, sheet(100, -3, 200), case()),
    (TallyRule.NEGATIVE_NUMBER, sheet(100, 3, 200, no_vote=-3), case()),
    (TallyRule.NUMBER_TOO_LARGE, sheet(100, 50, 2_000_000), case()),
    (
        TallyRule.STALE_REVISION,
        replace(SHEET, replaces="t0"),
        case(standing=replace(HALF, revision=3), replaced=ReplacedTally("t0", 1, TallyState.SUPERSEDED, "อาสา-7Q4")),
    ),
    (TallyRule.STALE_REVISION, replace(SHEET, replaces="t0"), case(standing=HALF)),
    (TallyRule.STALE_REVISION, replace(SHEET, replaces="t0"), case()),
    (TallyRule.STALE_REVISION, sheet(100, 51, 200), case(standing=standing(100, 50, 200))),
    (
        TallyRule.REASON_MISSING,
        replace(SHEET, replaces="t1"),
        case(standing=standing(100, 50, 201, by=OTHER), reporter_role=Role.EDITOR),
    ),
    (TallyRule.CLIENT_TALLY_ID_REUSED, SHEET, case(reused_in_fields=1)),
    (TallyRule.BALLOTS_DO_NOT_ADD_UP, sheet(100, 50, 200, ballots_cast=372), case()),
    (TallyRule.BALLOTS_DO_NOT_ADD_UP, sheet(100, 50, 200, ballots_cast=300), case()),
    (TallyRule.BALLOTS_DO_NOT_ADD_UP, sheet(100, 50, 200, ballots_cast=372, as_written=True), case()),
    (TallyRule.BALLOTS_DO_NOT_ADD_UP, sheet(100, 50, 200, valid_ballots=340), case()),
    (TallyRule.BALLOTS_DO_NOT_ADD_UP, sheet(100, 50, 200, valid_ballots=360, as_written=True), case()),
    (TallyRule.BALLOTS_DO_NOT_ADD_UP, sheet(9, 9, 9, valid_ballots=20, ballots_cast=40), case(contest=COUNCIL)),
    (TallyRule.BALLOTS_DO_NOT_ADD_UP, sheet(9, 9, 9, valid_ballots=20, ballots_cast=30), case(contest=COUNCIL)),
    (TallyRule.BALLOTS_DO_NOT_ADD_UP, sheet(9, 9, 9, valid_ballots=9, ballots_cast=21), case(contest=COUNCIL)),
    (
        TallyRule.BALLOTS_DO_NOT_ADD_UP,
        sheet(9, 9, 9, valid_ballots=9, ballots_cast=21, as_written=True),
        case(contest=COUNCIL),
    ),
    (TallyRule.MORE_BALLOTS_THAN_VOTERS, SHEET, case(registered_voters=350)),
    (TallyRule.NOT_ASSIGNED, SHEET, case(assigned=False)),
    (TallyRule.ILLEGIBLE, sheet(100, None, 200, no_vote=None, ballots_cast=400), case()),
    (TallyRule.ILLEGIBLE, sheet(100, 50, 200, invalid=None), case()),
    (TallyRule.ALL_ZERO, sheet(0, 0, 0, invalid=0, no_vote=0), case()),
    (TallyRule.TOO_EARLY, SHEET, case(now=CLOSE + timedelta(minutes=1))),
    (TallyRule.EVIDENCE_MISSING, SHEET, case(bounds=Bounds("1", evidence_min=2))),
    (TallyRule.SAME_EVIDENCE_ELSEWHERE, replace(SHEET, evidence=("a", "b")), case(evidence_elsewhere=(ELSEWHERE,))),
    (TallyRule.SAME_NUMBERS_ELSEWHERE, SHEET, case(same_numbers_at=ELSEWHERE.station)),
    (TallyRule.DISAGREES_WITH_ANOTHER_REPORT, sheet(101, 50, 200), case(standing=THEIRS)),
    (TallyRule.LOWER_THAN_BEFORE, partial(100, 40, 200), case(standing=HALF)),
    (TallyRule.LOWER_THAN_BEFORE, partial(100, 50, 200, invalid=None), case(standing=HALF)),
    (TallyRule.LOWER_THAN_BEFORE, partial(90, 40, 200), case(standing=replace(HALF, reporter=OTHER))),
    (TallyRule.PARTIAL_AFTER_FINAL, partial(100, 50, 200), case(standing=THEIRS)),
    (TallyRule.OFFICES_DISAGREE, SHEET, case(other_offices=(OtherOffice(COUNCIL.name, 1377, "อาสา-7Q4"),))),
    (TallyRule.OFFICES_DISAGREE, SHEET, case(other_offices=(OtherOffice(COUNCIL.name, 1377, OTHER),))),
    (TallyRule.TURNOUT_OUT_OF_RANGE, sheet(10, 5, 20, invalid=1, no_vote=1), case(district=SPREADS)),
    (TallyRule.SHARE_OUT_OF_RANGE, sheet(200, 50, 100), case(district=SPREADS)),
    (TallyRule.INVALID_BALLOTS_OUT_OF_RANGE, sheet(70, 35, 140, invalid=110), case(district=SPREADS)),
    (TallyRule.NO_VOTE_OUT_OF_RANGE, sheet(70, 35, 140, no_vote=110), case(district=SPREADS)),
]


def said(rule: TallyRule, nth: int, language: Language, audience: Audience) -> str:
    """What the nth broken example of a rule says."""
    _, submission, facts = [example for example in BROKEN if example[0] is rule][nth]
    return message(finding(rule, submission, facts), language, audience)


def test_every_rule_has_an_example() -> None:
    assert {rule for rule, _, _ in BROKEN} == {row.rule for row in (*SHAPE_RULES, *JUDGING_RULES)} == set(TallyRule)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("audience", ["reporter", "editor"])
@pytest.mark.parametrize(("rule", "submission", "facts"), BROKEN)
def test_every_finding_says_something_whole(
    rule: TallyRule, submission: Submission, facts: Case, audience: Audience, language: Language
) -> None:
    found = finding(rule, submission, facts)
    shown = message(found, language, audience)
    assert shown.strip()
    assert not re.search(r"[{}]|None|votes\.|Ballots\b|ballotsCast\.", shown.replace("Ballots used", ""))
    stored = Finding(found.rule, found.verdict, found.field, json.loads(json.dumps(found.numbers)))
    assert message(stored, language, audience) == shown


@pytest.mark.parametrize(("rule", "submission", "facts"), BROKEN)
def test_a_reporter_is_told_nothing_of_what_another_sent(rule: TallyRule, submission: Submission, facts: Case) -> None:
    found = finding(rule, submission, facts)
    for language in Language:
        shown = message(found, language, "reporter")
        assert not any(secret in shown for secret in (OTHER, "1,200", "1200", "14 ดินแดง", "14, Din"))
        if found.numbers.get("own") == 0:
            assert not any(secret in shown for secret in ("1,377", "1377", "1,015", "50", "90"))


def test_both_catalogues_hold_the_same_texts_with_the_same_holes() -> None:
    holes: dict[Language, dict[object, set[str]]] = {}
    for language, catalogue in CATALOGUES.items():
        texts = {key: value for key, value in catalogue._catalog.items() if key}  # type: ignore[attr-defined]
        named = {key if isinstance(key, str) else key[0]: value for key, value in texts.items()}
        holes[language] = {key: set(re.findall(r"\{(\w+)\}", value)) for key, value in named.items()}
    assert holes[TH].keys() == holes[EN].keys()
    # APPS.md's English for turnout leaves out the counts; ours has them, so that both show what was compared.
    assert holes[TH] == holes[EN]


def test_a_text_that_is_not_there_is_an_error_and_not_its_key() -> None:
    with pytest.raises(KeyError):
        text("reporter.NO_SUCH_RULE", TH)


ADD_UP = TallyRule.BALLOTS_DO_NOT_ADD_UP


@pytest.mark.parametrize(
    ("rule", "nth", "audience", "thai", "english"),
    [
        (
            TallyRule.COUNTING_NOT_OPEN,
            0,
            "reporter",
            "ยังไม่เปิดนับ ปิดหีบ 17.00 น. ตอนนี้ 16.40 น.",
            "Counting is not open: polls close at 17:00, it is 16:40.",
        ),
        (TallyRule.COUNTING_NOT_OPEN, 3, "reporter", "ปิดรับยอดแล้วเมื่อ 19.00 น.", "Closed since 19:00."),
        (
            TallyRule.STATION_NOT_IN_CONTEST,
            0,
            "reporter",
            "หน่วย 12 ไม่ได้นับ ส.ก. ดินแดง ดูว่าหยิบใบของเขตใด",
            "Station 12 does not count Council, Din Daeng. Which district is the sheet's?",
        ),
        (TallyRule.UNKNOWN_CANDIDATE, 0, "editor", "ไม่มีเบอร์ 32 ในผู้สมัคร 3 คน", "No number 32 among 3"),
        (
            TallyRule.DUPLICATE_CANDIDATE,
            0,
            "reporter",
            "เบอร์ 8 มีสองค่า 200 และ – เลือกค่าที่ตรงกับใบ",
            "Number 8 has two values, 200 and –. Keep the sheet's",
        ),
        (
            TallyRule.MISSING_CANDIDATE,
            0,
            "reporter",
            "ยังว่าง 2 ช่อง: เบอร์ 1, 2 ถ้าอ่านไม่ออกให้กด “อ่านไม่ออก”",
            "2 empty: 1, 2. If it cannot be read, press “Not legible”",
        ),
        (
            TallyRule.NEGATIVE_NUMBER,
            1,
            "reporter",
            "ไม่เลือกผู้ใด ติดลบ (−3) พิมพ์ใหม่จากใบ",
            "No vote is negative (−3). Type it again",
        ),
        (
            TallyRule.NUMBER_TOO_LARGE,
            0,
            "reporter",
            "เบอร์ 8 2,000,000 มากเกินไป (สูงสุด 100,000) พิมพ์เกินหลักหรือไม่",
            "Number 8 2,000,000 is too large (at most 100,000). A digit too many?",
        ),
        (
            TallyRule.EVIDENCE_MISSING,
            0,
            "reporter",
            "ยอดสุดท้ายต้องมีรูปถ่าย 2 รูป ตอนนี้มี 0 รูป ถ่ายเพิ่มได้ ไม่ต้องพิมพ์ใหม่",
            "Final needs 2 photographs, has 0. Add one; no retyping",
        ),
        (
            TallyRule.STALE_REVISION,
            0,
            "reporter",
            "ยอดที่นับอยู่คือฉบับ 3 ไม่ใช่ฉบับ 1 ที่คุณแก้ เปิดใหม่แล้วแก้อีกครั้ง",
            "Revision 3 stands, not the 1 that you corrected. Open it and correct again",
        ),
        (
            TallyRule.STALE_REVISION,
            1,
            "reporter",
            "ยอดที่คุณแก้ไม่ใช่ยอดที่นับอยู่ (ฉบับ 1) เปิดใหม่แล้วแก้อีกครั้ง",
            "What you corrected is not what stands (revision 1). Open it and correct again",
        ),
        (TallyRule.CLIENT_TALLY_ID_REUSED, 0, "editor", "รหัสเดิม เนื้อหาต่าง 1 ช่อง", "Same id, 1 field differs"),
        (
            ADD_UP,
            0,
            "reporter",
            "ยอดไม่ตรง ขาด 10 ใบ: ผู้สมัคร 350 + เสีย 5 + ไม่เลือก 7 = 362 แต่บัตรที่ใช้ 372",
            "Does not add up, 10 missing: 350 + 5 + 7 = 362, ballots used 372",
        ),
        (
            ADD_UP,
            1,
            "reporter",
            "ยอดไม่ตรง เกิน 62 ใบ: ผู้สมัคร 350 + เสีย 5 + ไม่เลือก 7 = 362 แต่บัตรที่ใช้ 300",
            "Does not add up, 62 too many: 350 + 5 + 7 = 362, ballots used 300",
        ),
        (
            ADD_UP,
            2,
            "editor",
            "อาสายืนยันว่าใบเขียนอย่างนี้: รวม 362 บัตรที่ใช้ 372 ต่าง 10",
            "The sheet is said to read so: sum 362, ballots 372, 10 apart",
        ),
        (
            TallyRule.ILLEGIBLE,
            0,
            "reporter",
            "อ่านไม่ออก 2 ช่อง: เบอร์ 2, ไม่เลือกผู้ใด ถ่ายช่องนั้นใกล้ ๆ อีกรูปช่วยได้",
            "2 not legible: Number 2, No vote. A close photograph helps",
        ),
        (TallyRule.TOO_EARLY, 0, "editor", "นับ 362 ใบใน 1 นาที เร็วที่สุดควรเป็น 4 นาที", "362 in 1 min, 4 at least"),
        (
            TallyRule.SAME_EVIDENCE_ELSEWHERE,
            0,
            "editor",
            "รูปที่ 2 คือไฟล์เดียวกับหน่วย 14 ดินแดง (อาสา-X8P, 18.00 น.)",
            "Photograph 2 equals station 14, Din Daeng's (อาสา-X8P, 18:00)",
        ),
        (
            TallyRule.DISAGREES_WITH_ANOTHER_REPORT,
            0,
            "editor",
            "ต่างจาก อาสา-X8P (19.58 น.) 3 ช่อง: เบอร์ 1: ใหม่ 101 เดิม 100, เบอร์ 8: ใหม่ 200 เดิม 1,200, "
            "บัตรที่ใช้: ใหม่ 363 เดิม 1,362",
            "Differs from อาสา-X8P (19:58) in 3: Number 1: new 101, stands 100, Number 8: new 200, stands 1,200, "
            "Ballots used: new 363, stands 1,362",
        ),
        (
            TallyRule.LOWER_THAN_BEFORE,
            0,
            "reporter",
            "เบอร์ 2 เดิม 50 ตอนนี้ 40 ดูช่องนี้กับกระดาน",
            "Number 2 had 50, now 40. Look at the board",
        ),
        (
            TallyRule.LOWER_THAN_BEFORE,
            2,
            "editor",
            "เบอร์ 1: 100 → 90 (−10), เบอร์ 2: 50 → 40 (−10)",
            "Number 1: 100 → 90 (−10), Number 2: 50 → 40 (−10)",
        ),
        (
            TallyRule.OFFICES_DISAGREE,
            0,
            "reporter",
            "ผู้ว่าฯ กทม. 362 ใบ · ส.ก. ดินแดง 1,377 ใบ ต่าง 1,015 (ปกติไม่เกิน 13) ดูว่าเป็นใบหน่วยเดียวกัน",
            "Governor 362 and Council, Din Daeng 1,377 ballots: 1,015 apart (usually 13). Same station's sheets?",
        ),
    ],
)
def test_the_words(rule: TallyRule, nth: int, audience: Audience, thai: str, english: str) -> None:
    assert said(rule, nth, TH, audience) == thai
    assert said(rule, nth, EN, audience) == english


def test_a_time_of_another_day_comes_with_its_date() -> None:
    day_before = case(phase=ElectionPhase.VOTING, now=CLOSE - timedelta(days=1))
    found = finding(TallyRule.COUNTING_NOT_OPEN, SHEET, day_before)
    assert message(found, TH, "reporter") == "ยังไม่เปิดนับ ปิดหีบ 22 พ.ค. 2565 17.00 น. ตอนนี้ 17.00 น."
    assert "22 May 2022 17:00" in message(found, EN, "reporter")


def test_replacing_anothers_and_replacing_nothing_read_the_same() -> None:
    theirs = case(standing=THEIRS, replaced=ReplacedTally("t1", 1, TallyState.ACCEPTED, OTHER))
    absent = case(standing=THEIRS)
    for language in Language:
        assert message(
            finding(TallyRule.STALE_REVISION, replace(SHEET, replaces="t1"), theirs), language, "reporter"
        ) == message(finding(TallyRule.STALE_REVISION, replace(SHEET, replaces="t7"), absent), language, "reporter")


def test_a_range_shown_is_the_one_that_was_compared() -> None:
    _, submission, facts = next(example for example in BROKEN if example[0] is TallyRule.INVALID_BALLOTS_OUT_OF_RANGE)
    just_inside = (
        round(float(finding(TallyRule.INVALID_BALLOTS_OUT_OF_RANGE, submission, facts).numbers["hi"]) * 362) - 1
    )
    inside = sheet(100, 50, 205 - just_inside, invalid=just_inside)
    assert TallyRule.INVALID_BALLOTS_OUT_OF_RANGE not in rules(inside, facts)
    beyond = sheet(100, 50, 201 - just_inside, invalid=just_inside + 4)
    assert TallyRule.INVALID_BALLOTS_OUT_OF_RANGE in rules(beyond, facts)


def test_percentages_have_one_place_and_two_under_one() -> None:
    assert [percent(0.538), percent(0.0099), percent(0.01), percent(0), percent(1)] == [
        "53.8",
        "0.99",
        "1.0",
        "0.0",
        "100.0",
    ]
