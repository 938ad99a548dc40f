"""stations.csv and registers.csv: references, doubles, and stations outside their contest."""

import pytest
from small_package import SmallPackage


def test_a_station_lies_in_an_area_that_exists_and_the_fault_names_its_cell(small: SmallPackage) -> None:
    small.change("stations.csv", "s2,1002", "s2,1099xx")
    assert small.faults() == ['stations.csv:3:2 (column "area"): no area "1099xx" in areas.csv']


def test_a_number_is_one_station_of_an_area(small: SmallPackage) -> None:
    small.change("stations.csv", "s2,1002,1", "s2,1001,1")
    assert small.faults() == [
        'stations.csv:3:3 (column "number"): in this area the number "1" stands on line 2 already'
    ]


def test_two_unreadable_numbers_are_not_the_same_number(small: SmallPackage) -> None:
    small.change("stations.csv", "s1,1001,1", "s1,1001,x")
    small.change("stations.csv", "s2,1002,1", "s2,1001,y")
    assert [fault.split(" ")[0] for fault in small.faults()] == ["stations.csv:2:3", "stations.csv:3:3"]


def test_a_station_stands_once(small: SmallPackage) -> None:
    small.add("stations.csv", "s1,1001,2,อีก,")
    assert small.faults() == ['stations.csv:4:1 (column "code"): the code "s1" stands on line 2 already']


def test_a_station_counts_some_contest(small: SmallPackage) -> None:
    small.add("stations.csv", "s3,1001,3,อีก,")
    assert small.faults() == ['stations.csv:4:1 (column "code"): the station "s3" has no contest in registers.csv']


def test_a_register_names_station_and_contest_that_exist(small: SmallPackage) -> None:
    small.add("registers.csv", "s9,judge,10")
    assert small.faults() == [
        'registers.csv:5:1 (column "station"): no station "s9" in stations.csv',
        'registers.csv:5:2 (column "contest"): no contest "judge" in contests.csv',
    ]


def test_a_station_has_one_register_for_a_contest(small: SmallPackage) -> None:
    small.add("registers.csv", "s1,mayor,501")
    assert small.faults() == [
        'registers.csv:5:1 (column "station"): with this contest the station "s1" stands on line 2 already'
    ]


def test_a_station_outside_the_contests_area_is_a_fault(small: SmallPackage) -> None:
    small.add("registers.csv", "s2,council-1001,600")
    assert small.faults() == [
        'registers.csv:5:1 (column "station"): station "s2" lies in area "1002", outside area "1001" of "council-1001"'
    ]


@pytest.mark.parametrize("voters", ["", "-5", "2147483648", "6,00"])
def test_registered_voters_are_whole_and_not_negative(small: SmallPackage, voters: str) -> None:
    small.change("registers.csv", "s2,mayor,600", f's2,mayor,"{voters}"')
    (fault,) = small.faults()
    assert fault.startswith('registers.csv:4:3 (column "registered_voters"): ')


def test_nobody_registered_is_a_number(small: SmallPackage) -> None:
    small.change("registers.csv", "s2,mayor,600", "s2,mayor,0")
    assert small.faults() == []
