"""`tallywire migrate`."""

from typing import Annotated

import typer

from db.schema_version import read_schema
from tallywire.commands.running import DatabaseUrl, DataDir, output, run, settings_from
from tallywire.storage import open_storage


def migrate_command(
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; end with 1 where there is something to do.")
    ] = False,
) -> None:
    """Bring the database's tables up to date, while nodes of the release before serve on. Safe to repeat.

    A start does the same, unless TALLYWIRE_MIGRATE is false: then who serves needs no right to change tables.
    """
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> bool:
        # Looked at as they are, first: a mismatch is said before anything changes.
        async with open_storage(settings, revision=None) as database:
            before = await read_schema(database.pool)
        if check:
            output.print(before.problem or _sound(before.found, before.known), markup=False)
            return before.problem is None
        async with open_storage(settings) as database:
            after = await read_schema(database.pool)
        changed = before.found != after.found
        output.print(
            f"the tables went from {before.found or 'nothing'} to {after.found}"
            if changed
            else _sound(after.found, after.known),
            markup=False,
        )
        return True

    if not run(work, level="INFO"):
        raise typer.Exit(1)


def _sound(found: str | None, known: str) -> str:
    return f"the tables are at {found}" + ("" if found == known else f", and serve this tallywire, which knows {known}")
