"""station_counts.csv: one whole count for each register, none with more ballots than voters."""

import pytest
from small_package import SmallPackage

from counting.election import StationCount
from tallywire.package import PackageFaults, read_package, read_station_counts


def count_faults(small: SmallPackage) -> list[str]:
    with pytest.raises(PackageFaults) as found:
        read_station_counts(small.folder, read_package(small.folder).election)
    return [str(fault) for fault in found.value.faults]


def test_counts_are_read_in_ballot_order(small: SmallPackage) -> None:
    counts = read_station_counts(small.folder, read_package(small.folder).election)
    assert counts[0] == StationCount("s1", "mayor", (100, 200), 3, 4)
    assert [count.station for count in counts] == ["s1", "s1", "s2"]


def test_a_package_may_have_none(small: SmallPackage) -> None:
    (small.folder / "station_counts.csv").unlink()
    assert read_station_counts(small.folder, read_package(small.folder).election) == ()


def test_every_candidate_has_a_number(small: SmallPackage) -> None:
    small.change("station_counts.csv", "100 200", "300")
    assert count_faults(small) == ['station_counts.csv:2:5 (column "votes"): 1 numbers for 2 candidates of mayor']


def test_every_number_is_whole(small: SmallPackage) -> None:
    small.change("station_counts.csv", "100 200", "100 2oo")
    assert count_faults(small) == [
        'station_counts.csv:2:5 (column "votes"): "2oo" must be a whole number from 0 to 2147483647, in digits alone'
    ]


def test_a_number_above_the_largest_is_refused(small: SmallPackage) -> None:
    small.change("station_counts.csv", "100 200", "100 2147483648")
    (fault,) = count_faults(small)
    assert fault.startswith('station_counts.csv:2:5 (column "votes"): "2147483648" must be a whole number')


def test_ballots_may_reach_the_register_and_not_pass_it(small: SmallPackage) -> None:
    small.change("station_counts.csv", "s2,mayor,0,0,200 0", "s2,mayor,50,50,200 300")
    assert len(read_station_counts(small.folder, read_package(small.folder).election)) == 3
    small.change("station_counts.csv", "200 300", "200 301")
    assert count_faults(small) == ['station_counts.csv:4:5 (column "votes"): 601 ballots for 600 registered voters']


def test_a_ballot_of_two_votes_counts_once(small: SmallPackage) -> None:
    small.change("station_counts.csv", "300 250", "487 487")
    assert len(read_station_counts(small.folder, read_package(small.folder).election)) == 3
    small.change("station_counts.csv", "487 487", "488 487")
    assert count_faults(small) == ['station_counts.csv:3:5 (column "votes"): 491 ballots for 490 registered voters']


def test_a_count_needs_its_register(small: SmallPackage) -> None:
    small.add("station_counts.csv", "s2,council-1001,0,0,1 1")
    assert count_faults(small) == [
        'station_counts.csv:5:1 (column "station"): no station "s2" with contest "council-1001" in registers.csv'
    ]


def test_a_register_needs_its_count(small: SmallPackage) -> None:
    small.change("station_counts.csv", "s2,mayor,0,0,200 0\n", "")
    assert count_faults(small) == [
        'station_counts.csv: no count of station "s2" for contest "mayor", which registers.csv names'
    ]


def test_a_count_stands_once(small: SmallPackage) -> None:
    small.add("station_counts.csv", "s1,mayor,3,4,100 200")
    assert count_faults(small) == [
        'station_counts.csv:5:1 (column "station"): with this contest the station "s1" stands on line 2 already'
    ]
