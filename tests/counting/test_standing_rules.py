from dataclasses import replace
from datetime import timedelta

from scene import CLOSE, COUNCIL, case, finding, numbers, partial, rules, sheet, standing

from counting.bounds import Bounds
from counting.case import EvidenceUse, HeldTally, OtherOffice, ReplacedTally
from counting.election import Text
from counting.judge import Outcome, judge
from counting.third_report import ThirdReport
from counting.vocabulary import Role, TallyCoverage, TallyRule, TallyState, Verdict

PARTIAL = TallyCoverage.PARTIAL
OTHER = "อาสา-X8P"


def test_a_correction_of_ones_own_standing_final_counts() -> None:
    corrected = sheet(100, 51, 200, replaces="t1")
    assert judge(corrected, case(standing=standing(100, 50, 200))).outcome is Outcome.COUNT


def test_a_correction_of_what_no_longer_stands_is_stale_and_names_both_revisions() -> None:
    found = finding(
        TallyRule.STALE_REVISION,
        sheet(100, 51, 200, replaces="t0"),
        case(
            standing=standing(100, 50, 200, revision=3),
            replaced=ReplacedTally("t0", 1, TallyState.SUPERSEDED, "อาสา-7Q4"),
        ),
    )
    assert (found.verdict, found.field, found.numbers) == (Verdict.REJECT, "replaces", {"current": 3, "sent": 1})


def test_replacing_somebody_elses_tally_reads_as_replacing_one_that_is_not_there() -> None:
    stands = standing(100, 50, 200, by=OTHER)
    known = case(standing=stands, replaced=ReplacedTally("t1", 1, TallyState.ACCEPTED, OTHER))
    absent = case(standing=stands)
    assert judge(sheet(1, 2, 3, replaces="t1"), known).findings == judge(sheet(1, 2, 3, replaces="t9"), absent).findings
    assert judge(sheet(1, 2, 3, replaces="t1"), known).outcome is Outcome.REJECT


def test_an_editor_corrects_anybody_and_says_why() -> None:
    desk = case(standing=standing(100, 50, 200, by=OTHER), reporter_role=Role.EDITOR, assigned=False)
    judged = judge(sheet(100, 51, 200, replaces="t1", note="The station telephoned"), desk)
    assert (judged.outcome, judged.findings) == (Outcome.COUNT, ())


def test_an_editor_who_does_not_say_why_changes_nothing_of_another_person() -> None:
    desk = case(standing=standing(100, 50, 200, by=OTHER, revision=2), reporter_role=Role.EDITOR, assigned=False)
    for note in (None, "", " \n\u00a0"):
        found = finding(TallyRule.REASON_MISSING, sheet(100, 51, 200, replaces="t1", note=note), desk)
        assert (found.verdict, found.field, found.numbers) == (Verdict.REJECT, "note", {"current": 2})


def test_ones_own_is_corrected_without_a_reason() -> None:
    desk = case(standing=standing(100, 50, 200), reporter_role=Role.EDITOR)
    assert judge(sheet(100, 51, 200, replaces="t1"), desk).outcome is Outcome.COUNT


def test_other_final_numbers_of_ones_own_need_replaces() -> None:
    judged = judge(sheet(100, 51, 200), case(standing=standing(100, 50, 200)))
    assert [one.rule for one in judged.findings] == [TallyRule.STALE_REVISION]


def test_the_same_numbers_again_from_the_same_reporter_change_nothing() -> None:
    judged = judge(sheet(100, 50, 200), case(standing=standing(100, 50, 200)))
    assert (judged.outcome, judged.findings) == (Outcome.REPEAT, ())
    partial_stands = case(standing=standing(100, 50, 200, coverage=PARTIAL))
    assert judge(partial(100, 50, 200), partial_stands).outcome is Outcome.REPEAT
    assert judge(sheet(100, 50, 200), partial_stands).outcome is Outcome.COUNT


def test_equal_numbers_from_another_reporter_confirm() -> None:
    judged = judge(sheet(100, 50, 200), case(standing=standing(100, 50, 200, by=OTHER)))
    assert (judged.outcome, judged.findings) == (Outcome.CONFIRM, ())


def test_a_confirmation_is_not_asked_again_what_the_standing_numbers_were_asked() -> None:
    illegible = standing(100, None, 200, by=OTHER)
    judged = judge(sheet(100, None, 200), case(standing=illegible, registered_voters=10))
    assert (judged.outcome, judged.findings) == (Outcome.CONFIRM, ())


def test_a_confirmation_by_somebody_not_assigned_waits() -> None:
    judged = judge(sheet(100, 50, 200), case(standing=standing(100, 50, 200, by=OTHER), assigned=False))
    assert (judged.outcome, [one.rule for one in judged.findings]) == (Outcome.HOLD, [TallyRule.NOT_ASSIGNED])


def test_a_total_that_only_one_sheet_carries_is_no_disagreement() -> None:
    stands = standing(100, 50, 200, by=OTHER)
    assert judge(sheet(100, 50, 200, ballots_cast=None), case(standing=stands)).outcome is Outcome.CONFIRM


