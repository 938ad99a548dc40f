"""`tallywire token`: the way to the first operator."""

from typing import Annotated

import typer

from counting.vocabulary import Role
from db.tokens import issue_token
from tallywire.commands.running import DatabaseUrl, DataDir, errors, fail, output, run, settings_from
from tallywire.storage import open_storage


def token_command(
    role: Annotated[Role, typer.Option(help="What the holder may do.", case_sensitive=False)],
    election: Annotated[str | None, typer.Option(help="Only for this election; volunteers need one.")] = None,
    name: Annotated[str | None, typer.Option(help="A name that editors and operators see.")] = None,
    station: Annotated[list[str] | None, typer.Option(help="A station that a volunteer reports from.")] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print one new token. It is shown once; the server keeps only its digest."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> str:
        async with open_storage(settings) as database, database.pool.acquire() as connection:
            known = [row["id"] for row in await connection.fetch("SELECT id FROM election")]
            if election is not None and election not in known:
                fail(f"no election {election} is loaded; there is: {', '.join(known) or 'none'}")
            chosen = election or (known[0] if role is Role.VOLUNTEER and len(known) == 1 else None)
            if role is Role.VOLUNTEER and chosen is None:
                fail("a volunteer reports in one election: name it with --election")
            found = await connection.fetch("SELECT id FROM station WHERE id = ANY($1::text[])", station or [])
            if missing := sorted(set(station or []) - {row["id"] for row in found}):
                fail(f"no station {missing[0]}")
            person, token = await issue_token(connection, role, chosen, name, station or [])
            errors.print(f"{role.value} {person.id}{f' of {chosen}' if chosen else ''}", markup=False)
            return token

    output.print(run(work), markup=False)
