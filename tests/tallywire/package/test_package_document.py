"""docs/election-package.md names every file, column, word and bound that the reader knows."""

from dataclasses import fields
from pathlib import Path

import pytest

from counting.bounds import Bounds
from counting.vocabulary import AreaLevel, Verdict, VotingVariation
from tallywire.package import area_rows, contest_rows, count_rows, official_rows, station_rows
from tallywire.package.manifest import KEYS
from tallywire.package.reading import FILES, SOURCES_FILE
from tallywire.package.rule_bounds import OFF

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "election-package.md").read_text("utf-8")
SECTIONS = {part.split("\n")[0]: part for part in DOCUMENT.split("\n### ")}


@pytest.mark.parametrize(
    ("file", "columns"),
    [
        (area_rows.FILE, area_rows.COLUMNS),
        (contest_rows.FILE, contest_rows.COLUMNS),
        (contest_rows.CANDIDATES_FILE, contest_rows.CANDIDATE_COLUMNS),
        (station_rows.FILE, station_rows.COLUMNS),
        (station_rows.REGISTERS_FILE, station_rows.REGISTER_COLUMNS),
        (official_rows.FILE, official_rows.COLUMNS),
        (count_rows.FILE, count_rows.COLUMNS),
    ],
)
def test_each_file_has_a_section_with_all_its_columns(file: str, columns: tuple[str, ...]) -> None:
    assert [column for column in columns if f"`{column}`" not in SECTIONS[file]] == []


def test_every_word_that_a_cell_may_hold_is_named() -> None:
    words = [*AreaLevel, *VotingVariation, *official_rows.ITEMS]
    assert [word for word in words if f"`{word}`" not in DOCUMENT] == []
    assert [word for word in [*Verdict, OFF] if word not in SECTIONS["station_counts.csv"]] == []


def test_every_file_key_and_bound_is_named_with_its_default() -> None:
    assert [file for file in (*FILES, count_rows.FILE, SOURCES_FILE) if f"`{file}`" not in DOCUMENT] == []
    assert [key for key in KEYS if f"\n{key} =" not in DOCUMENT and f"\n[{key}]" not in DOCUMENT] == []
    for field in fields(Bounds):
        if field.name not in ("version", "verdicts"):
            (row,) = [line for line in DOCUMENT.split("\n") if f"`{field.name}`" in line]
            assert str(field.default).lower() in row.split("|")[2]
