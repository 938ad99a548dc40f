"""`tallywire serve`."""

import asyncio
import signal
from typing import Annotated, Literal

import typer

from tallywire.app import build_app
from tallywire.commands.running import DatabaseUrl, DataDir, fail, output, run, settings_from
from tallywire.server import PortTakenError, address, listen, serving
from tallywire.storage import open_storage

Port = Annotated[int | None, typer.Option("--port", min=0, max=65_535, help="The port; 0 takes a free one.")]
Host = Annotated[str | None, typer.Option("--host", help="The address to listen on.")]

Ws = Annotated[
    Literal["direct", "asgi"] | None,
    typer.Option("--ws", help="How WebSockets are written: straight to the transport, or through plain ASGI."),
]
WsMaxSize = Annotated[
    int | None, typer.Option("--ws-max-size", min=1, help="The largest WebSocket message taken, in bytes.")
]


def serve_command(
    port: Port = None,
    host: Host = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    ws: Ws = None,
    ws_max_size: WsMaxSize = None,
) -> None:
    """Serve the API, GraphiQL and the live board on one port."""
    settings = settings_from(
        port=port, host=host, data_dir=data_dir, database_url=database_url, ws=ws, ws_max_size=ws_max_size
    )

    async def work() -> None:
        listener = listen(settings)
        async with (
            open_storage(settings) as database,
            serving(build_app(database, settings), listener, settings) as server,
        ):
            output.print(f"tallywire serves on {address(listener)}/graphql")
            await until_stopped(server)

    try:
        run(work)
    except PortTakenError as error:
        fail(str(error))


async def until_stopped(*tasks: "asyncio.Task[None]") -> None:
    """Returns on Ctrl-C or SIGTERM, or when one of the tasks has ended."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    waiting = asyncio.create_task(stopped.wait())
    await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.remove_signal_handler(number)
