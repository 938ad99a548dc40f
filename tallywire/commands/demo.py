"""`tallywire demo`: the real election night of Bangkok 2022, on one port."""

import asyncio
import contextlib
import os
import sys
import webbrowser
from collections.abc import AsyncIterator
from typing import Annotated

import typer

from counting.vocabulary import Role
from db.database import Database
from db.tokens import issue_token
from tallywire.app import build_app
from tallywire.commands.running import DataDir, errors, fail, output, run, settings_from
from tallywire.commands.serve import Port, until_stopped
from tallywire.loading import checked_package, load_package
from tallywire.packaged import bangkok
from tallywire.server import PortTakenError, address, listen, serving
from tallywire.storage import open_storage

END_SECONDS = 3


def demo_command(
    port: Port = None,
    data_dir: DataDir = None,
    speed: Annotated[float, typer.Option(min=0, help="1: real time. 0: as fast as it goes.")] = 60,
    volunteers: Annotated[int, typer.Option(min=1, help="How many phones send.")] = 2_500,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Play the Bangkok election night of 22 May 2022: import, serve and simulate, from the first tally to the last.

    Begins anew each time. After the last tally it keeps serving; Ctrl-C ends everything.
    """
    asked = settings_from(port=port, data_dir=data_dir)

    async def work() -> None:
        listener = listen(asked)
        # A database for each port: two demos side by side do not empty each other's.
        name = f"tallywire_demo_{listener.getsockname()[1]}"
        settings = asked.model_copy(update={"database_name": name, "database_url": None})
        errors.print("Preparing the database …")
        async with open_storage(settings, anew=True) as database:
            token = await _prepare(database)
            async with serving(build_app(database, settings), listener, settings) as server:
                _announce(address(listener), token)
                if not no_browser:
                    # A machine without a browser is no reason to stop.
                    with contextlib.suppress(webbrowser.Error):
                        await asyncio.to_thread(webbrowser.open, address(listener))
                async with _night(address(listener), token, speed, volunteers):
                    await until_stopped(server)

    try:
        run(work)
    except PortTakenError as error:
        fail(f"{error}; choose another with --port")


async def _prepare(database: Database) -> str:
    """Loads the package; an operator's token."""
    election, _ = checked_package(bangkok())
    await load_package(database, bangkok(), election)
    async with database.pool.acquire() as connection:
        _, token = await issue_token(connection, Role.OPERATOR, None, "Demo operator")
    return token


def _announce(url: str, token: str) -> None:
    output.print(f"""
  Live board      {url}/
  GraphiQL        {url}/graphql
  Operator token  {token}

  Ctrl-C ends everything.
""")


@contextlib.asynccontextmanager
async def _night(url: str, token: str, speed: float, volunteers: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """The simulation, in a process of its own as real phones would be; ended with the demo."""
    command = (
        *(sys.executable, "-m", "tallywire.cli", "simulate", "--url", url, "--package", str(bangkok())),
        *("--speed", str(speed), "--volunteers", str(volunteers)),
    )
    environment = {**os.environ, "TALLYWIRE_TOKEN": token}
    # Its own group: a Ctrl-C reaches the demo alone, which then ends it in order.
    process = await asyncio.create_subprocess_exec(*command, env=environment, start_new_session=True)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), END_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()