def test_another_reporters_final_with_one_vote_apart_is_held() -> None:
    found = finding(
        TallyRule.DISAGREES_WITH_ANOTHER_REPORT,
        sheet(100, 51, 200),
        case(standing=standing(100, 50, 200, by=OTHER)),
    )
    assert (found.verdict, found.field) == (Verdict.HOLD, "votes")
    assert found.numbers["differences"] == "2 50 51; ballotsCast 362 363"
    assert found.numbers["time"] == "2022-05-22T19:58:00+07:00"


def test_a_third_report_decides_only_where_the_election_says_so() -> None:
    rivals = (HeldTally("t2", "อาสา-9KM", numbers(100, 51, 200), decides=True),)
    facts = case(standing=standing(100, 50, 200, by=OTHER), rivals=rivals)
    third = sheet(100, 51, 200)
    assert judge(third, facts).outcome is Outcome.HOLD
    deciding = replace(facts, bounds=Bounds("2", third_report_decides=True))
    judged = judge(third, deciding)
    assert (judged.outcome, judged.third) == (Outcome.RELEASE, ThirdReport("t2", ()))
    assert judge(sheet(100, 52, 200), deciding).outcome is Outcome.HOLD
    assert judge(replace(third, note="x"), replace(deciding, assigned=False)).outcome is Outcome.HOLD


def test_a_third_report_that_equals_what_stands_refuses_what_is_held_against_it() -> None:
    rivals = (
        HeldTally("t2", "อาสา-9KM", numbers(100, 51, 200), decides=True),
        HeldTally("t3", "อาสา-9KN", numbers(100, 52, 200)),
        HeldTally("t4", "อาสา-9KP", numbers(100, 50, 200), decides=True),
    )
    facts = case(standing=standing(100, 50, 200, by=OTHER), rivals=rivals)
    assert judge(sheet(100, 50, 200), facts).third is None
    judged = judge(sheet(100, 50, 200), replace(facts, bounds=Bounds("2", third_report_decides=True)))
    assert (judged.outcome, judged.third) == (Outcome.CONFIRM, ThirdReport(None, ("t2",))), "t3 is doubted otherwise"


def test_a_report_that_somebody_confirmed_is_not_outvoted_by_two() -> None:
    rivals = (HeldTally("t2", "อาสา-9KM", numbers(100, 51, 200), decides=True),)
    confirmed = replace(standing(100, 50, 200, by=OTHER), confirmations=1)
    facts = case(standing=confirmed, rivals=rivals, bounds=Bounds("2", third_report_decides=True))
    assert judge(sheet(100, 51, 200), facts).outcome is Outcome.HOLD


def test_a_report_that_is_doubted_otherwise_has_no_voice() -> None:
    rivals = (HeldTally("t2", "อาสา-9KM", numbers(100, 51, 200)),)
    bounds = Bounds("2", third_report_decides=True)
    facts = case(standing=standing(100, 50, 200, by=OTHER), rivals=rivals, bounds=bounds)
    assert judge(sheet(100, 51, 200), facts).outcome is Outcome.HOLD


def test_nobody_is_a_third_to_their_own_report() -> None:
    bounds = Bounds("2", third_report_decides=True)
    own = (HeldTally("t2", "อาสา-7Q4", numbers(100, 51, 200), decides=True),)
    of_standing = (HeldTally("t3", OTHER, numbers(100, 51, 200), decides=True),)
    for rivals in (own, of_standing):
        facts = case(standing=standing(100, 50, 200, by=OTHER), rivals=rivals, bounds=bounds)
        assert judge(sheet(100, 51, 200), facts).outcome is Outcome.HOLD


def test_partials_follow_one_another_from_anyone_and_do_not_fall() -> None:
    before = case(standing=standing(100, 50, 200, by=OTHER, coverage=PARTIAL))
    assert judge(partial(100, 50, 200), before).outcome is Outcome.COUNT
    assert judge(partial(101, 50, 200), before).outcome is Outcome.COUNT
    assert judge(sheet(101, 60, 210), before).outcome is Outcome.COUNT
    assert rules(partial(99, 60, 200), before) == [TallyRule.LOWER_THAN_BEFORE]


def test_a_fall_in_ones_own_partial_names_the_row_and_goes_through_as_a_correction() -> None:
    before = case(standing=standing(100, 50, 200, coverage=PARTIAL))
    found = finding(TallyRule.LOWER_THAN_BEFORE, partial(100, 49, 200), before)
    assert (found.verdict, found.field, found.numbers["falls"]) == (Verdict.HOLD, "votes.1.votes", "2 50 49")
    assert judge(partial(100, 49, 200, replaces="t1"), before).outcome is Outcome.COUNT


def test_a_fall_from_somebody_elses_partial_names_no_field() -> None:
    before = case(standing=standing(100, 50, 200, by=OTHER, coverage=PARTIAL))
    found = judge(partial(99, 49, 200), before).findings
    assert [(one.field, one.numbers["falls"]) for one in found] == [("votes", "1 100 99; 2 50 49")]


