"""Serving: uvicorn on uvloop, told when it is ready and when to end."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.types import ASGIApp

from gql.edge import Edge
from tallywire.doors import HttpDoor, held_to
from tallywire.front import Front
from tallywire.garbage import spare_what_stays
from tallywire.leaving import Leaving
from tallywire.settings import Settings
from tallywire.sockets import CalmSocket, DirectSocket
from tallywire.tracing import traced

BACKLOG = 4_096
GRACE_SECONDS = 3
# What a peer has not acknowledged, or has no window for, for so long: it is gone, whatever its system says.
PEER_SECONDS_MAX = 60


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
    _watch_peers(listener)
    _allow_many_connections()
    listener.listen(BACKLOG)
    return listener


def _allow_many_connections() -> None:
    """Each is an open file; systems begin with a thousand and let a process raise that."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _watch_peers(listener: socket.socket) -> None:
    """Half-open connections and readers that stopped reading end by themselves; accepted sockets inherit it."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", PEER_SECONDS_MAX // 2),
        ("TCP_KEEPINTVL", PEER_SECONDS_MAX // 6),
        ("TCP_USER_TIMEOUT", PEER_SECONDS_MAX * 1_000),
    ):
        if hasattr(socket, name):
            listener.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


@contextlib.asynccontextmanager
async def serving(
    app: Front, listener: socket.socket, settings: Settings, leaving: Leaving | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """Yields the server's task once it answers; ends it afterwards, with `leaving` in order."""
    traced_app, end_traces = traced(app)
    server = _Server(_configuration(traced_app, app.edge, settings))
    task = asyncio.create_task(server.serve(sockets=[listener]), name="server")
    try:
        # uvicorn tells that it has started by an attribute alone.
        while not server.started and not task.done():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        if task.done():
            await task
            raise PortTakenError("the server ended while it started; its log says why")
        if leaving is not None:
            leaving.serves(server)
        spare_what_stays()
        yield task
    finally:
        if leaving is not None and not task.done():
            await leaving.leave(server)
        server.should_exit = True
        try:
            await task
        finally:
            await asyncio.to_thread(end_traces)


def _configuration(app: ASGIApp, edge: Edge, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="on",
        http=held_to(edge, HttpDoor),
        ws=held_to(edge, DirectSocket if settings.ws == "direct" else CalmSocket),
        ws_max_size=settings.ws_max_size,
        ws_per_message_deflate=settings.ws_compression,
        ws_ping_interval=settings.ws_ping_seconds,
        ws_ping_timeout=settings.ws_ping_seconds,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
