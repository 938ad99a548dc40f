"""`tallywire phase`."""

from typing import Annotated

import typer

from counting.vocabulary import ElectionPhase
from db.phases import PhaseNotAllowedError, UnknownElectionError, set_phase
from tallywire.commands.running import DatabaseUrl, DataDir, fail, output, run, settings_from
from tallywire.storage import open_storage


def phase_command(
    election: Annotated[str, typer.Argument(help="The election's id.")],
    phase: Annotated[ElectionPhase, typer.Argument(help="The phase to enter.", case_sensitive=False)],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Move an election to another phase: SETUP, VOTING, COUNTING, CLOSED."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> None:
        async with open_storage(settings) as database, database.pool.acquire() as connection:
            await set_phase(connection, election, phase)

    try:
        run(work)
    except UnknownElectionError:
        fail(f"no election {election} is loaded")
    except PhaseNotAllowedError as error:
        fail(f"{election} does not go from {error.before.value} to {error.after.value}")
    output.print(f"{election} is {phase.value}")
