"""`tallywire export`: a whole installation with `--all`, or an election's results with `--format`."""

from pathlib import Path
from typing import Annotated

import typer

from tallywire.commands.export_results import export_results
from tallywire.commands.running import DatabaseUrl, DataDir, errors, fail, output, run, settings_from
from tallywire.commands.table_progress import TableProgress
from tallywire.evidence.store import Store, StoreUnavailableError
from tallywire.export.archive import ZIP, Manifest, created
from tallywire.export.writing import write_whole
from tallywire.follow.storing import OtherDatabaseError, check_database
from tallywire.settings import Settings
from tallywire.storage import open_storage

RESULTS = "Results (--format)"
WHOLE = "Everything (--all)"


def export_command(
    destination: Annotated[
        Path,
        typer.Argument(
            metavar="FILE|-|FOLDER|FILE.zip",
            help="Where to write (with --all: not there yet); -: to the output.",
        ),
    ],
    format_: Annotated[
        str | None,
        typer.Option("--format", help="cdf-json, csv, csv-wide, json, parquet or geojson.", rich_help_panel=RESULTS),
    ] = None,
    election: Annotated[
        str | None, typer.Option(help="Its id; needed where there are several.", rich_help_panel=RESULTS)
    ] = None,
    contest: Annotated[str | None, typer.Option(help="Of this contest alone.", rich_help_panel=RESULTS)] = None,
    area: Annotated[str | None, typer.Option(help="Of this area and all inside it.", rich_help_panel=RESULTS)] = None,
    level: Annotated[
        str | None, typer.Option(help="Of areas of this level, such as DISTRICT.", rich_help_panel=RESULTS)
    ] = None,
    lang: Annotated[str | None, typer.Option(help="th or en: of names.", rich_help_panel=RESULTS)] = None,
    cut: Annotated[int | None, typer.Option(min=0, help="As cut N has it.", rich_help_panel=RESULTS)] = None,
    at: Annotated[str | None, typer.Option(help="As it stood at this cursor.", rich_help_panel=RESULTS)] = None,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="Everything: `tallywire import` makes the same installation of it.", rich_help_panel=WHOLE
        ),
    ] = False,
    with_tokens: Annotated[
        bool,
        typer.Option(
            "--with-tokens",
            help="With the digests of tokens and codes, so that they go on working.",
            rich_help_panel=WHOLE,
        ),
    ] = False,
    photographs: Annotated[
        bool,
        typer.Option(
            "--photographs/--no-photographs",
            help="With the photographs, or only their digests.",
            rich_help_panel=WHOLE,
        ),
    ] = True,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Write an election's results in a format that others read, or everything that an installation holds.

    With --format: results as they stand now, or stood at a cut or a cursor; docs/exports.md says what is in each.

    With --all: the log with its signed heads, tallies, people, audit, photographs: JSON lines, a file a table, as it
    stands at one moment, also while it serves. Names and addresses are in it: keep it as you keep the database. The
    private key that signs the log is not.
    """
    if everything == (format_ is not None):
        fail("say what to export: --all, or one of --format cdf-json, csv, csv-wide, json, parquet, geojson")
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    if format_ is not None:
        chosen = {"contest": contest, "area": area, "level": level, "lang": lang}
        asked = {name: value for name, value in chosen.items() if value is not None}
        export_results(settings, destination, format_, election, asked, cut, at)
        return
    if any(value is not None for value in (election, contest, area, level, lang, cut, at)):
        fail("--all takes everything: --election, --contest, --area, --level, --lang, --cut and --at go with --format")
    _whole(settings, destination, with_tokens=with_tokens, photographs=photographs)


def _whole(settings: Settings, destination: Path, *, with_tokens: bool, photographs: bool) -> None:
    if destination.suffix and destination.suffix != ZIP:
        fail(f"{destination}: a file must end in {ZIP}; anything without an ending is a folder")
    try:
        manifest = run(lambda: _export_all(settings, destination, tokens=with_tokens, photographs=photographs))
    except FileExistsError:
        fail(f"{destination} is there already")
    except OSError as error:
        fail(f"{destination}: {error.strerror}")
    except StoreUnavailableError as error:
        fail(f"the store of photographs: {error}; --no-photographs leaves them where they are")
    except OtherDatabaseError as error:
        fail(str(error))
    for one in manifest.elections:
        test = " (a test)" if one.is_test else ""
        output.print(f"{one.id}{test}: {one.entries:,} entries, root {one.root or 'none yet'}", markup=False)
    rows = sum(member.get("rows", 0) for member in manifest.members.values())
    output.print(f"{rows:,} rows in {destination}", markup=False)
    if not with_tokens:
        errors.print("note: nobody's token is in it (--with-tokens takes them along)", markup=False)


async def _export_all(settings: Settings, destination: Path, *, tokens: bool, photographs: bool) -> Manifest:
    """Raises OSError, StoreUnavailableError, OtherDatabaseError."""
    async with open_storage(settings) as database:
        # What a follower knows is a part of what its origin has.
        await check_database(database.pool, follows=False)
        store = Store.by(settings) if photographs else None
        with created(destination) as archive, TableProgress() as step:
            return await write_whole(database, archive, store, tokens=tokens, progress=step)
