"""CSV as other programs and other countries write it."""

import pytest
from small_package import SmallPackage

from tallywire.package import read_package


def _rewritten(small: SmallPackage, separator: str, encoding: str, end: str = "\n") -> None:
    for name in ("areas.csv", "contests.csv", "candidates.csv", "stations.csv", "registers.csv", "official.csv"):
        text = (small.folder / name).read_bytes().decode()
        small.write(name, text.replace(",", separator).replace("\n", end).encode(encoding))


@pytest.mark.parametrize(
    ("separator", "encoding", "end"),
    [(";", "utf-8", "\n"), (";", "utf-8-sig", "\r\n"), ("\t", "utf-8", "\n"), ("\t", "utf-16", "\r\n")],
)
def test_semicolons_tabs_and_utf_16_are_read(small: SmallPackage, separator: str, encoding: str, end: str) -> None:
    plain = read_package(small.folder).election
    _rewritten(small, separator, encoding, end)
    assert read_package(small.folder).election == plain


def test_a_tsv_file_is_a_table_too(small: SmallPackage) -> None:
    plain = read_package(small.folder).election
    (small.folder / "areas.csv").rename(small.folder / "areas.tsv")
    small.write("areas.tsv", (small.folder / "areas.tsv").read_bytes().replace(b",", b"\t"))
    assert read_package(small.folder).election == plain


def test_thai_windows_is_named_once_and_told_what_to_do(small: SmallPackage) -> None:
    small.write("stations.csv", (small.folder / "stations.csv").read_bytes().decode().encode("cp874"))
    faults = [fault for fault in small.faults() if "UTF-8" in fault]
    assert faults == [
        "stations.csv:2: not UTF-8: byte 0xc7 here, and 1 more lines; it looks like Windows-874 (Thai): "
        'save the file as "CSV UTF-8"'
    ]


def test_titles_above_the_heading_and_blank_rows_below_are_passed_over(small: SmallPackage) -> None:
    plain = read_package(small.folder).election
    rows = (small.folder / "stations.csv").read_bytes()
    small.write(
        "stations.csv", "หน่วยเลือกตั้ง,,,,,\n\nTable 4,,,,,\n".encode() + rows.replace(b"\n", b",\n") + b",,,,,\n" * 9
    )
    assert read_package(small.folder).election == plain
    small.change("stations.csv", "s2,1002", "s2,1003")
    assert small.faults()[0] == 'stations.csv:6:2 (column "area"): no area "1003" in areas.csv'


def test_headings_are_read_in_capitals_and_with_spaces_and_own_columns_begin_with_a_mark(small: SmallPackage) -> None:
    plain = read_package(small.folder).election
    heading = "Code,Area,Number,Location local,location-en,#who checked"
    small.write("stations.csv", f"{heading}\ns1,1001,1,วัด,Temple,Anna\ns2,1002,1,โรงเรียน,,\n".encode())
    assert read_package(small.folder).election == plain


def test_a_heading_that_is_nearly_right_is_guessed_and_one_that_is_missing_is_named(small: SmallPackage) -> None:
    small.write("registers.csv", b"station,contest,voters registered,\ns1,mayor,5,\ns1,council-1001,5,note\n")
    assert small.faults()[:2] == [
        'registers.csv:1: the column "registered_voters" is missing',
        'registers.csv:1:3 (column "voters registered"): unknown column; known: station, contest, registered_voters '
        "(one of your own begins with #)",
    ]


def test_what_stands_in_a_column_without_heading_is_told(small: SmallPackage) -> None:
    small.write("registers.csv", b"station,contest,,registered_voters\ns1,mayor,,5\ns1,council-1001,,5\ns2,mayor,x,6\n")
    assert small.faults() == ["registers.csv:4:3: something stands here, and its column has no heading"]
