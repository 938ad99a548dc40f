"""`tallywire enrolment-codes` and `tallywire audit`, as an operator types them."""

import csv
import io
import json
import re
import stat
from pathlib import Path

import pytest
import segno
from typer.testing import CliRunner, Result

from counting.vocabulary import Role
from db.enrolment import well_formed
from tallywire.cli import build_cli
from tests.conftest import Night

ADDRESS = "https://wire.example"


def run(night: Night, *arguments: str) -> Result:
    return CliRunner().invoke(build_cli(arguments[0]), [*arguments, "--database-url", night.database_url])


def printed(night: Night, path: Path, *arguments: str) -> str:
    result = run(night, "enrolment-codes", "--output", str(path), "--address", ADDRESS, *arguments)
    assert result.exit_code == 0, result.output
    return path.read_text("utf-8")


def codes_in(page: str) -> list[str]:
    found = re.findall(r'<p class="code"><span>(\d{4})</span><span>(\d{4})</span><span>(\d{4})</span></p>', page)
    return ["".join(groups) for groups in found]


def test_slips_hold_codes_that_work_for_neighbouring_stations(small: Night, tmp_path: Path) -> None:
    path = tmp_path / "codes.html"
    page = printed(small, path, "--stations-a-code", "2", "--expires", "2099-05-22T20:00")
    codes = codes_in(page)
    assert len(codes) == 4 and all(well_formed(code) for code in codes)
    stations = small.sql(
        "SELECT array_agg(s.station_id ORDER BY s.station_id) AS stations FROM enrolment_code c"
        " JOIN enrolment_code_station s USING (code_sha256) GROUP BY c.code_sha256 ORDER BY 1"
    )
    wanted = [["a-1", "a-2"], ["a-3"], ["b-1", "b-2"], ["b-3"]]
    assert [row["stations"] for row in stations] == [[small.id(code) for code in group] for group in wanted]
    assert "ถึง 22 พ.ค. 2642 20:00 น." in page and "หน่วย <b>3</b> เขตบี" in page
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (code,) = small.sql("SELECT DISTINCT expires_at, created_by, used_by FROM enrolment_code")
    assert (code["expires_at"].isoformat(), code["created_by"]) == ("2099-05-22T13:00:00+00:00", None)


def test_each_qr_holds_its_code_in_the_fragment(small: Night, tmp_path: Path) -> None:
    page = printed(small, tmp_path / "codes.html", "--station", small.id("a-1"))
    (code,) = codes_in(page)
    made = segno.make(f"{ADDRESS}/volunteer#{code}", error="m", micro=False, mask=2)
    assert made.svg_inline(border=0, omitsize=True) in page
    assert "http" not in page.replace(ADDRESS, "").replace("http://www.w3.org", "")


def test_a_sheet_has_eight_slips_and_each_area_its_own_sheets(small: Night, tmp_path: Path) -> None:
    page = printed(small, tmp_path / "codes.html", "--stations-a-code", "1", "--count", "3", "--lang", "en")
    sheets = page.split('<main class="a4">')[1:]
    assert [sheet.count('class="slip"') for sheet in sheets] == [8, 1, 8, 1]
    assert ["เขตเอ" in sheet or "District A" in sheet for sheet in sheets] == [True, True, False, False]
    assert "Station <b>1</b> District A" in page


@pytest.mark.parametrize("role", [Role.EDITOR, Role.OPERATOR, Role.OUTLET])
def test_other_roles_have_codes_without_stations(small: Night, tmp_path: Path, role: Role) -> None:
    assert len(codes_in(printed(small, tmp_path / "codes.html", "--role", role.value.lower(), "--count", "2"))) == 2
    rows = small.sql("SELECT role FROM enrolment_code")
    assert [row["role"] for row in rows] == [role.value] * 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--area", "nowhere"], "no area nowhere in small"),
        (["--station", "nowhere"], "no station nowhere in small"),
        (["--election", "none"], "no election none is loaded; there is: small"),
        (["--expires", "soon"], "--expires must be like 2022-05-22T20:00, not soon"),
        (["--expires", "2022-05-22T20:00"], "--expires 2022-05-22T20:00 is past"),
        (["--role", "editor", "--area", "small/a"], "only volunteers report from stations"),
        (["--address", "wire.example"], "--address must be like https://wire.example"),
    ],
)
def test_bad_input_makes_no_code_and_no_file(small: Night, tmp_path: Path, arguments: list[str], says: str) -> None:
    path = tmp_path / "codes.html"
    result = run(small, "enrolment-codes", "--output", str(path), *arguments)
    assert (result.exit_code, says in result.output) == (2, True), result.output
    assert not path.exists()
    assert small.sql("SELECT 1 FROM enrolment_code") == []


def test_a_file_that_is_there_is_never_written_over(small: Night, tmp_path: Path) -> None:
    path = tmp_path / "codes.html"
    path.write_text("precious")
    result = run(small, "enrolment-codes", "--output", str(path))
    assert result.exit_code == 2 and "is there already" in result.output
    assert path.read_text() == "precious"
    assert small.sql("SELECT 1 FROM enrolment_code") == []


def test_the_audit_is_exported_and_its_addresses_are_forgotten(small: Night) -> None:
    assert run(small, "token", "--role", "OPERATOR", "--name", "=cmd()").exit_code == 0
    small.sql("INSERT INTO audit_address SELECT max(id), '203.0.113.7' FROM audit_record")
    told = list(csv.DictReader(io.StringIO(run(small, "audit").stdout)))
    assert [(row["action"], row["actor"]) for row in told] == [
        ("PACKAGE_IMPORTED", "command-line"),
        ("TOKEN_CREATED", "command-line"),
    ]
    assert json.loads(told[1]["details"]) == {"role": "OPERATOR", "stations": []}
    assert told[1]["address"] == "203.0.113.7"
    lines = [json.loads(line) for line in run(small, "audit", "--format", "json").stdout.splitlines()]
    assert [line["id"] for line in lines] == [int(row["id"]) for row in told]
    result = run(small, "audit", "forget-addresses", "--before", "2000-01-01")
    assert "0 addresses forgotten" in result.output
    result = run(small, "audit", "forget-addresses", "--before", "2999-01-01")
    assert "1 addresses forgotten" in result.output
    after = [json.loads(line) for line in run(small, "audit", "--format", "json").stdout.splitlines()]
    assert [line["address"] for line in after] == [None] * 4
    assert [line["action"] for line in after[2:]] == ["ADDRESSES_FORGOTTEN"] * 2


def test_a_date_that_is_none_forgets_nothing(small: Night) -> None:
    result = run(small, "audit", "forget-addresses", "--before", "yesterday")
    assert result.exit_code == 2 and "--before must be like" in result.output
