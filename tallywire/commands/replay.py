"""`tallywire replay`: a recorded night again, on a server of its own or into a rehearsal that is loaded."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from db.database import Database
from db.load import load_election
from feed.bell import Bell
from tallywire.app import build_app
from tallywire.commands.running import DatabaseUrl, DataDir, errors, fail, output, run, settings_from
from tallywire.commands.serve import Port
from tallywire.replay.playing import NotPlayableError, Pace, Player, open_count
from tallywire.replay.playing import Progress as Played
from tallywire.replay.recording import Recording, RecordingError, digest_of, read_recording
from tallywire.server import PortTakenError, address, listen, serving
from tallywire.service import bell_url
from tallywire.settings import Settings
from tallywire.stopping import Stopping
from tallywire.storage import open_storage

# In `election.package_sha256`: what tells a night that was played again from one that was counted here.
REPLAYED = "replay:"


def replay_command(
    night: Annotated[
        str,
        typer.Argument(
            metavar="LOG", help="A file of `rules --save`, a server's address, a copy of its log, or a whole export."
        ),
    ],
    speed: Annotated[float, typer.Option(min=0, help="1: as it was. 60: a minute a second. 0: as it goes.")] = 60,
    into: Annotated[
        str | None,
        typer.Option("--into", metavar="ELECTION", help="A rehearsal that is loaded, instead of a server of its own."),
    ] = None,
    election: Annotated[str | None, typer.Option(help="Which night, where there are several.")] = None,
    original_times: Annotated[
        bool, typer.Option("--original-times", help="Entries keep their times; else they have those of this run.")
    ] = False,
    leave: Annotated[bool, typer.Option("--exit", help="End after the last entry instead of serving on.")] = False,
    token: Annotated[str | None, typer.Option(envvar="TALLYWIRE_TOKEN", help="To read at an address.")] = None,
    port: Port = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Play a recorded night again: the same entries in the same order, at any speed, marked as a rehearsal.

    On a server of its own, that outlets can subscribe to; or --into a rehearsal (is_test) of an installation that runs.
    """
    settings = settings_from(port=port, data_dir=data_dir, database_url=database_url)
    if into is None and database_url is not None:
        fail("--database-url goes with --into: a server of its own begins with an empty database")
    pace = Pace(speed, original_times)

    async def work() -> None:
        with _bar("reading") as step:
            recording = await read_recording(night, election, token, lambda done, of: step(done, of, 0.0))
        about = f"{len(recording.entries):,} entries of {recording.election.id} in {recording.seconds / 3600:.1f} hours"
        errors.print(f"{recording.name}: {about}", markup=False)
        if into is None:
            await _served(settings, recording, pace, leave=leave)
        else:
            await _played_into(settings, into, recording, pace)

    try:
        run(work)
    except (RecordingError, NotPlayableError) as error:
        fail(str(error))
    except PortTakenError as error:
        fail(f"{error}; choose another with --port")


async def _served(asked: Settings, recording: Recording, pace: Pace, *, leave: bool) -> None:
    """Begins anew each time, in a database for each port. Raises PortTakenError, NotPlayableError."""
    listener = listen(asked)
    name = f"tallywire_replay_{listener.getsockname()[1]}"
    settings = asked.model_copy(update={"database_name": name, "database_url": None})
    election = replace(recording.election, is_test=True)
    async with open_storage(settings, anew=True, serves=True) as database:
        async with database.pool.acquire() as connection:
            await load_election(connection, election, f"{REPLAYED}{digest_of(recording)}")
            await open_count(connection, election.id, recording)
        app = build_app(database, settings)
        async with serving(app, listener, settings) as server:
            stopping = Stopping(hurry=app.leaving.hurry, end_seconds=settings.end_seconds)
            output.print(f"tallywire replays on {address(listener)}/graphql", markup=False)
            playing = asyncio.create_task(
                _play(database, election.id, recording, pace, app.app.state.service.bell), name="replay"
            )
            over = asyncio.create_task(_over(playing, leave=leave), name="end of the replay")
            await stopping.wait(server, over)
            if over.done():
                await over
            for task in (over, playing):
                task.cancel()
            await asyncio.gather(over, playing, return_exceptions=True)


async def _over(playing: "asyncio.Task[None]", *, leave: bool) -> None:
    """Returns when there is no reason to serve on. Raises NotPlayableError."""
    await asyncio.shield(playing)
    if not leave:
        await asyncio.Event().wait()


async def _played_into(settings: Settings, election_id: str, recording: Recording, pace: Pace) -> None:
    """Raises NotPlayableError."""
    async with open_storage(settings) as database:
        async with database.pool.acquire() as connection:
            await open_count(connection, election_id, recording)
        bell = Bell(bell_url(settings, database), lambda _what: None)
        await bell.start()
        try:
            await _play(database, election_id, recording, pace, bell)
        finally:
            await bell.close()


async def _play(database: Database, election_id: str, recording: Recording, pace: Pace, bell: Bell) -> None:
    with _bar("replaying") as step:
        await Player(database, election_id, recording, bell.ring).play(pace, step)
    output.print(f"{election_id}: {len(recording.entries):,} entries replayed", markup=False)


@contextlib.contextmanager
def _bar(what: str) -> Iterator[Played]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[night]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task(what, total=None, night="")

        def step(done: int, of: int, night: float) -> None:
            hours, rest = divmod(int(night), 3_600)
            shown = f"{hours}:{rest // 60:02}:{rest % 60:02} of the night" if night else ""
            bar.update(task, completed=done, total=of, night=shown)

        yield step
