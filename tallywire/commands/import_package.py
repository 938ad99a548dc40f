"""`tallywire import FOLDER`: checks an election's package, or official results, and loads them, all or nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from db.load import ElectionAlreadyCountedError
from tallywire.commands.running import DatabaseUrl, DataDir, errors, fail, output, run, settings_from
from tallywire.loading import checked_package, load_package
from tallywire.official.importing import NoSuchElectionError, import_folder
from tallywire.package import PackageFaults
from tallywire.settings import Settings
from tallywire.storage import open_storage

FAULTS_SHOWN = 50


def import_command(
    folder: Annotated[Path, typer.Argument(help="The election's package, or a folder of official results.")],
    official: Annotated[
        bool, typer.Option("--official", help="The folder holds official.csv, official_stations.csv, or both.")
    ] = False,
    election: Annotated[
        str | None, typer.Option("--election", help="Whose official results; else the only one.", show_default=False)
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Check an election's package, or official results, and load it: all of it or nothing. Safe to repeat."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    if official:
        _import_official(folder, election, settings)
        return
    if election is not None:
        fail("--election goes with --official: a package names its own election")

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
        _fail_with(folder, faults)
    except ElectionAlreadyCountedError as error:
        fail(str(error))


def _import_official(folder: Path, election: str | None, settings: Settings) -> None:
    async def work() -> None:
        async with open_storage(settings) as database:
            election_id, reading, change = await import_folder(database, folder, election)
        for warning in reading.warnings:
            errors.print(f"note: {warning}", markup=False)
        if change.dropped:
            what = f"{change.dropped:,} figures of version {change.version - 1} are in this one no more"
            errors.print(f"note: {what}; they stay on record and are not compared", markup=False)
        word = "loaded" if change.loaded else "stands already, unchanged"
        told = f": {change.added:,} new, {change.changed:,} changed, {change.dropped:,} gone" if change.loaded else ""
        line = f"{election_id} official results, version {change.version} {word}: {len(reading.figures):,} figures"
        output.print(line + told, markup=False)

    try:
        run(work)
    except PackageFaults as faults:
        _fail_with(folder, faults)
    except NoSuchElectionError as error:
        fail(str(error))


def _fail_with(folder: Path, faults: PackageFaults) -> NoReturn:
    for fault in faults.faults[:FAULTS_SHOWN]:
        errors.print(str(fault), markup=False)
    more = len(faults.faults) - FAULTS_SHOWN
    fail(f"{folder}: {len(faults.faults)} faults{f', {more} of them not shown' if more > 0 else ''}; nothing loaded")


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
