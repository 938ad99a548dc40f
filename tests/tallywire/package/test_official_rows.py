"""official.csv: what refers wrongly is a fault, and what does not add up a warning."""

from small_package import SmallPackage

from tallywire.package import read_package

ITEMS = "votes, valid_ballots, invalid_ballots, no_vote_ballots, ballots_cast, registered_voters"


def warnings(small: SmallPackage) -> list[str]:
    return [str(warning) for warning in read_package(small.folder).warnings]


def test_an_unknown_item_lists_those_that_are_known(small: SmallPackage) -> None:
    small.add("official.csv", "mayor,10,turnout,,5")
    assert small.faults() == [f'official.csv:4:3 (column "item"): "turnout" is not one of {ITEMS}']


def test_votes_need_a_candidate_that_stands(small: SmallPackage) -> None:
    small.add("official.csv", "mayor,10,votes,3,5")
    assert small.faults() == [
        'official.csv:4:4 (column "ballot_number"): no candidate 3 of contest "mayor" in candidates.csv'
    ]


def test_other_items_have_no_candidate(small: SmallPackage) -> None:
    small.add("official.csv", "mayor,10,ballots_cast,1,5")
    assert small.faults() == ['official.csv:4:4 (column "ballot_number"): must be empty where the item is not votes']


def test_an_area_lies_inside_the_contest(small: SmallPackage) -> None:
    small.add("official.csv", "council-1001,10,ballots_cast,,5")
    small.add("official.csv", "mayor,11,ballots_cast,,5")
    assert small.faults() == [
        'official.csv:4:2 (column "area"): area "10" lies outside area "1001" of "council-1001"',
        'official.csv:5:2 (column "area"): no area "11" in areas.csv',
    ]


def test_a_figure_stands_once(small: SmallPackage) -> None:
    small.add("official.csv", "mayor,10,votes,2,201")
    assert small.faults() == [
        'official.csv:4:3 (column "item"): for this contest and area the item "votes" stands on line 3 already'
    ]


def test_sums_that_miss_as_published_are_warnings_and_the_package_loads(small: SmallPackage) -> None:
    small.add("official.csv", "mayor,10,valid_ballots,,501")
    small.add("official.csv", "mayor,10,invalid_ballots,,10")
    small.add("official.csv", "mayor,10,no_vote_ballots,,20")
    small.add("official.csv", "mayor,10,ballots_cast,,530")
    assert warnings(small) == [
        "official.csv: mayor, area 10: valid ballots 501, but the votes sum to 500",
        "official.csv: mayor, area 10: ballots cast 530, but valid, invalid and no-vote sum to 531",
    ]


def test_sums_are_compared_only_where_every_part_was_published(small: SmallPackage) -> None:
    small.change("official.csv", "mayor,10,votes,1,300\n", "")
    small.add("official.csv", "mayor,10,valid_ballots,,9")
    small.add("official.csv", "mayor,10,ballots_cast,,5")
    small.add("official.csv", "mayor,1001,ballots_cast,,4")
    assert warnings(small) == []


def test_an_area_is_compared_with_the_areas_in_it(small: SmallPackage) -> None:
    small.add("official.csv", "mayor,1001,votes,2,150")
    small.add("official.csv", "mayor,1002,votes,2,51")
    assert warnings(small) == ["official.csv: mayor, area 10: votes of number 2 200, but the areas in it sum to 201"]


def test_several_votes_a_ballot_must_fit_on_the_valid_ones_and_need_not_be_as_many(small: SmallPackage) -> None:
    small.add("official.csv", "council-1001,1001,votes,1,300")
    small.add("official.csv", "council-1001,1001,votes,2,250")
    small.add("official.csv", "council-1001,1001,valid_ballots,,320")
    assert read_package(small.folder).warnings == ()
    small.change("official.csv", "valid_ballots,,320", "valid_ballots,,270")
    (warning,) = read_package(small.folder).warnings
    assert warning.what == "council-1001, area 1001: valid ballots 270 cannot carry 550 votes, 2 on each"
