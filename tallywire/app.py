"""The application: one port for the API, GraphiQL, the live board and the health of it all."""

import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import prometheus_client
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from db.database import Database
from gql.context import Context
from gql.edge import Edge
from gql.post import Post
from gql.presence import holds_open
from gql.schema.build import build_schema
from gql.view import View, Wire
from tallywire.evidence.routes import PATH as EVIDENCE_PATH
from tallywire.follow.elsewhere import elsewhere
from tallywire.follow.follower import Follower
from tallywire.follow.witness_routes import fork_routes, witness_routes
from tallywire.lasting import held
from tallywire.leaving import Leaving
from tallywire.log.routes import Log
from tallywire.packaged import web
from tallywire.pages.routes import Pages
from tallywire.public_file import PublicFiles
from tallywire.results_files.routes import ResultsFiles
from tallywire.service import Service
from tallywire.settings import Settings
from tallywire.shield import Shield

LAG_SECONDS_MAX = 10.0
# prometheus-client's own name for the folder in which the workers of one server count.
WORKERS_METERS = "PROMETHEUS_MULTIPROC_DIR"
YEAR = "public, max-age=31536000, immutable"
# Nothing is looked up elsewhere, so nothing may be. GraphiQL's editor writes styles of its own.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{styles}; img-src 'self' data:{images}; font-src 'self';"
    " connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'self'"
)


class _Assets(StaticFiles):
    """Built files carry a digest in their names, so they never change."""

    def file_response(self, *arguments: object, **named: object) -> Response:
        response = super().file_response(*arguments, **named)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = YEAR
        # A worker obeys the policy that its own script came with.
        response.headers["Content-Security-Policy"] = POLICY.format(styles="", images="")
        return response


def build_app(database: Database, settings: Settings) -> "Front":
    service = Service(database, settings)
    edge = service.edge
    schema = build_schema(edge)
    pages = web()
    graphiql = _page(pages / "graphiql.html") if settings.graphiql else None
    wire = Wire(settings.reader_buffer_bytes, tuple(settings.allowed_origins))
    view = View(schema, service.services, service.people.find, graphiql, page_headers("'unsafe-inline'"), wire)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[Mapping[str, Service]]:
        async with service.running():
            yield {"service": service}

    leaving = Leaving(service.services.presence, settings, service.heads.end)
    graphql = _Asgi(service.services.presence.guard(view))
    sdl = schema.as_str() + "\n"

    async def schema_text(_request: Request) -> Response:
        return PlainTextResponse(sdl)

    async def ready(_request: Request) -> Response:
        lag = service.tail.lag_seconds
        fresh = lag < LAG_SECONDS_MAX and not leaving.begun
        told: dict[str, object] = {"ready": fresh, "tailLagSeconds": round(lag, 3)}
        if service.follower is not None:
            fresh = fresh and not service.follower.refused
            told |= {"ready": fresh, "following": service.follower.shown()}
        return JSONResponse(told, status_code=200 if fresh else 503)

    files = PublicFiles(service.people.find, settings.readers_need_token)
    routes: list[BaseRoute] = [
        Route("/graphql", graphql, methods=["GET", "POST"]),
        Route("/schema.graphql", schema_text),
        Route("/healthz", _alive),
        Route("/readyz", ready),
        Route("/metrics", _metrics),
        *Log(service.ledger, service.heads, files, service.tail.opened).routes,
        *ResultsFiles(service.cuts, service.tail, files).routes,
        *Pages(
            _page(pages / "index.html"), service.tail, page_headers(), needs_token=settings.readers_need_token
        ).routes,
        *_pages(pages),
    ]
    if service.follower is not None:
        # Whoever reports does it at the origin; photographs are there as well.
        routes = [*_following(service.follower, service.database, files), *routes]
    app = Starlette(routes=routes, lifespan=lifespan, middleware=[Middleware(GZipMiddleware, minimum_size=1_000)])
    app.state.service = service
    post = Post(schema, lambda address: Context(service.services, address=address), view.identify, app)
    return Front(app, post, graphql, app if service.follower else service.photographs, leaving, edge)


