"""docs/exports.md is run as it stands, against the Bangkok night; its tables name the formats that there are."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tallywire.formats.catalogue import FORMATS
from tallywire.formats.selection import NAMES
from tallywire.formats.stations_csv import COLUMNS
from tallywire.formats.wide_csv import COLUMNS as WIDE
from tests.conftest import Night
from tests.served import wait_until

PAGE = (Path(__file__).parent.parent.parent / "docs" / "exports.md").read_text("utf-8")
TAG, LESS, COMMAND = re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def ran(night: Night, script: str, folder: Path) -> str:
    latest = f"{night.url}/results/bkk-2022/latest.json"
    wait_until(lambda: httpx.get(latest, timeout=30).status_code == 200, what="the zero report")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "TALLYWIRE_DATABASE_URL": night.database_url,
    }
    moved = script.replace("http://127.0.0.1:8000", night.url)
    done = subprocess.run(
        ["bash", "-euc", moved], cwd=folder, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_poll_with_the_tag_is_told_that_nothing_changed(night: Night, tmp_path: Path) -> None:
    assert ran(night, TAG, tmp_path) == "304\n"
    with (tmp_path / "stations.csv").open(encoding="utf-8-sig") as file:
        assert sum(1 for _ in csv.reader(file)) > 200_000


def test_less_can_be_asked_for(night: Night, tmp_path: Path) -> None:
    said = ran(night, LESS, tmp_path).splitlines()
    assert said[0].startswith("\ufeffarea,level,name") and "8 Chadchart" in said[0]
    assert said[1].startswith("1001,DISTRICT,Phra Nakhon,")
    assert said[3].startswith('{"format":"tallywire-graphics/1"')


def test_the_command_writes_what_it_says(night: Night, tmp_path: Path) -> None:
    said = ran(night, COMMAND, tmp_path)
    assert len(said.splitlines()) == 51
    assert {path.name for path in tmp_path.iterdir()} == {"stations.csv", "cdf.json", "stations.parquet"}


def test_every_format_and_every_question_stands_on_the_page() -> None:
    assert re.findall(r"^\| `([a-z-]+)` \| `([a-z.]+)` ", PAGE, re.MULTILINE) and {
        (form.name, form.file) for form in FORMATS
    } == set(re.findall(r"^\| `([a-z-]+)` \| `([a-z.]+)` ", PAGE, re.MULTILINE))
    assert [name for name in NAMES if f"?{name}=" not in PAGE] == []


@pytest.mark.parametrize("columns", [COLUMNS, WIDE], ids=["csv", "csv-wide"])
def test_columns_are_told(columns: tuple[str, ...]) -> None:
    section = PAGE[PAGE.index("## What is in each") :]
    papers = {"validBallots", "invalidBallots", "noVoteBallots", "ballotsCast", "registeredVoters"}
    assert [name for name in columns if f"`{name}`" not in section and name not in papers] == []
