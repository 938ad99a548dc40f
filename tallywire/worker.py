"""One of several serving processes: started and watched by tallywire.workers, on a socket that it is handed.

python -m tallywire.worker DESCRIPTOR, with its settings in the environment. Says `ready` on its output when it answers.
Told `quiet` on its input it accepts nobody any more, and says so. Ends on SIGTERM, and when its input is closed, as
that is how it learns that whoever watches it is gone.
"""

import asyncio
import socket
import sys

from db.database import POOL_SIZE, Database, Patience
from tallywire.app import build_app
from tallywire.commands.running import run
from tallywire.leaving import Leaving
from tallywire.server import PortTakenError, serving
from tallywire.settings import Settings
from tallywire.stopping import Stopping
from tallywire.storage import fit_schema
from tallywire.workers import QUIET

READY = b"ready\n"
# All workers together stay below the hundred connections that a PostgreSQL allows by default.
POOLS_SIZE = 30
POOL_SIZE_MIN = 2


async def serve(listener: socket.socket, settings: Settings) -> None:
    assert settings.database_url is not None
    size = min(POOL_SIZE, max(POOL_SIZE_MIN, POOLS_SIZE // settings.workers))
    database = await Database.open(settings.database_url, size, Patience(settings.database_patience_seconds))
    try:
        # Workers that replace others may be of newer code than whoever started them.
        await fit_schema(database, migrates=settings.migrate)
        app = build_app(database, settings)
        async with serving(app, listener, settings, app.leaving) as server:
            # Held until the end: a task that nobody holds is thrown away while it waits.
            obeying = asyncio.create_task(_obey(app.leaving), name="obeying")
            stopping = Stopping(hurry=app.leaving.hurry, end_seconds=settings.end_seconds)
            _say(READY)
            await stopping.wait(server, obeying)
        obeying.cancel()
    finally:
        await database.close()


def _say(word: bytes) -> None:
    sys.stdout.buffer.write(word)
    sys.stdout.flush()


async def _obey(leaving: Leaving) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while word := await reader.readline():
        if word == QUIET:
            leaving.accept_nobody()
            _say(QUIET)


def main() -> None:
    listener = socket.socket(fileno=int(sys.argv[1]))
    try:
        settings = Settings()
        run(lambda: serve(listener, settings), settings.log_format, settings.log_level)
    except PortTakenError as error:
        sys.exit(f"tallywire: {error}")


if __name__ == "__main__":
    main()
