"""`tallywire import FOLDER`: checks an election's package and loads it, all or nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from db.load import ElectionAlreadyCountedError
from tallywire.commands.running import DatabaseUrl, DataDir, errors, fail, output, run, settings_from
from tallywire.loading import checked_package, load_package
from tallywire.package import PackageFaults
from tallywire.storage import open_storage

FAULTS_SHOWN = 50


def import_command(
    folder: Annotated[Path, typer.Argument(help="The election's package: election.toml and CSVs.")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Check an election's package and load it: all of it or nothing. Safe to repeat."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> bool:
        with _progress() as step:
            election, warnings = checked_package(folder, step)
            for warning in warnings:
                errors.print(f"note: {warning}", markup=False)
            async with open_storage(settings) as database:
                loaded = await load_package(database, folder, election, step)
        stations, contests = len(election.stations), len(election.contests)
        word = "loaded" if loaded else "stands already, unchanged"
        output.print(f"{election.id} {word}: {stations:,} stations, {contests:,} contests")
        return loaded

    try:
        run(work)
    except PackageFaults as faults:
        for fault in faults.faults[:FAULTS_SHOWN]:
            errors.print(str(fault), markup=False)
        more = len(faults.faults) - FAULTS_SHOWN
        fail(
            f"{folder}: {len(faults.faults)} faults{f', {more} of them not shown' if more > 0 else ''}; nothing loaded"
        )
    except ElectionAlreadyCountedError as error:
        fail(str(error))


class _progress:  # noqa: N801
    """A bar that shows which file or table is in hand."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description:<24}"), BarColumn(), TimeElapsedColumn(), console=errors, transient=True
        )
        self._task = self._bar.add_task("checking", total=None)

    def __enter__(self) -> Callable[[str, int, int], None]:
        self._bar.start()
        return lambda name, done, total: self._bar.update(self._task, description=name, completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
