"""Serving: uvicorn on uvloop, told when it is ready and when to end."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.types import ASGIApp

from tallywire.settings import Settings

BACKLOG = 4_096
GRACE_SECONDS = 3
WS_BYTES_MAX = 1_000_000


class PortTakenError(Exception):
    """Somebody else listens there."""


class _Server(uvicorn.Server):
    """Leaves signals to the command that runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(settings: Settings) -> socket.socket:
    """The listening socket; raises PortTakenError."""
    listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise PortTakenError(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}") from error
    listener.listen(BACKLOG)
    return listener


def address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, listener: socket.socket) -> AsyncIterator[asyncio.Task[None]]:
    """Yields the server's task once it answers; ends it afterwards, connections included."""
    server = _Server(_configuration(app))
    task = asyncio.create_task(server.serve(sockets=[listener]), name="server")
    try:
        # uvicorn tells that it has started by an attribute alone.
        while not server.started and not task.done():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        if task.done():
            await task
            raise PortTakenError("the server ended while it started; its log says why")
        yield task
    finally:
        server.should_exit = True
        await task


def _configuration(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="on",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=WS_BYTES_MAX,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
