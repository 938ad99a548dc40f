"""`tallywire new-election FOLDER`: asks the few questions and writes a package to fill in."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import typer

from tallywire.commands.running import errors, fail, output
from tallywire.new_election import Answers, FolderTakenError, NotAnAnswerError, write_folder
from tallywire.new_election.answers import (
    read_id,
    read_levels,
    read_name,
    read_offices,
    read_polls_close,
    read_time_zone,
)

Answer = TypeVar("Answer")
LEVELS, OFFICES = "province, district", "mayor"
HERE = Path("/etc/localtime")


def new_election_command(
    folder: Annotated[Path, typer.Argument(help="Where the package is to stand; a new or an empty folder.")],
    election_id: Annotated[str | None, typer.Option("--id", help="A short code, as city-2027.")] = None,
    name: Annotated[str | None, typer.Option(help="Its name in its own language.")] = None,
    name_en: Annotated[str | None, typer.Option(help="Its name in English; else as --name.")] = None,
    polls_close: Annotated[str | None, typer.Option(help="As 2027-05-23T17:00, on the election's clock.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="As Asia/Bangkok.")] = None,
    levels: Annotated[str | None, typer.Option(help=f"Levels of areas, from the widest, as {LEVELS}.")] = None,
    offices: Annotated[str | None, typer.Option(help="What is voted on, in machine names, as mayor, council.")] = None,
    test: Annotated[bool | None, typer.Option("--test/--real", help="Whether it is a rehearsal.")] = None,
    shape: Annotated[Literal["csv", "xlsx"], typer.Option("--format", help="CSV files, or one workbook.")] = "csv",
) -> None:
    """Begin an election of your own: a folder with every table begun, and what each column is written beside it.

    Asks for what no option says; in a script, which cannot be asked, each has to be said.
    """
    zone = _answer("--time-zone", "Time zone", time_zone, read_time_zone, _zone_here())
    answers = Answers(
        id=_answer("--id", "A short code, as city-2027", election_id, read_id),
        name=(own := _answer("--name", "Name, in the election's own language", name, read_name)),
        name_en=_answer("--name-en", "Name in English", name_en or (own if name else None), read_name, own),
        time_zone=zone,
        polls_close_at=_answer(
            "--polls-close", "Polls close, as 2027-05-23T17:00", polls_close, lambda text: read_polls_close(text, zone)
        ),
        levels=_answer("--levels", "Levels of areas, from the widest", levels, read_levels, LEVELS),
        offices=_answer("--offices", "Offices, in machine names", offices, read_offices, OFFICES),
        is_test=_is_test(test),
    )
    try:
        written = write_folder(folder, answers, shape)
    except (FolderTakenError, OSError) as error:
        fail(str(error))
    for path in written:
        output.print(str(path), markup=False)
    output.print(f"Fill in what stands in <angle brackets>, then: tallywire import {folder}", markup=False)


def _answer(
    option: str, question: str, given: str | None, read: Callable[[str], Answer], proposed: str | None = None
) -> Answer:
    """What the option says, else what is answered; asked again while it is no answer."""
    if given is not None:
        try:
            return read(given)
        except NotAnAnswerError as error:
            fail(f"{option}: {error}")
    if not _can_ask():
        if proposed is not None:
            return read(proposed)
        fail(f"{option} is needed where nobody can be asked")
    while True:
        try:
            return read(typer.prompt(question, default=proposed))
        except NotAnAnswerError as error:
            errors.print(str(error), markup=False)


def _is_test(given: bool | None) -> bool:
    if given is not None or not _can_ask():
        return bool(given)
    return typer.confirm("Is it a rehearsal?", default=False)


def _can_ask() -> bool:
    return sys.stdin.isatty()


def _zone_here() -> str:
    """This machine's time zone by its IANA name; UTC where it does not tell."""
    zone = os.environ.get("TZ") or "/".join(HERE.resolve().parts[-2:])
    try:
        return read_time_zone(zone)
    except NotAnAnswerError:
        return "UTC"
