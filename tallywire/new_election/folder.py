"""Writes the folder of a new package: election.toml, the tables as CSV files or one workbook, README.md, SOURCES.md."""

import csv
import io
from pathlib import Path
from typing import Literal

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from counting.vocabulary import AreaLevel, VotingVariation
from tallywire.new_election.answers import Answers
from tallywire.new_election.columns import COLUMNS
from tallywire.new_election.examples import Rows, example_rows
from tallywire.new_election.readme import readme
from tallywire.new_election.toml import election_toml
from tallywire.package.source import WORKBOOK

Shape = Literal["csv", "xlsx"]
# Spreadsheets take a CSV file for UTF-8 by this alone.
MARK = "\ufeff"
SOURCES = """# Sources

Say here where each figure comes from: which list of which authority, of which day, at which address, under which terms.
"""
WIDTH, NOTE_WIDTH, NOTE_HEIGHT = 28, 320, 120
CHOICES = {"level": AreaLevel, "voting_variation": VotingVariation}


class FolderTakenError(Exception):
    """Something stands in the folder already, and is left as it is."""


def write_folder(folder: Path, answers: Answers, shape: Shape) -> list[Path]:
    """The files written, in the order in which they are to be filled in. Raises FolderTakenError, OSError."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderTakenError(f"{folder} is there already and not an empty folder: nothing was written")
    tables = _workbook(answers) if shape == "xlsx" else _csv_files(answers)
    files = {
        "election.toml": election_toml(answers).encode(),
        **tables,
        "README.md": readme(answers, shape).encode(),
        "SOURCES.md": SOURCES.encode(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


def _csv_files(answers: Answers) -> dict[str, bytes]:
    files = {}
    for table, rows in example_rows(answers).items():
        text = io.StringIO(newline="")
        text.write(MARK)
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(COLUMNS[table])
        writer.writerows(rows)
        files[f"{table}.csv"] = text.getvalue().encode()
    return files


def _workbook(answers: Answers) -> dict[str, bytes]:
    """A sheet a table; what each column is stands in a note on its heading."""
    book = Workbook()
    first = book.active
    for table, rows in example_rows(answers).items():
        _fill(book.create_sheet(table), COLUMNS[table], rows)
    if first is not None:
        book.remove(first)
    content = io.BytesIO()
    book.save(content)
    return {WORKBOOK: content.getvalue()}


def _fill(sheet: Worksheet, columns: dict[str, str], rows: Rows) -> None:
    sheet.append(list(columns))
    for place, (name, what) in enumerate(columns.items(), start=1):
        letter = get_column_letter(place)
        heading = sheet.cell(1, place)
        heading.font = Font(bold=True)
        heading.comment = Comment(what, "tallywire", height=NOTE_HEIGHT, width=NOTE_WIDTH)
        sheet.column_dimensions[letter].width = WIDTH
        # As text: 007 keeps its zeros, and 1-2 is no date.
        sheet.column_dimensions[letter].number_format = "@"
        if name in CHOICES:
            choice = DataValidation("list", formula1=f'"{",".join(CHOICES[name])}"', allow_blank=True)
            choice.add(f"{letter}2:{letter}5000")
            sheet.add_data_validation(choice)
    for row in rows:
        sheet.append(row)
        for cell in sheet[sheet.max_row]:
            cell.number_format = "@"
    sheet.freeze_panes = "A2"
