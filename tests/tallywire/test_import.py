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
    small.sql("UPDATE log_head SET sequence = 1 WHERE election_id = 'small-1'")
    package.change("stations.csv", "ศาลา", "ตลาด")
    code, out, errors = _import(small, package.folder)
    assert (code, out) == (2, "")
    assert errors[-1] == ("tallywire: small-1 has reports in its log already: its definition cannot change any more")


def test_a_table_of_any_kind_that_changed_is_loaded_anew(small: Night, package: SmallPackage) -> None:
    plain = (package.folder / "stations.csv").read_text("utf-8")
    (package.folder / "stations.csv").unlink()
    package.write("stations.tsv", plain.replace(",", "\t").encode())
    _import(small, package.folder)
    package.change("stations.tsv", "โรงเรียน", "ศาลา")
    assert _import(small, package.folder)[1] == "small-1 loaded: 2 stations, 2 contests\n"
    assert small.sql("SELECT location_th FROM station WHERE id = 'small-1/s2'")[0]["location_th"] == "ศาลา"
