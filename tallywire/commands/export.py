"""`tallywire export --all`: a whole installation in a folder or a file."""

from pathlib import Path
from typing import Annotated

import typer

from tallywire.commands.running import DatabaseUrl, DataDir, errors, fail, output, run, settings_from
from tallywire.commands.table_progress import TableProgress
from tallywire.evidence.store import Store, StoreUnavailableError
from tallywire.export.archive import ZIP, Manifest, created
from tallywire.export.writing import write_whole
from tallywire.follow.storing import OtherDatabaseError, check_database
from tallywire.settings import Settings
from tallywire.storage import open_storage


def export_command(
    destination: Annotated[
        Path, typer.Argument(metavar="FOLDER|FILE.zip", help="Where to write; it must not be there yet.")
    ],
    everything: Annotated[
        bool, typer.Option("--all", help="Everything: `tallywire import` makes the same installation of it.")
    ] = False,
    with_tokens: Annotated[
        bool, typer.Option("--with-tokens", help="With the digests of tokens and codes, so that they go on working.")
    ] = False,
    photographs: Annotated[
        bool, typer.Option("--photographs/--no-photographs", help="With the photographs, or only their digests.")
    ] = True,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Write everything that an installation holds as it stands at one moment, also while it serves.

    The log with its signed heads, tallies, people, audit, photographs: JSON lines, a file a table. Names and addresses
    are in it: keep it as you keep the database. The private key that signs the log is not.
    """
    if not everything:
        fail("say what to export: --all")
    if destination.suffix and destination.suffix != ZIP:
        fail(f"{destination}: a file must end in {ZIP}; anything without an ending is a folder")
    settings = settings_from(data_dir=data_dir, database_url=database_url)
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
