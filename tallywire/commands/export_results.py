"""`tallywire export --format`: an election's results into a file, or to the output."""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from tallywire.commands.running import errors, fail, run
from tallywire.formats.catalogue import BY_NAME, Format
from tallywire.formats.exporting import export, find_election
from tallywire.formats.moment import Moment
from tallywire.formats.picture import Picture
from tallywire.formats.selection import ExportRefusedError, selected
from tallywire.settings import Settings
from tallywire.storage import open_storage

STDOUT = Path("-")


def export_results(
    settings: Settings,
    destination: Path,
    format_name: str,
    election: str | None,
    asked: Mapping[str, str],
    cut: int | None,
    cursor: str | None,
) -> None:
    """`asked`: contest, area, level, lang. Ends with exit code 2 and a line in each language where it cannot be."""
    form = BY_NAME.get(format_name)
    if form is None:
        known = ", ".join(BY_NAME)
        fail(f"--format {format_name}: there is no such format; there are {known}\nไม่มีรูปแบบนี้ มี {known}")
    if cut is not None and cursor is not None:
        fail("--cut and --at name two moments: give one of them\nระบุ --cut หรือ --at อย่างใดอย่างหนึ่ง")
    try:
        shown = run(lambda: _export(settings, destination, form, election, asked, Moment(cut, cursor)))
    except ExportRefusedError as error:
        fail(f"{error.english}\n{error.thai}")
    except OSError as error:
        fail(f"{destination}: {error.strerror}")
    where = "" if destination == STDOUT else f" in {destination}"
    moment = f"position {shown.board.sequence:,}" + ("" if shown.cut is None else f", cut {shown.cut}")
    errors.print(f"{shown.definition.id}: {form.name} at {moment}{where}", markup=False)


async def _export(
    settings: Settings, destination: Path, form: Format, election: str | None, asked: Mapping[str, str], moment: Moment
) -> Picture:
    """Raises ExportRefusedError, OSError."""
    async with open_storage(settings) as database:
        definition = await find_election(database, election)
        selection = selected(definition, asked)
        with _sink(destination) as sink:
            return await export(database, definition, form, selection, moment, sink)


@contextlib.contextmanager
def _sink(destination: Path) -> Iterator[IO[bytes]]:
    """A file is whole or not there: it gets its name at the end."""
    if destination == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    begun = destination.with_name(f".{destination.name}.{os.getpid()}")
    try:
        with begun.open("wb") as file:
            yield file
        begun.replace(destination)
    finally:
        begun.unlink(missing_ok=True)
