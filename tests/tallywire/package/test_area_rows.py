"""areas.csv: codes once, parents that exist, wider ones around narrower ones, no circle."""

from small_package import SmallPackage

LEVELS = "COUNTRY, REGION, PROVINCE, CITY, CONSTITUENCY, DISTRICT, SUBDISTRICT"


def test_an_unknown_level_lists_those_that_are_known(small: SmallPackage) -> None:
    small.change("areas.csv", "1002,DISTRICT", "1002,borough")
    assert small.faults() == [f'areas.csv:4:2 (column "level"): "borough" is not one of {LEVELS}']


def test_levels_are_taken_as_new_election_asks_for_them_in_small_letters(small: SmallPackage) -> None:
    small.change("areas.csv", "1002,DISTRICT", "1002,district")
    small.change("contests.csv", "2,N_OF_M", "2,n-of-m")
    assert small.faults() == []


def test_a_parent_must_exist(small: SmallPackage) -> None:
    small.change("areas.csv", "1002,DISTRICT,10", "1002,DISTRICT,11")
    assert 'areas.csv:4:3 (column "parent"): no area "11" in areas.csv' in small.faults()


def test_a_code_stands_once(small: SmallPackage) -> None:
    small.add("areas.csv", "1001,DISTRICT,10,อีก,")
    assert small.faults() == ['areas.csv:5:1 (column "code"): the code "1001" stands on line 3 already']


def test_an_area_is_narrower_than_the_one_around_it(small: SmallPackage) -> None:
    small.add("areas.csv", "100101,DISTRICT,1001,แขวง,")
    assert small.faults() == [
        f'areas.csv:5:2 (column "level"): a DISTRICT cannot lie in a DISTRICT; from the widest: {LEVELS}'
    ]


def test_a_circle_is_told_once_with_its_way(small: SmallPackage) -> None:
    small.add("areas.csv", "x,DISTRICT,y,เอ็กซ์,")
    small.add("areas.csv", "y,DISTRICT,z,วาย,")
    small.add("areas.csv", "z,DISTRICT,x,แซด,")
    circles = [fault for fault in small.faults() if "circle" in fault]
    assert circles == ['areas.csv:5:3 (column "parent"): the areas go in a circle: x in y in z in x']


def test_an_area_in_itself_is_a_circle(small: SmallPackage) -> None:
    small.change("areas.csv", "10,CITY,,", "10,CITY,10,")
    assert 'areas.csv:2:3 (column "parent"): the areas go in a circle: 10 in 10' in small.faults()


def test_areas_must_stand_there_at_all(small: SmallPackage) -> None:
    small.write("areas.csv", b"code,level,parent,name_th,name_en\n")
    assert "areas.csv: no area stands here" in small.faults()
