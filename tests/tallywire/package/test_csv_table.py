"""CSV as spreadsheets write it, and each way in which it can be unreadable."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st
from small_package import SmallPackage

from tallywire.package import read_package
from tallywire.package.fault import Fault
from tallywire.package.table import CELL_CHARACTERS_MAX, read_table


def table_faults(folder: Path, data: bytes) -> list[str]:
    (folder / "t.csv").write_bytes(data)
    faults: list[Fault] = []
    read_table(folder / "t.csv", ("a", "b"), faults)
    return [str(fault) for fault in faults]


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(small: SmallPackage) -> None:
    plain = read_package(small.folder).election
    for file in small.folder.glob("*.csv"):
        small.write(file.name, b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert read_package(small.folder).election == plain


def test_columns_may_stand_in_any_order_and_the_fault_names_the_real_one(small: SmallPackage) -> None:
    small.write("registers.csv", b"registered_voters,contest,station\n500,mayor,s1\n490,council-1001,s1\n6x,mayor,s2\n")
    assert small.faults() == [
        'registers.csv:4:1 (column "registered_voters"): "6x" must be a whole number from 0 to 2147483647, '
        "in digits alone"
    ]


def test_lines_are_physical_ones_below_a_quoted_line_break_and_empty_rows(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b'a,b\n1,"x\ny"\n\n,\n2,z\n')
    table = read_table(tmp_path / "t.csv", ("a", "b"), [])
    assert table is not None
    assert [(row.line, row["b"].text) for row in table.rows] == [(2, "x\ny"), (6, "z")]


def test_bad_utf_8_is_named_by_line_and_byte_for_each_line(tmp_path: Path) -> None:
    assert table_faults(tmp_path, b"a,b\n1,ok\n2,\xe0\xb8\n3,ok\n4,\xff\n") == [
        't.csv:3: not UTF-8: byte 0xe0; save the file as "CSV UTF-8"',
        't.csv:5: not UTF-8: byte 0xff; save the file as "CSV UTF-8"',
    ]


def test_missing_unknown_and_doubled_columns_are_named(tmp_path: Path) -> None:
    assert table_faults(tmp_path, b"a,c,a\n") == [
        't.csv:1:2 (column "c"): unknown column; known: a, b (one of your own begins with #)',
        't.csv:1:3 (column "a"): this column stands here twice',
        't.csv:1: the column "b" is missing',
    ]


def test_an_empty_file_is_told_so(tmp_path: Path) -> None:
    assert table_faults(tmp_path, b"\xef\xbb\xbf") == ["t.csv: the file is empty; its first line must name the columns"]


def test_rows_too_short_and_too_long_are_named_by_line(tmp_path: Path) -> None:
    assert table_faults(tmp_path, b"a,b\n1\n1,2\n1,2,3\n") == [
        "t.csv:2: 1 cells, where the heading has 2",
        "t.csv:4: 3 cells, where the heading has 2",
    ]


def test_a_row_of_the_wrong_length_brings_no_faults_where_others_name_it(small: SmallPackage) -> None:
    small.change("stations.csv", "s1,1001,1,วัด,Temple", "s1,1001,1,วัด")
    assert small.faults() == ["stations.csv:2: 4 cells, where the heading has 5"]


def test_an_unclosed_quotation_mark_is_named_by_the_line_it_stands_on(tmp_path: Path) -> None:
    assert table_faults(tmp_path, b'a,b\n1,2\n"3,4\n5,6\n') == [
        "t.csv:3: not readable as CSV from here on: unexpected end of data"
    ]


def test_a_quotation_mark_closed_much_later_is_suspected(tmp_path: Path) -> None:
    swallowed = b"x" * (CELL_CHARACTERS_MAX + 1)
    assert table_faults(tmp_path, b'a,b\n1,"' + swallowed + b'"\n') == [
        "t.csv:2:2: 10,001 characters in one cell; is a quotation mark missing?"
    ]
    assert table_faults(tmp_path, b"a,b\n1," + swallowed[1:] + b"\n") == []


# Without what nobody sees and what is no plain space: tests/tallywire/package/test_pasted_text.py has those.
letters = st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zs", "Zl", "Zp"]) | st.sampled_from('\n",; ')
cells = st.text(letters, max_size=8)


@given(st.lists(st.tuples(cells, cells), max_size=6), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_whatever_a_csv_writer_wrote_is_read_back_with_its_lines(
    rows: list[tuple[str, str]], line_end: str, marked: bool
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=line_end)
    writer.writerow(("a", "b"))
    expected = []
    for row in rows:
        line = len(out.getvalue().replace("\r\n", "\n").split("\n"))
        writer.writerow(row)
        if any(text.strip() for text in row):
            expected.append((line, *(text.strip() for text in row)))
    with TemporaryDirectory() as folder:
        path = Path(folder, "t.csv")
        path.write_bytes((b"\xef\xbb\xbf" if marked else b"") + out.getvalue().encode())
        faults: list[Fault] = []
        table = read_table(path, ("a", "b"), faults)
    assert faults == []
    assert table is not None
    assert [(row.line, row["a"].text, row["b"].text) for row in table.rows] == expected
