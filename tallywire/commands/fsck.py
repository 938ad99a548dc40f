"""`tallywire fsck`."""

from typing import Annotated

import typer

from tallywire.commands.running import DatabaseUrl, DataDir, errors, fail, output, run, settings_from
from tallywire.fsck import Inspection, inspect
from tallywire.fsck_fault import Fault
from tallywire.served import NotServedError, served_faults
from tallywire.storage import open_storage

FAULTS_SHOWN = 100


def fsck_command(
    election: Annotated[str | None, typer.Option(help="Only this election; else every one that is loaded.")] = None,
    url: Annotated[str | None, typer.Option(help="A server, to compare what it serves too.")] = None,
    token: Annotated[str | None, typer.Option(envvar="TALLYWIRE_TOKEN", help="To read there, if needed.")] = None,
    database_name: Annotated[str | None, typer.Option(help="Inside the embedded PostgreSQL.")] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Derive every result from the log, and compare it with tables, board, ledger, cuts and what a server publishes.

    Ends with 0 where all agree, 1 with each fault on a line where they do not.
    """
    settings = settings_from(data_dir=data_dir, database_url=database_url, database_name=database_name)

    async def work() -> bool:
        async with open_storage(settings) as database, database.pool.acquire() as connection:
            known = [row["id"] for row in await connection.fetch("SELECT id FROM election ORDER BY id")]
            if election is not None and election not in known:
                fail(f"no election {election} is loaded; there is: {', '.join(known) or 'none'}")
            sound = True
            for election_id in known if election is None else [election]:
                with errors.status(f"Folding the log of {election_id}"):
                    found = await inspect(connection, election_id)
                    assert found is not None
                    faults = found.faults + (await served_faults(url, token, found.board) if url else [])
                _report(found, faults, url)
                sound = sound and not faults
            return sound

    try:
        sound = run(work)
    except NotServedError as error:
        fail(str(error))
    if not sound:
        raise typer.Exit(1)


def _report(found: Inspection, faults: list[Fault], url: str | None) -> None:
    name = found.definition.id
    if not faults:
        kept = f", {found.heads:,} heads, {found.cuts:,} cuts" if found.heads else ""
        compared = "tables and board" + kept + (f" and {url}" if url else "")
        output.print(f"{name}: sound. {found.entries:,} entries agree with {compared}", markup=False)
        return
    for fault in faults[:FAULTS_SHOWN]:
        output.print(f"{name}: {fault}", markup=False)
    errors.print(f"{name}: {len(faults)} faults in {found.entries:,} entries", markup=False)
