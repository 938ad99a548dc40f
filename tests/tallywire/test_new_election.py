"""`tallywire new-election`: a folder that imports once its example rows are filled in, and says clearly what is not."""

import tomllib
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from counting.election import Text
from counting.vocabulary import AreaLevel
from tallywire.cli import build_cli
from tallywire.commands import new_election
from tallywire.new_election.answers import read_polls_close
from tallywire.new_election.columns import COLUMNS
from tallywire.package import PackageFaults, contest_rows, read_package, station_rows
from tallywire.package.area_rows import COLUMNS as AREA_COLUMNS
from tests.conftest import Night

GIVEN = (
    *("--id", "vila-2031", "--name", "Eleição de Vila «Nova»", "--polls-close", "2031-10-25T19:30"),
    *("--time-zone", "Atlantic/Azores", "--levels", "country, region, constituency", "--offices", "lists mayor"),
    "--test",
)


def run(*arguments: str, said: str | None = None) -> Result:
    return CliRunner().invoke(build_cli("new-election"), ["new-election", *arguments], input=said)


def fill_in(folder: Path) -> None:
    """As a person would, table by table."""
    for path in folder.glob("*.csv"):
        text = path.read_bytes().decode("utf-8-sig")
        while "<" in text:
            start, end = text.index("<"), text.index(">")
            text = text[:start] + ("412" if "voters" in text[start:end] else "Élvora") + text[end + 1 :]
        path.write_bytes(text.encode())


def test_options_alone_write_a_package_that_imports_once_it_is_filled_in(small: Night, tmp_path: Path) -> None:
    folder = tmp_path / "vila"
    assert run(str(folder), *GIVEN).exit_code == 0
    with pytest.raises(PackageFaults) as found:
        read_package(folder)
    assert all(fault.what.endswith("is still to be filled in") for fault in found.value.faults)
    assert str(found.value.faults[0]) == (
        'areas.csv:2:4 (column "name_local"): <name of this country> is still to be filled in'
    )
    assert len(found.value.faults) == 3 + 4 + 2 + 1 + 2
    fill_in(folder)
    election = read_package(folder).election
    assert election.name == Text("Eleição de Vila «Nova»", "Eleição de Vila «Nova»")
    assert election.polls_close_at.isoformat() == "2031-10-25T19:30:00+00:00"
    assert [area.level for area in election.areas] == [AreaLevel.COUNTRY, AreaLevel.REGION, AreaLevel.CONSTITUENCY]
    assert [contest.office for contest in election.contests] == ["lists", "mayor"]
    imported = CliRunner().invoke(
        build_cli("import"), ["import", str(folder), "--database-url", small.database_url], catch_exceptions=False
    )
    assert (imported.exit_code, imported.stdout) == (0, "vila-2031 loaded: 1 stations, 2 contests\n")


def test_a_workbook_imports_too_and_notes_say_what_each_column_is(tmp_path: Path) -> None:
    assert run(str(tmp_path / "vila"), *GIVEN, "--format", "xlsx").exit_code == 0
    path = tmp_path / "vila" / "election.xlsx"
    book = load_workbook(path)
    assert book.sheetnames == list(COLUMNS)
    for sheet in book.worksheets:
        assert all(cell.comment and cell.comment.text == COLUMNS[sheet.title][str(cell.value)] for cell in sheet[1])
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("<"):
                    cell.value = "412" if "voters" in cell.value else "Élvora"
    book.save(path)
    assert len(read_package(path.parent).election.registers) == 2


def test_every_column_of_the_importer_is_described_or_may_be_left_out() -> None:
    known = {
        "areas": AREA_COLUMNS,
        "contests": contest_rows.COLUMNS,
        "candidates": tuple(c for c in contest_rows.CANDIDATE_COLUMNS if not c.startswith("short_name")),
        "stations": station_rows.COLUMNS,
        "registers": station_rows.REGISTER_COLUMNS,
    }
    described = {table: tuple(name.replace("_local", "_th") for name in names) for table, names in COLUMNS.items()}
    assert described == known
    assert "short_name_th" in contest_rows.CANDIDATE_OPTIONAL


def test_what_no_option_says_is_asked_and_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_election, "_can_ask", lambda: True)
    monkeypatch.setenv("TZ", "Atlantic/Azores")
    said = "\na b\nvila\nVila\n\ntomorrow\n2031-10-25\n2031-10-25 19:30\ncity, village\ncity\n\ny\n"
    answered = run(str(tmp_path / "vila"), said=said)
    assert answered.exit_code == 0, answered.output
    for line in ('"a b" is no code', '"tomorrow" is no date', "needs the hour", '"VILLAGE" is not one of'):
        assert line in answered.output
    written = tomllib.loads((tmp_path / "vila" / "election.toml").read_text("utf-8"))
    assert (written["id"], written["time_zone"], written["is_test"]) == ("vila", "Atlantic/Azores", True)
    assert written["name"] == {"local": "Vila", "en": "Vila"}


@pytest.mark.parametrize(
    ("option", "value", "line"),
    [
        ("--id", "a/b", '--id: "a/b" is no code'),
        ("--name", "  ", "--name: must be a text on one line"),
        ("--polls-close", "25/10/2031", '--polls-close: "25/10/2031" is no date and time'),
        ("--polls-close", "2031-10-25T24:00", '--polls-close: "2031-10-25T24:00": hour must be in 0..23'),
        ("--polls-close", "2574-10-25T19:30", "--polls-close: 2574 is a year of the Buddhist era: write 2031"),
        ("--time-zone", "Azores", '--time-zone: "Azores" is no time zone'),
        ("--levels", "village", '--levels: "VILLAGE" is not one of COUNTRY'),
        ("--offices", ",", "--offices: needs one at least"),
        ("--offices", "city mayor, council", '--offices: "city mayor" is no code'),
    ],
)
def test_a_wrong_option_ends_with_two_and_writes_nothing(tmp_path: Path, option: str, value: str, line: str) -> None:
    given = list(GIVEN)
    given[given.index(option) + 1] = value
    ended = run(str(tmp_path / "vila"), *given)
    assert ended.exit_code == 2 and ended.output.startswith(f"tallywire: {line}"), ended.output
    assert not (tmp_path / "vila").exists()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2031-10-25 17.30", "2031-10-25T17:30:00+07:00"),
        ("๒๐๓๑-๑๐-๒๕ ๑๗.๓๐ น.", "2031-10-25T17:30:00+07:00"),
        ("2031-10-25T17:30:15Z", "2031-10-25T17:30:15+00:00"),
        ("2031-10-25 8:05+0900", "2031-10-25T08:05:00+09:00"),
    ],
)
def test_a_time_is_read_as_people_write_it(said: str, meant: str) -> None:
    assert read_polls_close(said, "Asia/Bangkok").isoformat() == meant


def test_a_script_is_told_what_it_did_not_say(tmp_path: Path) -> None:
    ended = run(str(tmp_path / "vila"), "--name", "Vila")
    assert (ended.exit_code, ended.output) == (2, "tallywire: --id is needed where nobody can be asked\n")


@pytest.mark.parametrize("taken", ["folder", "file"])
def test_nothing_that_is_there_is_written_over(tmp_path: Path, taken: str) -> None:
    path = tmp_path / "vila"
    if taken == "file":
        path.write_text("mine")
    else:
        path.mkdir()
        (path / "areas.csv").write_text("mine")
    ended = run(str(path), *GIVEN)
    assert ended.exit_code == 2 and "nothing was written" in ended.output
    assert [one.read_text() for one in (path.iterdir() if path.is_dir() else [path])] == ["mine"]
