"""Laws of the judgement, over whatever a client can send."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from scene import CANDIDATES, CLOSE, COUNCIL, GOVERNOR, STATION, case, numbers, sheet, standing

from counting.bounds import Bounds
from counting.case import Case, EvidenceUse, HeldTally, OtherOffice, ReplacedTally
from counting.election import Text
from counting.judge import Outcome, judge, strictest
from counting.messages import message
from counting.rules.table import JUDGING_RULES, SHAPE_RULES
from counting.spread import district_spreads
from counting.tally import Submission, VotesRow
from counting.vocabulary import ElectionPhase, Language, Role, TallyCoverage, TallyRule, TallyState, Verdict

any_number = st.one_of(st.none(), st.integers(-5, 400), st.integers(-(2**31), 2**31 - 1))
any_instant = st.one_of(
    st.none(), st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14))])), st.datetimes()
)
any_row = st.builds(VotesRow, st.one_of(st.sampled_from(CANDIDATES), st.text(max_size=9)), any_number)
whole_sheets = st.tuples(*(st.builds(VotesRow, st.just(candidate), any_number) for candidate in CANDIDATES))
reporters = st.sampled_from(["a", "b", "c"])

submissions = st.builds(
    Submission,
    client_tally_id=st.text(max_size=5),
    station_id=st.text(max_size=100),
    contest_id=st.text(max_size=5),
    coverage=st.sampled_from(TallyCoverage),
    votes=st.one_of(whole_sheets, st.lists(any_row, max_size=5).map(tuple)),
    valid_ballots=any_number,
    invalid_ballots=any_number,
    no_vote_ballots=any_number,
    ballots_cast=any_number,
    as_written=st.booleans(),
    replaces=st.sampled_from([None, "t1", "t9"]),
    evidence=st.lists(st.sampled_from("abc"), max_size=3).map(tuple),
    counted_at=any_instant,
    note=st.none(),
    reporter=reporters,
)

some_standing = st.builds(
    standing,
    st.one_of(st.none(), st.integers(0, 400)),
    st.integers(0, 400),
    st.integers(0, 400),
    by=reporters,
    coverage=st.sampled_from(TallyCoverage),
)
SPREADS = district_spreads([(numbers(n, 2 * n, 30), 600) for n in range(90, 120)], Bounds("1"))

cases = st.builds(
    Case,
    now=st.sampled_from([CLOSE - timedelta(hours=1), CLOSE, CLOSE + timedelta(hours=3)]),
    phase=st.sampled_from([None, *ElectionPhase]),
    polls_close_at=st.sampled_from([None, CLOSE]),
    time_zone=st.just("Asia/Bangkok"),
    bounds=st.builds(
        Bounds,
        version=st.just("1"),
        evidence_min=st.integers(0, 3),
        third_report_decides=st.booleans(),
        verdicts=st.dictionaries(st.sampled_from(TallyRule), st.sampled_from([None, *Verdict]), max_size=3),
    ),
    closed_at=st.sampled_from([None, CLOSE]),
    station=st.sampled_from([None, STATION]),
    contest=st.sampled_from([None, GOVERNOR, COUNCIL]),
    contest_known_in_election=st.booleans(),
    registered_voters=st.one_of(st.none(), st.integers(0, 600)),
    standing=st.one_of(st.none(), some_standing),
    replaced=st.one_of(
        st.none(), st.builds(ReplacedTally, st.just("t1"), st.just(2), st.just(TallyState.HELD), reporters)
    ),
    reused_in_fields=st.sampled_from([None, 1]),
    assigned=st.booleans(),
    evidence_held=st.sampled_from([None, frozenset("ab")]),
    evidence_elsewhere=st.sampled_from([(), (EvidenceUse("b", Text("14"), "z", CLOSE),)]),
    same_numbers_at=st.sampled_from([None, Text("14")]),
    other_offices=st.sampled_from([(), (OtherOffice(COUNCIL.name, 300, "a"),)]),
    rivals=st.sampled_from([(), (HeldTally("t2", "b", numbers(1, 2, 3), decides=True),)]),
    district=st.sampled_from([None, SPREADS]),
    reporter_role=st.sampled_from(Role),
)


@given(submissions, cases)
def test_nothing_that_a_client_sends_makes_the_judge_or_a_message_fail(submission: Submission, facts: Case) -> None:
    judged = judge(submission, facts)
    for found in judged.findings:
        assert json.loads(json.dumps(found.numbers)) == found.numbers
        for language in Language:
            assert message(found, language, "reporter") and message(found, language, "editor")


@given(submissions, cases)
def test_the_outcome_follows_the_strictest_verdict(submission: Submission, facts: Case) -> None:
    judged = judge(submission, facts)
    assert judged.verdict is strictest(judged.findings)
    assert (judged.outcome is Outcome.REJECT) == (judged.verdict is Verdict.REJECT)
    assert (judged.outcome is Outcome.HOLD) == (judged.verdict is Verdict.HOLD)
    if judged.outcome is Outcome.REJECT:
        assert {found.verdict for found in judged.findings} == {Verdict.REJECT}


@given(submissions, cases)
def test_whatever_is_not_refused_has_the_numbers_of_the_whole_sheet(submission: Submission, facts: Case) -> None:
    judged = judge(submission, facts)
    if judged.outcome is not Outcome.REJECT:
        assert judged.numbers is not None
        sent = {row.candidate_id: row.votes for row in submission.votes}
        assert judged.numbers.votes == tuple(sent[candidate] for candidate in CANDIDATES)
        assert judged.numbers.counted >= 0


@given(submissions, cases)
def test_a_reporter_who_is_no_editor_never_replaces_what_another_sent(submission: Submission, facts: Case) -> None:
    judged = judge(submission, facts)
    stands = facts.standing
    if judged.outcome is Outcome.COUNT and submission.replaces and facts.reporter_role is not Role.EDITOR:
        assert stands is not None
        assert (stands.id, stands.reporter) == (submission.replaces, submission.reporter)


@given(submissions, cases)
def test_only_a_final_confirms_and_only_anothers(submission: Submission, facts: Case) -> None:
    if judge(submission, facts).outcome is Outcome.CONFIRM:
        assert facts.standing is not None
        assert facts.standing.coverage is submission.coverage is TallyCoverage.FINAL
        assert facts.standing.reporter != submission.reporter


def test_every_rule_stands_in_the_table_once() -> None:
    named = [row.rule for row in (*SHAPE_RULES, *JUDGING_RULES)]
    assert sorted(named) == sorted(TallyRule)


def test_a_rule_needs_only_rules_that_came_before_it() -> None:
    before: set[TallyRule] = set()
    for row in SHAPE_RULES:
        assert row.needs <= before
        before.add(row.rule)


def test_a_flag_counts_and_stays_with_the_tally() -> None:
    judged = judge(sheet(200, 50, 100), case(district=SPREADS))
    assert (judged.outcome, judged.verdict) == (Outcome.COUNT, Verdict.FLAG)


def test_all_objections_to_a_held_sheet_are_told_at_once() -> None:
    judged = judge(sheet(100, None, 200), case(assigned=False, registered_voters=10))
    assert {found.rule for found in judged.findings} == {
        TallyRule.ILLEGIBLE,
        TallyRule.NOT_ASSIGNED,
        TallyRule.MORE_BALLOTS_THAN_VOTERS,
    }


def test_counted_at_without_an_offset_decides_nothing() -> None:
    naive = datetime(2022, 5, 22, 10, 0)
    assert judge(sheet(100, 50, 200, counted_at=naive), case()).outcome is Outcome.COUNT


def test_the_rules_look_only_at_what_they_are_given() -> None:
    facts = case(district=SPREADS, standing=standing(1, 2, 3, by="b"))
    assert judge(sheet(100, 50, 200), facts) == judge(replace(sheet(100, 50, 200)), replace(facts))
