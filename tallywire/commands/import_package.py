"""`tallywire import`: an election's package, official results, or a whole export; checked, then all or nothing."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from db.load import ElectionAlreadyCountedError
from db.migrate import migrate
from tallywire.commands.running import DatabaseUrl, DataDir, errors, fail, output, run, settings_from
from tallywire.commands.table_progress import TableProgress
from tallywire.evidence.store import Store, StoreUnavailableError
from tallywire.export.archive import ArchiveError, is_export, opened, read_manifest
from tallywire.export.reading import NotEmptyError, NotSoundError, check_revision, read_whole
from tallywire.loading import checked_package, load_package
from tallywire.official.importing import NoSuchElectionError, import_folder
from tallywire.package import PackageFaults
from tallywire.package.change_places import changes_told, counted_by_file
from tallywire.settings import Settings
from tallywire.storage import open_storage

FAULTS_SHOWN = 50
REHEARSAL = "-rehearsal"


def import_command(
    folder: Annotated[
        Path,
        typer.Argument(help="The election's package, a folder of official results, or what `export --all` wrote."),
    ],
    official: Annotated[
        bool, typer.Option("--official", help="The folder holds official.csv, official_stations.csv, or both.")
    ] = False,
    election: Annotated[
        str | None, typer.Option("--election", help="Whose official results; else the only one.", show_default=False)
    ] = None,
    rehearsal: Annotated[
        bool, typer.Option("--rehearsal", help="Load the package as ID-rehearsal, marked as a test everywhere.")
    ] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Check an election's package, official results or a whole export, and load it: all of it or nothing.

    Packages and official results are safe to repeat. A whole export goes into an empty database, and is kept only where
    every result follows from its log and every signed head from its entries; ends with 1 where not.
    """
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    if official:
        _import_official(folder, election, settings)
        return
    if election is not None:
        fail("--election goes with --official: a package names its own election")

    if is_export(folder):
        _import_whole(folder, settings)
        return

    async def work() -> bool:
        with TableProgress() as step:
            election, warnings = checked_package(folder, step)
            if rehearsal:
                election = replace(election, id=f"{election.id}{REHEARSAL}", is_test=True)
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
        _come_too_late(folder, error)


def _come_too_late(folder: Path, error: ElectionAlreadyCountedError) -> None:
    """Every change by file, line and column; a package whose files only look different stands already."""
    told = changes_told(folder, error.changes)
    if not told:
        output.print(f"{error.election_id} stands already: its files are written differently, and say the same")
        return
    for one in told[:FAULTS_SHOWN]:
        errors.print(str(one), markup=False)
    more = f", {len(told) - FAULTS_SHOWN:,} of them not shown" if len(told) > FAULTS_SHOWN else ""
    ways = "with another id in election.toml"
    ways += "" if error.election_id.endswith(REHEARSAL) else ", or with --rehearsal,"
    fail(
        f"{error.election_id} has reports in its log already ({error.entries:,}), judged by what was loaded: its"
        f" definition cannot change any more. {len(told):,} changes ({counted_by_file(told)}){more}; nothing loaded."
        f" As an election of its own, {ways} this package can be loaded"
    )


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


def _import_whole(path: Path, settings: Settings) -> None:
    async def work() -> None:
        with opened(path) as archive, TableProgress() as step:
            manifest = read_manifest(archive)
            check_revision(manifest)
            async with open_storage(settings, revision=manifest.revision) as database:
                await read_whole(database, archive, manifest, Store.by(settings), step)
                await migrate(database.url)
        for one in manifest.elections:
            test = " (a test)" if one.is_test else ""
            output.print(f"{one.id}{test}: sound. {one.entries:,} entries, root {one.root or 'none yet'}", markup=False)
        if not manifest.photographs:
            errors.print("note: photographs are named, and not in the export: copy their store too")
        if not manifest.tokens:
            errors.print("note: nobody's token is in the export: tallywire token --role operator makes the first one")

    try:
        run(work)
    except (ArchiveError, NotEmptyError) as error:
        fail(f"{path}: {error}")
    except StoreUnavailableError as error:
        fail(f"the store of photographs: {error}")
    except OSError as error:
        fail(f"{path}: {error.strerror}")
    except NotSoundError as error:
        for fault in error.faults[:FAULTS_SHOWN]:
            output.print(fault, markup=False)
        errors.print(f"tallywire: {path}: NOT sound: {len(error.faults)} faults; nothing imported", markup=False)
        raise typer.Exit(1) from None


def _fail_with(folder: Path, faults: PackageFaults) -> NoReturn:
    for fault in faults.faults[:FAULTS_SHOWN]:
        errors.print(str(fault), markup=False)
    more = len(faults.faults) - FAULTS_SHOWN
    fail(f"{folder}: {len(faults.faults)} faults{f', {more} of them not shown' if more > 0 else ''}; nothing loaded")
