"""`tallywire tidy-evidence`."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from tallywire.commands.running import DatabaseUrl, DataDir, errors, fail, output, run, settings_from
from tallywire.evidence.store import Store, StoreUnavailableError
from tallywire.evidence.tidying import Tidied, tidy, tidy_incoming
from tallywire.evidence.uploading import incoming_folder
from tallywire.storage import open_storage


def tidy_evidence_command(
    older_than: Annotated[float, typer.Option(min=1, help="Hours that a photograph may wait for its tally.")] = 24,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be taken away.")] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Take away photographs that no tally names, and what broken uploads left. What a tally names is never touched."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> Tidied:
        store = Store.by(settings)
        before = datetime.now(UTC) - timedelta(hours=older_than)
        async with open_storage(settings) as database:
            with errors.status("Looking for photographs that no tally names"):
                if not dry_run:
                    await asyncio.to_thread(tidy_incoming, incoming_folder(settings))
                return await tidy(database, store, before, dry_run=dry_run)

    try:
        tidied = run(work)
    except StoreUnavailableError as error:
        fail(f"the store of photographs: {error}")
    verb = "would be taken away" if dry_run else "taken away"
    output.print(f"{tidied.photographs:,} photographs ({tidied.bytes:,} bytes) {verb}", markup=False)
