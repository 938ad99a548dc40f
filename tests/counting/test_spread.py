from dataclasses import replace
from random import Random

import pytest
from scene import case, finding, partial, rules, sheet

from counting.bounds import Bounds
from counting.spread import district_spreads, outside, spread
from counting.tally import Numbers
from counting.vocabulary import TallyRule, Verdict

BOUNDS = Bounds("1")


def district(stations: int = 40, seed: int = 1) -> list[tuple[Numbers, int]]:
    """Stations of about 360 ballots of 600 voters: 28, 14 and 55 % for the three, the rest for none."""
    dice = Random(seed)
    sheets = []
    for _ in range(stations):
        votes = (dice.randint(90, 110), dice.randint(45, 55), dice.randint(190, 210))
        invalid, no_vote = dice.randint(3, 8), dice.randint(5, 9)
        sheets.append((Numbers(votes, sum(votes), invalid, no_vote, None), 600))
    return sheets


SPREADS = district_spreads(district(), BOUNDS)


def test_a_usual_sheet_of_the_district_has_no_mark() -> None:
    assert rules(sheet(100, 50, 200), case(district=SPREADS)) == []


@pytest.mark.parametrize(
    ("votes", "others", "rule"),
    [
        ((10, 5, 20), {"invalid": 1, "no_vote": 1}, TallyRule.TURNOUT_OUT_OF_RANGE),
        ((200, 50, 100), {}, TallyRule.SHARE_OUT_OF_RANGE),
        ((70, 35, 140), {"invalid": 110}, TallyRule.INVALID_BALLOTS_OUT_OF_RANGE),
        ((70, 35, 140), {"no_vote": 110}, TallyRule.NO_VOTE_OUT_OF_RANGE),
    ],
)
def test_a_sheet_far_from_its_district_is_marked_and_counts(
    votes: tuple[int, ...], others: dict[str, int], rule: TallyRule
) -> None:
    odd = sheet(*votes, **others)
    found = finding(rule, odd, case(district=SPREADS))
    assert (found.verdict, found.numbers["stations"]) == (Verdict.FLAG, 40)
    assert rule not in rules(odd, case(district=district_spreads(district(19), BOUNDS)))


def test_the_share_that_is_out_of_range_is_named_by_its_row() -> None:
    odd = sheet(200, 50, 100)
    turned = replace(odd, votes=odd.votes[::-1])
    assert finding(TallyRule.SHARE_OUT_OF_RANGE, turned, case(district=SPREADS)).field == "votes.2.votes"


def test_a_partial_is_never_compared_with_its_district() -> None:
    assert rules(partial(1, 50, 0), case(district=SPREADS)) == []


def test_the_range_moves_with_the_district_so_no_share_is_wrong_by_itself() -> None:
    sweep = [(Numbers((300 + n % 7, 5, 5), 310 + n % 7, 5, 7, None), 600) for n in range(40)]
    assert rules(sheet(303, 5, 5), case(district=district_spreads(sweep, BOUNDS))) == []
    assert TallyRule.SHARE_OUT_OF_RANGE in rules(sheet(303, 5, 5), case(district=SPREADS))


def test_one_wild_station_does_not_widen_the_range() -> None:
    wild = [*district(), (Numbers((360, 0, 0), 360, 0, 0, None), 600)]
    shares = district_spreads(wild, BOUNDS).shares[0]
    assert shares is not None
    assert shares.hi < 0.6


def test_under_the_least_number_of_stations_there_is_no_range() -> None:
    assert spread([0.5] * 19, BOUNDS) is None
    assert spread([0.5] * 20, BOUNDS) is not None
    assert spread([], Bounds("1", range_stations_min=0)) is None


def test_two_votes_for_a_candidate_whom_the_district_gave_none_are_no_wonder() -> None:
    nobody = spread([0.0] * 40, BOUNDS)
    assert nobody is not None
    assert not outside(2, 360, nobody, BOUNDS)
    assert outside(60, 360, nobody, BOUNDS)


def test_sheets_that_cannot_be_read_or_are_empty_are_no_samples() -> None:
    unread = [(Numbers((1, None, 2), 3, 0, 0, None), 600), (Numbers((0, 0, 0), 0, 0, 0, None), 600)]
    assert district_spreads([*district(), *unread], BOUNDS) == SPREADS


def test_a_district_without_reports_has_no_spreads() -> None:
    assert rules(sheet(100, 50, 200), case(district=district_spreads([], BOUNDS))) == []
