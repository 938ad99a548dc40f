from dataclasses import replace
from datetime import timedelta

import pytest
from scene import CLOSE, COUNCIL, case, finding, rules, sheet, standing

from counting.bounds import Bounds
from counting.judge import FINDINGS_PER_RULE_MAX, Outcome, judge
from counting.tally import VotesRow
from counting.vocabulary import ElectionPhase, Role, TallyRule, Verdict

SHEET = sheet(100, 50, 200)


def test_a_whole_sheet_in_order_counts_without_a_finding() -> None:
    judged = judge(SHEET, case())
    assert (judged.findings, judged.verdict, judged.outcome) == ((), None, Outcome.COUNT)
    assert judged.numbers is not None
    assert judged.numbers.votes == (100, 50, 200)
    assert judged.numbers.valid_ballots == 350


def test_rows_may_come_in_any_order() -> None:
    judged = judge(replace(SHEET, votes=SHEET.votes[::-1]), case())
    assert judged.numbers is not None
    assert judged.numbers.votes == (100, 50, 200)


@pytest.mark.parametrize("phase", [ElectionPhase.SETUP, ElectionPhase.VOTING, ElectionPhase.CLOSED])
def test_nothing_is_taken_in_another_phase_than_counting(phase: ElectionPhase) -> None:
    assert rules(SHEET, case(phase=phase)) == [TallyRule.COUNTING_NOT_OPEN]


def test_nothing_is_taken_a_second_before_polls_close_and_all_is_at_that_second() -> None:
    zero = sheet(0, 1, 0, invalid=0, no_vote=0)
    assert rules(zero, case(now=CLOSE - timedelta(seconds=1))) == [TallyRule.COUNTING_NOT_OPEN]
    assert TallyRule.COUNTING_NOT_OPEN not in rules(zero, case(now=CLOSE))


def test_after_closing_only_an_editor_corrects_and_only_what_stands() -> None:
    closed = case(phase=ElectionPhase.CLOSED, standing=standing(1, 2, 3))
    desk = replace(closed, reporter_role=Role.EDITOR)
    assert judge(replace(SHEET, replaces="t1"), closed).outcome is Outcome.REJECT
    assert rules(SHEET, desk) == [TallyRule.COUNTING_NOT_OPEN]
    assert judge(replace(SHEET, replaces="t1"), desk).outcome is Outcome.COUNT


def test_a_closed_count_says_nothing_else_of_a_bad_sheet() -> None:
    bad = sheet(-1, 50, 200, station_id="nowhere")
    assert rules(bad, case(phase=ElectionPhase.VOTING, station=None)) == [TallyRule.COUNTING_NOT_OPEN]


def test_unknown_station_and_contest_are_both_told() -> None:
    unknown = case(station=None, contest=None, registered_voters=None, phase=None, polls_close_at=None)
    assert rules(SHEET, unknown) == [TallyRule.UNKNOWN_STATION, TallyRule.UNKNOWN_CONTEST]


def test_a_contest_of_another_election_is_unknown() -> None:
    assert rules(SHEET, case(contest_known_in_election=False)) == [TallyRule.UNKNOWN_CONTEST]


def test_a_station_without_voters_of_the_contest_does_not_count_it() -> None:
    assert rules(SHEET, case(registered_voters=None)) == [TallyRule.STATION_NOT_IN_CONTEST]
    assert rules(SHEET, case(registered_voters=362)) == []


def test_an_unknown_candidate_is_named_by_its_row() -> None:
    rows = (*SHEET.votes, VotesRow("e/gov/99", 3))
    found = judge(replace(SHEET, votes=rows), case()).findings
    assert [(one.rule, one.field, one.numbers["n"]) for one in found] == [
        (TallyRule.UNKNOWN_CANDIDATE, "votes.3.candidateId", "99")
    ]


def test_a_second_row_of_a_candidate_is_refused_even_with_equal_votes() -> None:
    found = judge(replace(SHEET, votes=(*SHEET.votes, VotesRow("e/gov/8", 200))), case()).findings
    assert [(one.rule, one.field) for one in found] == [(TallyRule.DUPLICATE_CANDIDATE, "votes.3.candidateId")]
    assert found[0].numbers == {"n": 8, "a": 200, "b": 200}


def test_missing_candidates_are_all_named_in_one_finding() -> None:
    found = judge(replace(SHEET, votes=SHEET.votes[1:2]), case()).findings
    assert [(one.rule, one.field, one.numbers) for one in found] == [
        (TallyRule.MISSING_CANDIDATE, "votes", {"count": 2, "list": "1, 8", "got": 1, "total": 3})
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"invalid": -1}, "invalidBallots"),
        ({"no_vote": -1}, "noVoteBallots"),
        ({"ballots_cast": -1}, "ballotsCast"),
        ({"valid_ballots": -1}, "validBallots"),
    ],
)
def test_a_negative_total_is_refused_by_its_field(changes: dict[str, int], field: str) -> None:
    found = judge(sheet(100, 50, 200, **changes), case()).findings
    assert [(one.rule, one.field) for one in found] == [(TallyRule.NEGATIVE_NUMBER, field)]


def test_negative_votes_are_refused_by_their_row_and_zero_is_not() -> None:
    assert finding(TallyRule.NEGATIVE_NUMBER, sheet(1, -1, 0), case()).field == "votes.1.votes"
    assert rules(sheet(1, 0, 0), case()) == []


def test_a_number_is_too_large_one_above_the_bound_and_not_at_it() -> None:
    at_bound = case(bounds=Bounds("1", number_max=362))
    assert rules(SHEET, at_bound) == []
    found = finding(TallyRule.NUMBER_TOO_LARGE, SHEET, case(bounds=Bounds("1", number_max=361)))
    assert (found.field, found.numbers) == ("ballotsCast", {"value": 362, "max": 361})


def test_a_client_tally_id_with_other_content_is_refused() -> None:
    assert finding(TallyRule.CLIENT_TALLY_ID_REUSED, SHEET, case(reused_in_fields=3)).numbers == {"count": 3}
    assert rules(SHEET, case(reused_in_fields=None)) == []


def test_thousands_of_wrong_rows_give_a_bounded_answer() -> None:
    rows = tuple(VotesRow(f"e/gov/{n}", -n) for n in range(100, 5000))
    found = judge(replace(SHEET, votes=rows), case()).findings
    assert len(found) <= 3 * FINDINGS_PER_RULE_MAX


def test_no_bounds_can_soften_a_rule_of_shape() -> None:
    bounds = Bounds("1", verdicts={TallyRule.MISSING_CANDIDATE: None, TallyRule.STALE_REVISION: None})
    short = replace(SHEET, votes=SHEET.votes[:2])
    assert judge(short, case(bounds=bounds)).verdict is Verdict.REJECT
    assert judge(replace(SHEET, replaces="gone"), case(bounds=bounds)).verdict is Verdict.REJECT


def test_the_same_rules_hold_where_a_ballot_carries_several_votes() -> None:
    assert rules(replace(SHEET, votes=SHEET.votes[:2]), case(contest=COUNCIL)) == [TallyRule.MISSING_CANDIDATE]
