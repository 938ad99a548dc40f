"""contests.csv and candidates.csv: references, enumerations, and what a contest cannot do without."""

from small_package import SmallPackage

from counting.election import Text
from tallywire.package import read_package


def test_a_contest_lies_in_an_area_that_exists(small: SmallPackage) -> None:
    small.change("contests.csv", "Council,1001", "Council,1009")
    assert small.faults() == ['contests.csv:3:5 (column "area"): no area "1009" in areas.csv']


def test_an_unknown_voting_variation_lists_those_that_are_known(small: SmallPackage) -> None:
    small.change("contests.csv", "PLURALITY", "FPTP")
    assert small.faults() == [
        'contests.csv:2:7 (column "voting_variation"): "FPTP" is not one of PLURALITY, N_OF_M, PROPORTIONAL'
    ]


def test_seats_and_votes_begin_at_1(small: SmallPackage) -> None:
    small.change("contests.csv", "1001,2,N_OF_M,2", "1001,0,N_OF_M,0")
    rule = "must be a whole number from 1 to 2147483647, in digits alone"
    assert small.faults() == [
        f'contests.csv:3:6 (column "seats"): "0" {rule}',
        f'contests.csv:3:8 (column "votes_per_ballot"): "0" {rule}',
    ]


def test_a_plurality_ballot_carries_one_vote(small: SmallPackage) -> None:
    small.change("contests.csv", "PLURALITY,1", "PLURALITY,2")
    assert small.faults() == [
        'contests.csv:2:8 (column "votes_per_ballot"): must be 1 where voting_variation is PLURALITY'
    ]


def test_a_contest_stands_once(small: SmallPackage) -> None:
    small.add("contests.csv", "mayor,mayor,อีก,,10,1,PLURALITY,1")
    assert small.faults() == ['contests.csv:4:1 (column "code"): the code "mayor" stands on line 2 already']


def test_a_contest_needs_a_candidate_and_a_station(small: SmallPackage) -> None:
    small.add("contests.csv", "judge,judge,ผู้พิพากษา,,10,1,PLURALITY,1")
    assert small.faults() == [
        'contests.csv:4:1 (column "code"): the contest "judge" has no candidate in candidates.csv',
        'contests.csv:4:1 (column "code"): the contest "judge" has no station in registers.csv',
    ]


def test_a_candidate_stands_in_a_contest_that_exists(small: SmallPackage) -> None:
    small.add("candidates.csv", "mayer,3,สาม,,,,,,#6d757b")
    assert small.faults() == ['candidates.csv:6:1 (column "contest"): no contest "mayer" in contests.csv']


def test_a_ballot_number_is_one_candidate_of_a_contest_also_when_written_otherwise(small: SmallPackage) -> None:
    small.add("candidates.csv", "mayor,02,สาม,,,,,,#6d757b")
    assert small.faults() == [
        'candidates.csv:6:2 (column "ballot_number"): in this contest the ballot number "02" stands on line 2 already'
    ]


def test_ballot_numbers_begin_at_1(small: SmallPackage) -> None:
    small.add("candidates.csv", "mayor,0,ศูนย์,,,,,,#6d757b")
    assert [fault.split(":")[:3] for fault in small.faults()] == [["candidates.csv", "6", '2 (column "ballot_number")']]


def test_a_text_in_one_language_stands_for_both(small: SmallPackage) -> None:
    small.add("candidates.csv", "mayor,3,,Three,,T.,,Party,")
    three = read_package(small.folder).election.candidates[2]
    assert (three.name, three.short_name) == (Text("Three", "Three"), Text("T.", "T."))
    assert three.party == Text("Party", "Party")
    small.add("candidates.csv", "mayor,4,,,,,,,")
    assert small.faults() == ['candidates.csv:7:3 (column "name_th"): must not be empty']


def test_contests_must_stand_there_at_all(small: SmallPackage) -> None:
    small.write("contests.csv", (small.folder / "contests.csv").read_bytes().splitlines(keepends=True)[0])
    assert "contests.csv: no contest stands here" in small.faults()
