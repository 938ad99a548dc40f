"""docs/exports.md names the formats, the questions and the columns that there are; test_pages.py runs its commands."""

import re
from pathlib import Path

import pytest

from tallywire.formats.catalogue import FORMATS
from tallywire.formats.selection import NAMES
from tallywire.formats.stations_csv import COLUMNS
from tallywire.formats.wide_csv import COLUMNS as WIDE

PAGE = (Path(__file__).parent.parent.parent / "docs" / "exports.md").read_text("utf-8")


def test_every_format_and_every_question_stands_on_the_page() -> None:
    told = re.findall(r"^\| `([a-z-]+)` \| `([a-z.]+)` ", PAGE, re.MULTILINE)
    assert sorted(told) == sorted((form.name, form.file) for form in FORMATS)
    assert [name for name in NAMES if f"?{name}=" not in PAGE] == []


@pytest.mark.parametrize("columns", [COLUMNS, WIDE], ids=["csv", "csv-wide"])
def test_columns_are_told(columns: tuple[str, ...]) -> None:
    section = PAGE[PAGE.index("## What is in each") :]
    papers = {"invalidBallots", "noVoteBallots", "ballotsCast"}
    assert [name for name in columns if f"`{name}`" not in section and name not in papers] == []
