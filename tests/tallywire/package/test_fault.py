"""A fault prints where it is, and a list of them prints a screenful while holding all."""

from tallywire.package.fault import FAULTS_PRINTED_MAX, Fault, PackageFaults


def test_a_fault_prints_as_file_line_column_and_heading() -> None:
    fault = Fault("stations.csv", 17, 3, "area", 'no area "1099xx" in areas.csv', "1099xx")
    assert str(fault) == 'stations.csv:17:3 (column "area"): no area "1099xx" in areas.csv'


def test_a_fault_of_a_key_and_of_a_whole_file_print_less() -> None:
    assert str(Fault("election.toml", 4, None, "id", "is missing")) == 'election.toml:4 (key "id"): is missing'
    assert str(Fault("areas.csv", None, None, None, "the file is missing")) == "areas.csv: the file is missing"


def test_faults_are_ordered_by_file_line_and_column() -> None:
    places = [("b.csv", 1, 1), ("a.csv", 10, 1), ("a.csv", 9, 2), ("a.csv", 9, 1), ("a.csv", None, None)]
    faults = PackageFaults(Fault(file, line, column, None, "x") for file, line, column in places).faults
    assert [(fault.file, fault.line, fault.column) for fault in faults] == list(reversed(places))


def test_a_long_list_is_cut_in_print_and_whole_in_the_exception() -> None:
    many = [Fault("a.csv", line, 1, "code", "x") for line in range(1, FAULTS_PRINTED_MAX + 4)]
    error = PackageFaults(many)
    assert len(error.faults) == FAULTS_PRINTED_MAX + 3
    printed = str(error).splitlines()
    assert len(printed) == FAULTS_PRINTED_MAX + 1
    assert printed[-1] == "… and 3 more"


def test_one_more_than_fits_is_counted_too() -> None:
    error = PackageFaults(Fault("a.csv", line, 1, "code", "x") for line in range(1, FAULTS_PRINTED_MAX + 2))
    assert str(error).splitlines()[-1] == "… and 1 more"


def test_a_list_that_just_fits_has_no_such_line() -> None:
    error = PackageFaults(Fault("a.csv", line, 1, "code", "x") for line in range(1, FAULTS_PRINTED_MAX + 1))
    assert len(str(error).splitlines()) == FAULTS_PRINTED_MAX
    assert "more" not in str(error)
