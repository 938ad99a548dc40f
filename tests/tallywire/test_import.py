"""`tallywire import`: everything checked, every fault named, all or nothing, safe to repeat."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tallywire.cli import build_cli
from tests.conftest import Night
from tests.tallywire.package.small_package import SmallPackage


def _import(night: Night, folder: Path) -> tuple[int, str, list[str]]:
    ended = CliRunner().invoke(build_cli("import"), ["import", str(folder), "--database-url", night.database_url])
    return ended.exit_code, ended.stdout, [line for line in ended.stderr.splitlines() if line.strip()]


@pytest.fixture
def package(tmp_path: Path) -> SmallPackage:
    return SmallPackage(tmp_path)


def _elections(night: Night) -> list[str]:
    return [row["id"] for row in night.sql("SELECT id FROM election ORDER BY id")]


def test_a_package_is_loaded_and_a_repetition_says_that_it_stands(small: Night, package: SmallPackage) -> None:
    assert _import(small, package.folder)[:2] == (0, "small-1 loaded: 2 stations, 2 contests\n")
    epoch = small.sql("SELECT epoch FROM election WHERE id = 'small-1'")[0]["epoch"]
    assert _import(small, package.folder)[:2] == (0, "small-1 stands already, unchanged: 2 stations, 2 contests\n")
    assert small.sql("SELECT epoch FROM election WHERE id = 'small-1'")[0]["epoch"] == epoch


def test_each_fault_is_named_with_file_line_and_column_and_nothing_is_loaded(
    small: Night, package: SmallPackage
) -> None:
    package.change("registers.csv", "s2,mayor,600", "s9,mayor,many")
    code, out, errors = _import(small, package.folder)
    assert (code, out) == (2, "")
    assert errors[0].startswith('registers.csv:4:1 (column "station"): ') and "s9" in errors[0]
    assert errors[1].startswith('registers.csv:4:3 (column "registered_voters"): ') and "many" in errors[1]
    assert errors[-1].startswith(f"tallywire: {package.folder}: ") and errors[-1].endswith("faults; nothing loaded")
    assert _elections(small) == ["small"]


def test_a_file_as_spreadsheets_write_it_is_read(small: Night, package: SmallPackage) -> None:
    plain = (package.folder / "stations.csv").read_bytes()
    package.write("stations.csv", b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n"))
    assert _import(small, package.folder)[0] == 0
    rows = small.sql("SELECT id, location_th FROM station WHERE election_id = 'small-1' ORDER BY id")
    assert [tuple(row) for row in rows] == [("small-1/s1", "วัด"), ("small-1/s2", "โรงเรียน")]


def test_a_folder_that_is_not_there_is_one_clear_line(small: Night, tmp_path: Path) -> None:
    code, _, errors = _import(small, tmp_path / "nowhere")
    assert code == 2
    assert errors[-1].startswith(f"tallywire: {tmp_path / 'nowhere'}: ")


def test_a_changed_package_replaces_the_earlier_one_until_the_first_report(small: Night, package: SmallPackage) -> None:
    _import(small, package.folder)
    package.change("stations.csv", "โรงเรียน", "ศาลา")
    assert _import(small, package.folder)[1] == "small-1 loaded: 2 stations, 2 contests\n"


@pytest.fixture
def counted(small: Night, package: SmallPackage) -> Night:
    """The package is loaded, and a report stands in its log."""
    _import(small, package.folder)
    small.sql("UPDATE log_head SET sequence = 1 WHERE election_id = 'small-1'")
    return small


def test_after_the_first_report_each_change_is_refused_by_file_line_and_column(
    counted: Night, package: SmallPackage
) -> None:
    package.change("election.toml", "[rules]", "[rules]\nnumber_max = 7_000")
    package.change("areas.csv", "1002,DISTRICT,10,เขตสอง,Two\n", "")
    package.add("areas.csv", "1003,DISTRICT,10,เขตสาม,Three")
    package.change("candidates.csv", "mayor,1,หนึ่ง", "mayor,1,เอก")
    package.change("stations.csv", "s2,1002,1", "s2,1003,1")
    package.add("stations.csv", "s3,1001,2,ตลาด,Market")
    package.change("registers.csv", "s1,mayor,500", "s1,mayor,501")
    package.add("registers.csv", "s3,mayor,700")
    package.add("station_counts.csv", "s3,mayor,0,0,200 0")
    code, out, errors = _import(counted, package.folder)
    assert (code, out) == (2, "")
    assert errors[:-1] == [
        'election.toml (key "rules.number_max"): was 100000, and is 7000 here',
        'areas.csv:4: the area "1003" is new',
        'areas.csv: the area "1002" is gone',
        'candidates.csv:3:3 (column "name_th"): was "หนึ่ง", and is "เอก" here',
        'stations.csv:3:2 (column "area"): was "1002", and is "1003" here',
        'stations.csv:4: the station "s3" is new',
        'registers.csv:2:3 (column "registered_voters"): was 500, and is 501 here',
        'registers.csv:5: the register "s3 / mayor" is new',
    ]
    assert errors[-1].startswith("tallywire: small-1 has reports in its log already (1), judged by what was loaded: ")
    files = "election.toml 1, areas.csv 2, candidates.csv 1, stations.csv 2, registers.csv 2"
    assert f" 8 changes ({files}); nothing loaded. " in errors[-1] and "--rehearsal" in errors[-1]
    assert counted.sql("SELECT count(*) FROM station WHERE election_id = 'small-1'")[0][0] == 2


def test_after_the_first_report_lines_in_another_order_are_named(counted: Night, package: SmallPackage) -> None:
    package.change("areas.csv", "1001,DISTRICT,10,เขตหนึ่ง,\n", "")
    package.add("areas.csv", "1001,DISTRICT,10,เขตหนึ่ง,")
    errors = _import(counted, package.folder)[2]
    assert errors[0] == 'areas.csv:3: from the area "1002" on, lines stand in another order'


def test_after_the_first_report_other_official_figures_are_sent_their_own_way(
    counted: Night, package: SmallPackage
) -> None:
    package.change("official.csv", "votes,1,300", "votes,1,301")
    code, _, errors = _import(counted, package.folder)
    assert (code, errors[0]) == (
        2,
        "official.csv: other figures; official results are brought with import --official",
    )


def test_after_the_first_report_a_package_that_says_the_same_stands(counted: Night, package: SmallPackage) -> None:
    plain = (package.folder / "stations.csv").read_bytes()
    package.write("stations.csv", b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n"))
    said = "small-1 stands already: its files are written differently, and say the same\n"
    assert _import(counted, package.folder)[:2] == (0, said)


def test_a_table_of_any_kind_that_changed_is_loaded_anew(small: Night, package: SmallPackage) -> None:
    plain = (package.folder / "stations.csv").read_text("utf-8")
    (package.folder / "stations.csv").unlink()
    package.write("stations.tsv", plain.replace(",", "\t").encode())
    _import(small, package.folder)
    package.change("stations.tsv", "โรงเรียน", "ศาลา")
    assert _import(small, package.folder)[1] == "small-1 loaded: 2 stations, 2 contests\n"
    assert small.sql("SELECT location_th FROM station WHERE id = 'small-1/s2'")[0]["location_th"] == "ศาลา"
