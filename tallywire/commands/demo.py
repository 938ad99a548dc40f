"""`tallywire demo`: the real election night of Bangkok 2022, or another package's, on one port."""

import asyncio
import contextlib
import os
import sys
import webbrowser
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from counting.election import Election
from counting.vocabulary import Role
from db.audit import COMMAND_LINE
from db.database import Database
from db.enrolment import create_codes
from db.tokens import issue_token
from tallywire.app import build_app
from tallywire.commands.running import DataDir, errors, fail, output, run, settings_from
from tallywire.commands.serve import Port
from tallywire.loading import checked_package, load_package
from tallywire.package import PackageFaults
from tallywire.packaged import election_folder
from tallywire.server import PortTakenError, address, listen, serving
from tallywire.simulate.playable import NothingToPlayError, check_playable
from tallywire.stopping import Stopping
from tallywire.storage import open_storage

END_SECONDS = 3
FAULTS_SHOWN = 20
# Volunteers of flesh and blood who want to try: a code each, and stations to report from.
CODES = 3
STATIONS_EACH = 3


@dataclass(frozen=True, slots=True)
class _Guests:
    """What lets people of flesh and blood in: an operator's token for programs, a code for each person."""

    token: str
    volunteers: tuple[str, ...]
    editor: str
    operator: str


def demo_command(
    port: Port = None,
    data_dir: DataDir = None,
    package: Annotated[
        Path | None,
        typer.Option(
            "--package",
            "--election",
            help="Another election's package: a folder, or meridia2019, which ships too.",
            show_default="Bangkok 2022",
        ),
    ] = None,
    speed: Annotated[float, typer.Option(min=0, help="1: real time. 0: as fast as it goes.")] = 60,
    volunteers: Annotated[int, typer.Option(min=1, help="How many phones send.")] = 2_500,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Play an election night, Bangkok's of 22 May 2022 by itself: import, serve, simulate, from first tally to last.

    Begins anew each time. After the last tally it keeps serving; Ctrl-C ends everything.
    """
    asked = settings_from(port=port, data_dir=data_dir)
    folder = election_folder(package)
    election = _playable(folder)

    async def work() -> None:
        listener = listen(asked)
        # A database for each port: two demos side by side do not empty each other's.
        name = f"tallywire_demo_{listener.getsockname()[1]}"
        settings = asked.model_copy(update={"database_name": name, "database_url": None})
        errors.print("Preparing the database …")
        async with open_storage(settings, anew=True, serves=True) as database:
            guests = await _prepare(database, folder, election)
            app = build_app(database, settings)
            async with serving(app, listener, settings, app.leaving) as server:
                stopping = Stopping(hurry=app.leaving.hurry, end_seconds=settings.end_seconds)
                _announce(address(listener), guests)
                if not no_browser:
                    # A machine without a browser is no reason to stop.
                    with contextlib.suppress(webbrowser.Error):
                        await asyncio.to_thread(webbrowser.open, address(listener))
                async with _night(address(listener), guests.token, folder, speed, volunteers):
                    await stopping.wait(server)

    try:
        run(work)
    except PortTakenError as error:
        fail(f"{error}; choose another with --port")


def _playable(folder: Path) -> Election:
    """The package's election; ends with 2 where it has faults or nothing to play."""
    try:
        election, _ = checked_package(folder)
        check_playable(folder, election, datetime.now(UTC))
    except PackageFaults as faults:
        for fault in faults.faults[:FAULTS_SHOWN]:
            errors.print(str(fault), markup=False)
        fail(f"{folder}: {len(faults.faults)} faults; tallywire import {folder} shows all of them")
    except NothingToPlayError as error:
        fail(str(error))
    return election


async def _prepare(database: Database, folder: Path, election: Election) -> _Guests:
    """Loads the package, and makes tokens and codes."""
    await load_package(database, folder, election)
    ids = [f"{election.id}/{station.code}" for station in election.stations[: CODES * STATIONS_EACH]]
    stations = [ids[start : start + STATIONS_EACH] for start in range(0, len(ids), STATIONS_EACH)]
    async with database.pool.acquire() as connection:
        _, token = await issue_token(connection, Role.OPERATOR, None, "Demo operator")
        phones = await create_codes(connection, election.id, Role.VOLUNTEER, stations, None, COMMAND_LINE)
        (editor,) = await create_codes(connection, election.id, Role.EDITOR, [[]], None, COMMAND_LINE)
        (operator,) = await create_codes(connection, election.id, Role.OPERATOR, [[]], None, COMMAND_LINE)
    return _Guests(token, tuple(phone.code for phone in phones), editor.code, operator.code)


def _announce(url: str, guests: _Guests) -> None:
    phones = "\n".join(
        f"  {'Volunteer app' if place == 0 else '':<15} {url}/volunteer#{code}"
        for place, code in enumerate(guests.volunteers)
    )
    output.print(f"""
  Live board      {url}/
  GraphiQL        {url}/graphql
  Operator token  {guests.token}
  Editors' desk   {url}/desk#{guests.editor}
  Operations      {url}/desk#{guests.operator}
{phones}

  Ctrl-C ends everything.
""")


@contextlib.asynccontextmanager
async def _night(
    url: str, token: str, folder: Path, speed: float, volunteers: int
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The simulation, in a process of its own as real phones would be; ended with the demo."""
    command = (
        *(sys.executable, "-m", "tallywire.cli", "simulate", "--url", url, "--package", str(folder)),
        # A database of its own, and a notice on every page: nothing real is there.
        *("--speed", str(speed), "--volunteers", str(volunteers), "--force"),
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
