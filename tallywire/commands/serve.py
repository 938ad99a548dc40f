"""`tallywire serve`."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Annotated, Literal
from urllib.parse import urlsplit

import typer

from feed.bell import checked_url
from ledger.key_file import BadPrivateKeyError
from ledger.note import BadKeyError, parse_key
from tallywire.app import build_app
from tallywire.commands.running import DatabaseUrl, DataDir, fail, output, run, settings_from
from tallywire.cosignatures.collector import BadWitnessError, cosigners_of
from tallywire.edge import edge_by
from tallywire.evidence.store import Store
from tallywire.follow.follower import witness_by
from tallywire.follow.storing import OtherDatabaseError, check_database
from tallywire.follow.witness_routes import PATH as WITNESS_PATH
from tallywire.server import PortTakenError, address, listen, serving
from tallywire.settings import Settings
from tallywire.stopping import Stopping
from tallywire.storage import open_storage
from tallywire.workers import BEYOND_SECONDS, WorkerFailedError, working

Port = Annotated[int | None, typer.Option("--port", min=0, max=65_535, help="The port; 0 takes a free one.")]
Host = Annotated[str | None, typer.Option("--host", help="The address to listen on.")]

Ws = Annotated[
    Literal["direct", "asgi"] | None,
    typer.Option("--ws", help="How WebSockets are written: straight to the transport, or through plain ASGI."),
]
WsMaxSize = Annotated[
    int | None, typer.Option("--ws-max-size", min=1, help="The largest WebSocket message taken, in bytes.")
]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, max=64, help="So many processes serve, each on a core of its own.")
]
PortEach = Annotated[
    bool | None,
    typer.Option("--port-each", help="A port for each worker, from --port on, instead of one for all."),
]
Follow = Annotated[
    str | None, typer.Option("--follow", metavar="URL", help="Serve a verified copy of this service's elections.")
]
FollowKey = Annotated[
    list[str] | None,
    typer.Option("--follow-key", help="The origin's key, as `tallywire key` prints it; else the one met first."),
]
TrustedDocuments = Annotated[
    Path | None,
    typer.Option("--trusted-documents", help="A file that `tallywire trusted-documents collect` wrote."),
]
OnlyTrusted = Annotated[
    bool | None, typer.Option("--only-trusted-documents", help="Answer no documents but those, and those of the pages.")
]

WitnessKey = Annotated[
    Path | None,
    typer.Option(
        "--witness-key",
        metavar="FILE",
        help="Cosign the heads that were verified, with the key in this file; made at the first start.",
    ),
]


def serve_command(
    port: Port = None,
    host: Host = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    ws: Ws = None,
    ws_max_size: WsMaxSize = None,
    workers: Workers = None,
    port_each: PortEach = None,
    follow: Follow = None,
    follow_key: FollowKey = None,
    witness_key: WitnessKey = None,
    trusted_documents: TrustedDocuments = None,
    only_trusted_documents: OnlyTrusted = None,
) -> None:
    """Serve the API, GraphiQL and the live board on one port; with --follow, a verified copy of another service's."""
    settings = settings_from(
        port=port,
        host=host,
        data_dir=data_dir,
        database_url=database_url,
        ws=ws,
        ws_max_size=ws_max_size,
        workers=workers,
        port_each=port_each,
        follow=follow,
        follow_keys=follow_key or None,
        witness_key_file=witness_key,
        trusted_documents=trusted_documents,
        only_trusted_documents=only_trusted_documents,
    )
    check_following(settings)

    async def work() -> None:
        listeners = _listeners(settings)
        async with _serving(settings, listeners) as serving_now:
            stopping = Stopping(hurry=serving_now.hurry, end_seconds=serving_now.end_seconds, roll=serving_now.roll)
            ports = ", ".join(f"{address(listener)}/graphql" for listener in listeners)
            output.print(
                f"tallywire serves on {ports}" + (f" by {settings.workers} workers" if _several(settings) else "")
            )
            if (witness := witness_by(settings)) is not None:
                output.print(f"cosigns as {witness.verifier}, asked at {WITNESS_PATH}/add-checkpoint", markup=False)
            server = serving_now.server
            await stopping.wait(server)
            # Only where it ended by itself is there something to raise.
            if server.done():
                await server

    try:
        run(work, settings.log_format, settings.log_level)
    except PortTakenError as error:
        fail(str(error))
    except WorkerFailedError as error:
        raise typer.Exit(error.code if error.code > 0 else 1) from None


def check_following(settings: Settings) -> None:
    """Ends with one line on an address or a key that is none."""
    if settings.follow is None and settings.witness_key_file is not None:
        fail("--witness-key is for a follower, which verifies what it cosigns: name its origin with --follow")
    try:
        cosigners_of(settings.witnesses)
        witness_by(settings)
    except (BadWitnessError, BadPrivateKeyError) as error:
        fail(str(error))
    if settings.follow is None:
        return
    address = urlsplit(settings.follow)
    if address.scheme not in ("http", "https") or not address.hostname or address.path.strip("/"):
        fail(f"--follow wants the address of a service, as https://wire.example, not {settings.follow}")
    try:
        for text in settings.follow_keys:
            parse_key(text)
    except BadKeyError as error:
        fail(f"--follow-key: {error}")


def _several(settings: Settings) -> bool:
    return settings.workers > 1


def _listeners(settings: Settings) -> list[socket]:
    """One, or one for each worker. Raises PortTakenError."""
    if not settings.port_each:
        return [listen(settings)]
    step = 1 if settings.port else 0
    ports = (settings.port + step * number for number in range(settings.workers))
    return [listen(settings.model_copy(update={"port": port})) for port in ports]


@dataclass(frozen=True, slots=True)
class _Serving:
    """`server` ends only by a failure; how it is hastened, and how its workers are replaced where it has some."""

    server: "asyncio.Task[None]"
    hurry: Callable[[], None]
    end_seconds: float
    roll: Callable[[], None] | None = None


@contextlib.asynccontextmanager
async def _serving(settings: Settings, listeners: list[socket]) -> AsyncIterator[_Serving]:
    """In this process, or in several that it watches."""
    async with open_storage(settings, serves=True) as database:
        try:
            await check_database(database.pool, follows=settings.follow is not None)
        except OtherDatabaseError as error:
            fail(str(error))
        if _several(settings):
            # Said once, here, rather than by each of them.
            edge_by(settings)
            Store.by(settings)
            checked_url(settings.broadcast_url)
            async with working(listeners, database.url, settings) as workers:
                end_seconds = settings.end_seconds + BEYOND_SECONDS
                yield _Serving(workers.watch, workers.hurry, end_seconds, workers.roll)
        else:
            app = build_app(database, settings)
            async with serving(app, listeners[0], settings, app.leaving) as server:
                yield _Serving(server, app.leaving.hurry, settings.end_seconds)