def test_a_number_left_out_again_has_fallen_but_a_first_null_has_not() -> None:
    before = case(standing=standing(100, None, 200, coverage=PARTIAL))
    assert rules(partial(100, None, 200), before) == []
    assert rules(partial(100, 50, None), before) == [TallyRule.LOWER_THAN_BEFORE]
    assert rules(partial(100, 50, 200, invalid=None), before) == [TallyRule.LOWER_THAN_BEFORE]


def test_a_final_lower_than_the_partial_before_it_waits_too() -> None:
    before = case(standing=standing(100, 50, 200, coverage=PARTIAL))
    assert rules(sheet(99, 60, 200), before) == [TallyRule.LOWER_THAN_BEFORE]
    assert judge(sheet(99, 60, 200, replaces="t1"), before).outcome is Outcome.COUNT


def test_a_partial_after_the_final_waits_unless_it_corrects_ones_own() -> None:
    after = case(standing=standing(100, 50, 200))
    assert rules(partial(100, 50, 200), after) == [TallyRule.PARTIAL_AFTER_FINAL]
    assert judge(partial(90, 50, 100, replaces="t1"), after).outcome is Outcome.COUNT


def test_the_same_vector_elsewhere_is_held_from_the_bound_on() -> None:
    elsewhere = case(same_numbers_at=Text("14 ดินแดง"), bounds=Bounds("1", same_numbers_ballots_min=362))
    assert rules(sheet(100, 50, 200), elsewhere) == [TallyRule.SAME_NUMBERS_ELSEWHERE]
    assert rules(sheet(100, 49, 200), elsewhere) == []


def test_offices_may_differ_by_three_or_one_in_a_hundred_and_not_by_more() -> None:
    def beside(ballots: int) -> list[TallyRule]:
        return rules(sheet(100, 50, 200), case(other_offices=(OtherOffice(COUNCIL.name, ballots),)))

    assert beside(365) == []
    assert beside(366) == [TallyRule.OFFICES_DISAGREE]
    big = case(other_offices=(OtherOffice(COUNCIL.name, 1000),), registered_voters=2000)
    assert rules(sheet(500, 300, 198), big) == []
    assert rules(sheet(500, 300, 199), big) == [TallyRule.OFFICES_DISAGREE]
    assert rules(partial(1, 2, 3), big) == []


def test_somebody_not_assigned_waits_and_an_editor_never_does() -> None:
    away = case(assigned=False, assigned_stations=(Text("14 ดินแดง", "14 Din Daeng"), Text("15 ดินแดง")))
    found = finding(TallyRule.NOT_ASSIGNED, sheet(100, 50, 200), away)
    assert (found.verdict, found.numbers["assigned.th"]) == (Verdict.HOLD, "14 ดินแดง, 15 ดินแดง")
    assert found.numbers["assigned.en"] == "14 Din Daeng, 15 ดินแดง"
    assert rules(sheet(100, 50, 200), replace(away, reporter_role=Role.EDITOR)) == []


def test_a_final_is_too_early_a_second_before_its_papers_can_be_counted() -> None:
    least = timedelta(seconds=181)  # 362 papers at half a second each
    assert rules(sheet(100, 50, 200), case(now=CLOSE + least - timedelta(seconds=1))) == [TallyRule.TOO_EARLY]
    assert rules(sheet(100, 50, 200), case(now=CLOSE + least)) == []
    assert rules(partial(100, 50, 200), case(now=CLOSE)) == []


def test_the_reporters_own_word_can_make_a_final_too_early_but_never_late_enough() -> None:
    early, late = CLOSE + timedelta(minutes=1), CLOSE + timedelta(hours=9)
    assert rules(sheet(100, 50, 200, counted_at=early), case()) == [TallyRule.TOO_EARLY]
    assert rules(sheet(100, 50, 200, counted_at=late), case(now=early)) == [TallyRule.TOO_EARLY]


def test_a_final_needs_as_many_photographs_as_the_election_says() -> None:
    two = case(bounds=Bounds("1", evidence_min=2))
    assert rules(sheet(100, 50, 200, evidence=("a", "b")), two) == []
    found = finding(TallyRule.EVIDENCE_MISSING, sheet(100, 50, 200, evidence=("a", "a")), two)
    assert (found.verdict, found.numbers) == (Verdict.HOLD, {"need": 2, "have": 1})
    assert rules(partial(100, 50, 200), two) == []
    stored = replace(two, evidence_held=frozenset({"a"}))
    assert rules(sheet(100, 50, 200, evidence=("a", "b")), stored) == [TallyRule.EVIDENCE_MISSING]


def test_a_photograph_of_another_station_is_named_by_its_place() -> None:
    use = EvidenceUse("b", Text("14 ดินแดง"), OTHER, CLOSE + timedelta(hours=1))
    found = finding(
        TallyRule.SAME_EVIDENCE_ELSEWHERE,
        sheet(100, 50, 200, evidence=("a", "b")),
        case(evidence_elsewhere=(use,)),
    )
    assert (found.verdict, found.field, found.numbers["i"]) == (Verdict.HOLD, "evidence.1", 2)
    assert rules(sheet(100, 50, 200, evidence=("a",)), case(evidence_elsewhere=(use,))) == []
