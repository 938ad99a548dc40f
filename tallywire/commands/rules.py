"""`tallywire rules`: a recorded night under other bounds, and the file that holds one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from counting.bounds import Bounds
from db.database import Connection
from tallywire.commands.running import DatabaseUrl, DataDir, errors, fail, output, run, settings_from
from tallywire.night_log import NightLog, NightLogError, load_night, new_file, read_night, save_night
from tallywire.package.fault import PackageFaults
from tallywire.package.rule_bounds import read_bounds_file
from tallywire.rejudge.comparison import Comparison
from tallywire.rejudge.replay import Rejudged, replay
from tallywire.rejudge.setting import BadDefinitionError
from tallywire.settings import Settings
from tallywire.storage import open_storage


def rules_command(
    against: Annotated[
        str | None, typer.Option(help="A recorded night: a file made by --save, or the id of a loaded election.")
    ] = None,
    bounds: Annotated[
        Path | None, typer.Option(help="TOML with other bounds: an election.toml, or its table of rules alone.")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Write a loaded election's log to this new file instead.")] = None,
    election: Annotated[str | None, typer.Option(help="Which election to save, where several are loaded.")] = None,
    show: Annotated[int, typer.Option(help="So many reports whose fate would differ are listed.", min=0)] = 20,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Show what other bounds would have held, marked or refused on a recorded night, beside what was done.

    Without --bounds: what each rule found by the bounds of the night itself. Public numbers only leave with --save.
    """
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    if (against is None) == (save is None):
        fail("name a night with --against, or a file to write with --save")
    if save is not None:
        _save(settings, save, election)
    elif against is not None:
        other = _bounds(bounds)
        night = _night(settings, against)
        _report(night, other, _compared(night, other or night.bounds), show)


def _bounds(path: Path | None) -> Bounds | None:
    if path is None:
        return None
    try:
        return read_bounds_file(path)
    except PackageFaults as faults:
        for fault in faults.faults[:-1]:
            errors.print(str(fault), markup=False)
        fail(str(faults.faults[-1]))
    except OSError as error:
        fail(f"{path}: {error.strerror}")


def _night(settings: Settings, against: str) -> NightLog:
    """A file where there is one of this name, else an election in the database."""
    path = Path(against)
    try:
        if path.exists() or path.suffix or len(path.parts) > 1:
            with errors.status(f"Reading {path}"):
                return read_night(path)
        return run(lambda: _loaded(settings, against))
    except NightLogError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{path}: {error.strerror}")


async def _loaded(settings: Settings, election: str) -> NightLog:
    async with open_storage(settings) as database, database.pool.acquire() as connection:
        await _chosen(connection, election)
        with _progress("reading") as step:
            return await load_night(connection, election, step)


def _save(settings: Settings, path: Path, election: str | None) -> None:
    async def work() -> tuple[str, int]:
        async with open_storage(settings) as database, database.pool.acquire() as connection:
            chosen = await _chosen(connection, election)
            with new_file(path) as file, _progress("writing") as step:
                return chosen, await save_night(connection, chosen, file, step)

    try:
        chosen, entries = run(work)
    except OSError as error:
        fail(f"{path}: {error.strerror}")
    output.print(f"{chosen}: {entries:,} entries in {path}", markup=False)


async def _chosen(connection: Connection, election: str | None) -> str:
    """The election that was named, or the only one; ends with one clear line where there is none."""
    known = [row["id"] for row in await connection.fetch("SELECT id FROM election ORDER BY id")]
    if election is None and len(known) == 1:
        return str(known[0])
    if election is None or election not in known:
        asked = f"no election {election} is loaded" if election else "name the election with --election"
        fail(f"{asked}; there is: {', '.join(known) or 'none'}")
    return election


def _compared(night: NightLog, other: Bounds) -> Comparison:
    comparison = Comparison()
    try:
        with _progress("judging") as step:
            for rejudged in replay(night, other):
                comparison.add(rejudged)
                step(comparison.entries, len(night.entries))
    except BadDefinitionError as error:
        fail(f"{night.election_id}: {error}")
    return comparison


def _report(night: NightLog, other: Bounds | None, found: Comparison, show: int) -> None:
    name = other.version if other else "the same"
    for line in (
        f"{night.election_id}: {found.reports:,} reports in {found.entries:,} entries",
        f"{'':<36}{night.bounds.version:>14}{name:>14}",
        f"{'counted at once':<36}{found.counted:>14,}{found.counted_after:>14,}",
        f"{'held for an editor':<36}{found.held:>14,}{found.held_after:>14,}",
        f"{'refused':<36}{'not in the log':>14}{found.refused_after:>14,}",
        "",
        *(
            f"{rule.value:<30}{verdict.value:<6}{before:>14,}{after:>14,}{after - before:>+8,}"
            for (rule, verdict), before, after in found.rows()
        ),
    ):
        output.print(line, markup=False)
    if found.hidden:
        output.print(
            f"\n{found.hidden:,} were held for what the log does not tell (who was assigned, which photographs were"
            " stored), and stay held here",
            markup=False,
        )
    if found.untold:
        output.print(f"\n{found.untold:,} wait undecided: their numbers are in no entry yet", markup=False)
    _list_changed(found, show)


def _list_changed(found: Comparison, show: int) -> None:
    if found.changed and show:
        output.print(f"\n{len(found.changed):,} reports would have fared otherwise", markup=False)
    for rejudged in found.changed[:show]:
        output.print(f"entry {rejudged.sequence:,}  {rejudged.station}  {rejudged.contest}  {_fate(rejudged)}")
    left = len(found.changed) - show
    if left > 0 and show:
        output.print(f"… and {left:,} more (--show)", markup=False)


def _fate(rejudged: Rejudged) -> str:
    """What happened, and what would have."""
    was = "held" if rejudged.was_held else "counted"
    if rejudged.counts_after or rejudged.after is None:
        return f"{was} → counted"
    strict = {finding.rule.value for finding in rejudged.after.findings if finding.verdict is rejudged.after.verdict}
    return f"{was} → {'refused' if rejudged.refused_after else 'held'} by {', '.join(sorted(strict))}"


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
