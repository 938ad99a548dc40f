from dataclasses import replace

from scene import COUNCIL, case, finding, numbers, partial, rules, sheet

from counting.bounds import Bounds
from counting.judge import Outcome, judge
from counting.numbers import numbers_of
from counting.vocabulary import TallyRule, Verdict

ADD_UP = TallyRule.BALLOTS_DO_NOT_ADD_UP


def test_parts_that_are_one_apart_from_ballots_cast_are_refused() -> None:
    for cast in (361, 363):
        judged = judge(sheet(100, 50, 200, ballots_cast=cast), case())
        assert (judged.outcome, [one.rule for one in judged.findings]) == (Outcome.REJECT, [ADD_UP])
    assert rules(sheet(100, 50, 200, ballots_cast=362), case()) == []


def test_a_sheet_that_itself_does_not_add_up_is_held_as_written() -> None:
    judged = judge(sheet(100, 50, 200, ballots_cast=400, as_written=True), case())
    assert (judged.outcome, judged.verdict) == (Outcome.HOLD, Verdict.HOLD)
    assert judge(sheet(100, 50, 200, as_written=True), case()).outcome is Outcome.COUNT


def test_without_ballots_cast_nothing_is_compared_with_them() -> None:
    assert rules(sheet(100, 50, 200, ballots_cast=None), case()) == []


def test_what_is_not_legible_may_hold_any_number_but_not_a_negative_one() -> None:
    assert ADD_UP not in rules(sheet(100, None, 200, ballots_cast=400), case())
    assert ADD_UP not in rules(sheet(100, None, 200, ballots_cast=312), case())
    assert ADD_UP in rules(sheet(100, None, 200, ballots_cast=311), case())


def test_valid_ballots_sent_beside_single_votes_must_be_their_sum() -> None:
    assert rules(sheet(100, 50, 200, valid_ballots=350), case()) == []
    assert finding(ADD_UP, sheet(100, 50, 200, valid_ballots=351), case()).field == "validBallots"
    assert ADD_UP not in rules(sheet(100, None, 200, valid_ballots=351), case())


def test_several_votes_a_ballot_add_up_by_valid_ballots() -> None:
    several = case(contest=COUNCIL)
    assert rules(sheet(100, 50, 150, valid_ballots=150, ballots_cast=162), several) == []
    assert rules(sheet(100, 50, 150, valid_ballots=150, ballots_cast=163), several) == [ADD_UP]
    over = finding(ADD_UP, sheet(100, 50, 151, valid_ballots=150, ballots_cast=162), several)
    assert (over.field, over.numbers["votes"], over.numbers["fit"]) == ("validBallots", 301, 300)


def test_several_votes_a_ballot_without_valid_ballots_claim_the_fewest_papers() -> None:
    announced = partial(100, 50, 31, ballots_cast=None)
    assert rules(announced, case(contest=COUNCIL)) == []
    assert numbers_of(announced, COUNCIL).valid_ballots == 100
    assert numbers_of(partial(60, 60, 61), COUNCIL).valid_ballots == 91
    assert rules(sheet(100, 50, 31, ballots_cast=None), case(contest=COUNCIL)) == [TallyRule.ILLEGIBLE]


def test_more_ballots_than_voters_are_held_and_as_many_are_not() -> None:
    assert rules(sheet(100, 50, 200), case(registered_voters=361)) == [TallyRule.MORE_BALLOTS_THAN_VOTERS]
    assert rules(sheet(100, 50, 200), case(registered_voters=362)) == []
    assert rules(sheet(100, 50, 200, ballots_cast=None), case(registered_voters=361)) == [
        TallyRule.MORE_BALLOTS_THAN_VOTERS
    ]


def test_null_is_illegible_in_a_final_and_not_announced_in_a_partial() -> None:
    found = finding(TallyRule.ILLEGIBLE, sheet(100, None, 200, no_vote=None, ballots_cast=400), case())
    assert found.verdict is Verdict.HOLD
    assert (found.field, found.numbers["count"], found.numbers["list"]) == ("votes.1.votes", 2, "2")
    assert (found.numbers["legible"], found.numbers["diff"]) == (305, 95)
    assert rules(partial(100, None, 200, no_vote=None), case()) == []


def test_ballots_cast_alone_may_be_left_out_of_a_final() -> None:
    assert rules(sheet(100, 50, 200, ballots_cast=None), case()) == []


def test_a_sheet_of_zeros_is_held_and_one_ballot_is_enough_to_pass() -> None:
    assert rules(sheet(0, 0, 0, invalid=0, no_vote=0), case()) == [TallyRule.ALL_ZERO]
    assert rules(sheet(0, 0, 0, invalid=1, no_vote=0), case()) == []
    assert rules(partial(None, None, None, invalid=None, no_vote=None), case()) == [TallyRule.ALL_ZERO]


def test_the_election_may_give_a_judging_rule_another_verdict_or_none() -> None:
    def bounds(verdict: Verdict | None) -> Bounds:
        return Bounds("2", verdicts={TallyRule.ALL_ZERO: verdict})

    zeros = sheet(0, 0, 0, invalid=0, no_vote=0)
    assert judge(zeros, case(bounds=bounds(Verdict.REJECT))).outcome is Outcome.REJECT
    assert judge(zeros, case(bounds=bounds(Verdict.FLAG))).outcome is Outcome.COUNT
    assert judge(zeros, case(bounds=bounds(None))).findings == ()


def test_results_add_up_parts_and_leave_the_sheets_own_total_aside() -> None:
    assert numbers(100, 50, 200).counted == 362
    assert numbers_of(sheet(100, 50, 200, ballots_cast=900), case().contest or COUNCIL).counted == 362


def test_a_refused_tally_is_told_only_what_refuses_it() -> None:
    judged = judge(replace(sheet(100, 50, 200, ballots_cast=999)), case(assigned=False))
    assert [one.rule for one in judged.findings] == [ADD_UP]
