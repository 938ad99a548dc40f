"""One of several serving processes: started and watched by tallywire.workers, on a socket that it is handed.

python -m tallywire.worker DESCRIPTOR, with its settings in the environment. Says `ready` on its output when it answers;
ends on SIGTERM, and when its input is closed, as that is how it learns that whoever watches it is gone.
"""

import asyncio
import socket
import sys

from db.database import POOL_SIZE, Database, Patience
from tallywire.app import build_app
from tallywire.commands.running import run
from tallywire.commands.serve import until_stopped
from tallywire.server import PortTakenError, serving
from tallywire.settings import Settings

READY = b"ready"
# All workers together stay below the hundred connections that a PostgreSQL allows by default.
POOLS_SIZE = 30
POOL_SIZE_MIN = 2


async def serve(listener: socket.socket, settings: Settings) -> None:
    assert settings.database_url is not None
    size = min(POOL_SIZE, max(POOL_SIZE_MIN, POOLS_SIZE // settings.workers))
    database = await Database.open(settings.database_url, size, Patience(settings.database_patience_seconds))
    try:
        async with serving(build_app(database, settings), listener, settings) as server:
            sys.stdout.buffer.write(READY + b"\n")
            sys.stdout.flush()
            await until_stopped(server, asyncio.create_task(_left_alone()))
    finally:
        await database.close()


async def _left_alone() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


def main() -> None:
    listener = socket.socket(fileno=int(sys.argv[1]))
    try:
        run(lambda: serve(listener, Settings()))
    except PortTakenError as error:
        sys.exit(f"tallywire: {error}")


if __name__ == "__main__":
    main()
