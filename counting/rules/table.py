"""The table of rules: each with its function, its verdict, and which earlier rules must have passed before it."""

from dataclasses import dataclass

from counting.rules.evidence import evidence_missing, same_evidence_elsewhere
from counting.rules.objection import JudgingRule, ShapeRule
from counting.rules.opening import client_tally_id_reused, counting_not_open
from counting.rules.pace import too_early
from counting.rules.people import not_assigned
from counting.rules.ranges import (
    invalid_ballots_out_of_range,
    no_vote_out_of_range,
    share_out_of_range,
    turnout_out_of_range,
)
from counting.rules.register import station_not_in_contest, unknown_contest, unknown_station
from counting.rules.revision import reason_missing, stale_revision
from counting.rules.shape import (
    duplicate_candidate,
    missing_candidate,
    negative_number,
    number_too_large,
    unknown_candidate,
)
from counting.rules.standing import (
    disagrees_with_another_report,
    lower_than_before,
    offices_disagree,
    partial_after_final,
    same_numbers_elsewhere,
)
from counting.rules.sums import all_zero, ballots_do_not_add_up, illegible, more_ballots_than_voters
from counting.vocabulary import TallyRule as Rule
from counting.vocabulary import Verdict

_OPEN = frozenset({Rule.COUNTING_NOT_OPEN})
_KNOWN = _OPEN | {Rule.UNKNOWN_STATION, Rule.UNKNOWN_CONTEST}
_COUNTED_HERE = _KNOWN | {Rule.STATION_NOT_IN_CONTEST}


@dataclass(frozen=True, slots=True)
class ShapeRow:
    """A rule that refuses, whatever the bounds say. `needs`: it is silent where one of these objected."""

    rule: Rule
    look: ShapeRule
    needs: frozenset[Rule] = frozenset()


@dataclass(frozen=True, slots=True)
class JudgingRow:
    """A rule on whole sheets, so every shape rule must have passed.

    `can_be_changed`: the election's bounds may give it another verdict, or switch it off.
    """

    rule: Rule
    verdict: Verdict
    look: JudgingRule
    can_be_changed: bool = True


SHAPE_RULES = (
    ShapeRow(Rule.COUNTING_NOT_OPEN, counting_not_open),
    ShapeRow(Rule.CLIENT_TALLY_ID_REUSED, client_tally_id_reused),
    ShapeRow(Rule.UNKNOWN_STATION, unknown_station, _OPEN),
    ShapeRow(Rule.UNKNOWN_CONTEST, unknown_contest, _OPEN),
    ShapeRow(Rule.STATION_NOT_IN_CONTEST, station_not_in_contest, _KNOWN),
    ShapeRow(Rule.UNKNOWN_CANDIDATE, unknown_candidate, _COUNTED_HERE),
    ShapeRow(Rule.DUPLICATE_CANDIDATE, duplicate_candidate, _COUNTED_HERE),
    ShapeRow(Rule.MISSING_CANDIDATE, missing_candidate, _COUNTED_HERE),
    ShapeRow(Rule.NEGATIVE_NUMBER, negative_number, _COUNTED_HERE),
    ShapeRow(Rule.NUMBER_TOO_LARGE, number_too_large, _COUNTED_HERE),
)

JUDGING_RULES = (
    JudgingRow(Rule.STALE_REVISION, Verdict.REJECT, stale_revision, can_be_changed=False),
    JudgingRow(Rule.REASON_MISSING, Verdict.REJECT, reason_missing, can_be_changed=False),
    # HOLD where the sheet itself is said not to add up: `judge.verdict_of`.
    JudgingRow(Rule.BALLOTS_DO_NOT_ADD_UP, Verdict.REJECT, ballots_do_not_add_up),
    JudgingRow(Rule.MORE_BALLOTS_THAN_VOTERS, Verdict.HOLD, more_ballots_than_voters),
    JudgingRow(Rule.NOT_ASSIGNED, Verdict.HOLD, not_assigned),
    JudgingRow(Rule.ILLEGIBLE, Verdict.HOLD, illegible),
    JudgingRow(Rule.ALL_ZERO, Verdict.HOLD, all_zero),
    JudgingRow(Rule.TOO_EARLY, Verdict.HOLD, too_early),
    JudgingRow(Rule.EVIDENCE_MISSING, Verdict.HOLD, evidence_missing),
    JudgingRow(Rule.SAME_EVIDENCE_ELSEWHERE, Verdict.HOLD, same_evidence_elsewhere),
    JudgingRow(Rule.SAME_NUMBERS_ELSEWHERE, Verdict.HOLD, same_numbers_elsewhere),
    JudgingRow(Rule.DISAGREES_WITH_ANOTHER_REPORT, Verdict.HOLD, disagrees_with_another_report),
    JudgingRow(Rule.LOWER_THAN_BEFORE, Verdict.HOLD, lower_than_before),
    JudgingRow(Rule.PARTIAL_AFTER_FINAL, Verdict.HOLD, partial_after_final),
    JudgingRow(Rule.OFFICES_DISAGREE, Verdict.HOLD, offices_disagree),
    JudgingRow(Rule.TURNOUT_OUT_OF_RANGE, Verdict.FLAG, turnout_out_of_range),
    JudgingRow(Rule.SHARE_OUT_OF_RANGE, Verdict.FLAG, share_out_of_range),
    JudgingRow(Rule.INVALID_BALLOTS_OUT_OF_RANGE, Verdict.FLAG, invalid_ballots_out_of_range),
    JudgingRow(Rule.NO_VOTE_OUT_OF_RANGE, Verdict.FLAG, no_vote_out_of_range),
)