def _following(follower: Follower, database: Database, files: PublicFiles) -> list[BaseRoute]:
    """What a follower has, and an origin has not."""
    witness = follower.witness
    return [
        *elsewhere(follower.url),
        *fork_routes(follower.files, files),
        *(witness_routes(database, follower.submissions(witness)) if witness else ()),
    ]


class Front:
    """Posts and sockets to `/graphql` take the lean way, photographs theirs; all else Starlette's routes."""

    def __init__(
        self,
        app: Starlette,
        post: ASGIApp,
        sockets: ASGIApp,
        photographs: ASGIApp,
        leaving: Leaving,
        edge: Edge,
    ) -> None:
        self.app = app
        self.leaving = leaving
        self.edge = edge
        self._post = post
        self._sockets = sockets
        self._photographs = photographs
        self._shielded = Shield(self._route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.leaving.begun and scope["type"] == "http":
            send = _last_on_its_connection(send)
        if holds_open(scope):
            await held(self.edge, self._shielded, scope, receive, send)
        else:
            await self._shielded(scope, receive, send)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A client that goes away in the middle of its request is no fault of ours.
        with contextlib.suppress(ClientDisconnect):
            if scope["type"] == "http" and scope["path"] == "/graphql" and scope["method"] == "POST":
                await self._post(scope, receive, send)
            elif scope["type"] == "websocket" and scope["path"] == "/graphql":
                await self._sockets(scope, receive, send)
            elif scope["type"] == "http" and scope["path"].startswith(EVIDENCE_PATH):
                await self._photographs(scope, receive, send)
            else:
                await self.app(scope, receive, send)


def _last_on_its_connection(send: Send) -> Send:
    """Whoever is answered while this process ends asks elsewhere next."""

    async def closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
        await send(message)

    return closing


class _Asgi:
    """Marks an ASGI application as such, so that Starlette's routes hand the scope over untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


async def _alive(_request: Request) -> Response:
    return PlainTextResponse("ok")


async def _metrics(_request: Request) -> Response:
    return Response(prometheus_client.generate_latest(_meters()), media_type=prometheus_client.CONTENT_TYPE_LATEST)


def _meters() -> prometheus_client.CollectorRegistry:
    """Of all workers together, where there are several; whichever of them is asked."""
    if WORKERS_METERS not in os.environ:
        return prometheus_client.REGISTRY
    registry = prometheus_client.CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def page_headers(styles: str = "", images: str = "", camera: str = "()") -> dict[str, str]:
    """What every page is served with; `styles`, `images`: further sources of them; `camera`: who may use it."""
    return {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": POLICY.format(
            styles=f" {styles}" if styles else "", images=f" {images}" if images else ""
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": f"camera={camera}, microphone=(), geolocation=(), payment=(), usb=()",
    }


def _page(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _pages(folder: Path) -> list[BaseRoute]:
    """The volunteer's app, the desk, the files beside them; without a build, a page that says how to get one."""
    routes: list[BaseRoute] = [
        # The app shows photographs that are still on the phone: addresses that the page itself makes.
        _file("/volunteer", folder / "volunteer.html", "text/html", page_headers(images="blob:", camera="(self)")),
        # The desk shows photographs that it fetched with its token.
        _file("/desk", folder / "desk.html", "text/html", page_headers(images="blob:")),
        _file("/volunteer-worker.js", folder / "volunteer-worker.js", "text/javascript", page_headers()),
        _file("/volunteer.webmanifest", folder / "volunteer.webmanifest", "application/manifest+json", page_headers()),
    ]
    if (folder / "assets").is_dir():
        routes.append(Mount("/assets", _Assets(directory=folder / "assets")))
    return routes


def _file(address: str, path: Path, media_type: str, headers: Mapping[str, str]) -> Route:
    """One built file at an address that stays: checked for a newer one each time."""
    content = _page(path)

    async def serve(_request: Request) -> Response:
        if content is None:
            return PlainTextResponse("The browser apps are not built here: make setup\n", status_code=503)
        return Response(content, media_type=media_type, headers=dict(headers))

    return Route(address, serve)
