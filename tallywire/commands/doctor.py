"""`tallywire doctor`: what an operator looks at before the night."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import typer

from db.database import DatabaseUnavailableError
from db.embedded import EmbeddedPostgresError
from tallywire.commands.running import DatabaseUrl, DataDir, errors, output, run, settings_from
from tallywire.doctor.address import address_findings
from tallywire.doctor.doorbell import bell_findings
from tallywire.doctor.elections import election_findings
from tallywire.doctor.finding import Finding, Level, fail, ok
from tallywire.doctor.machine import backup_findings, disk_findings, file_findings, store_findings
from tallywire.doctor.postgres import archive_findings, clock_findings, setting_findings, table_findings
from tallywire.doctor.signing import key_findings, witness_findings
from tallywire.doctor.strangers import stranger_findings
from tallywire.follow.follower import FOLDER
from tallywire.follow.status import StatusFiles
from tallywire.follow.storing import FOLLOWED
from tallywire.settings import Settings
from tallywire.storage import open_storage

COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "bold red"}
READ_FOLLOWED = "SELECT EXISTS (SELECT FROM election WHERE starts_with(package_sha256, $1))"


def doctor_command(
    url: Annotated[
        str | None, typer.Option(help="A server too, as everybody sees it: http://…", show_default=False)
    ] = None,
    only_url: Annotated[
        bool, typer.Option("--only-url", help="The server at --url alone: this machine is not the one it runs on.")
    ] = False,
    backups: Annotated[
        Path | None, typer.Option(help="The folder of backups: how old is the newest?", show_default=False)
    ] = None,
    token: Annotated[str | None, typer.Option(envvar="TALLYWIRE_TOKEN", help="To read there, if needed.")] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Walk through what the night rests on: clocks, keys, phases, doorbell, disk, backups, limits, PostgreSQL.

    And whether every contest leads to stations, candidates and areas. A line each, with what to do; ends with 1 where
    one of them fails. Changes nothing.
    """
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    if only_url and url is None:
        errors.print("tallywire: --only-url goes with --url")
        raise typer.Exit(2)

    async def work() -> list[Finding]:
        found: list[Finding] = []
        async for finding in _all(settings, url, token, backups, here=not only_url):
            level, _, rest = str(finding).partition(" ")
            output.print(level, style=COLOURS[finding.level], end=" ")
            output.print(rest, markup=False)
            found.append(finding)
        return found

    counts = [finding.level for finding in run(work)]
    fails, warns = counts.count(Level.FAIL), counts.count(Level.WARN)
    output.print(f"{len(counts)} looked at: {fails} fail, {warns} warn", markup=False)
    if fails:
        raise typer.Exit(1)


async def _all(
    settings: Settings, url: str | None, token: str | None, backups: Path | None, *, here: bool
) -> AsyncIterator[Finding]:
    if here:
        for finding in (*disk_findings(settings), *file_findings(), *backup_findings(backups)):
            yield finding
        for finding in (*stranger_findings(settings), *witness_findings(settings)):
            yield finding
        async for finding in store_findings(settings):
            yield finding
        try:
            async for finding in _of_database(settings):
                yield finding
        except (DatabaseUnavailableError, EmbeddedPostgresError) as error:
            yield fail("database", str(error), "start it, or look at TALLYWIRE_DATABASE_URL")
    if url is not None:
        async for finding in address_findings(url, token):
            yield finding


async def _of_database(settings: Settings) -> AsyncIterator[Finding]:
    """What can be looked at although another part of it fails."""
    async with open_storage(settings, revision=None) as database, database.pool.acquire() as connection:
        async for finding in clock_findings(connection):
            yield finding
        async for finding in setting_findings(connection, settings):
            yield finding
        async for finding in archive_findings(connection):
            yield finding
        async for finding in bell_findings(database, settings):
            yield finding
        tables = [finding async for finding in table_findings(connection)]
        for finding in tables:
            yield finding
        if tables[0].level is not Level.OK:
            return
        if await connection.fetchval(READ_FOLLOWED, FOLLOWED):
            for status in await asyncio.to_thread(StatusFiles(settings.data_dir / FOLDER).read_all):
                yield ok("following", f"{status.election}: {status.size:,} entries of {status.origin} verified")
        else:
            async for finding in key_findings(connection, settings):
                yield finding
        async for finding in election_findings(connection):
            yield finding
