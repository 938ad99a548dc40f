"""The application: one port for the API, GraphiQL, the live board and the health of it all."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from db.database import Database
from gql.context import Context
from gql.post import Post
from gql.schema.build import build_schema
from gql.view import View, Wire
from tallywire.follow.elsewhere import elsewhere
from tallywire.follow.follower import Follower
from tallywire.follow.witness_routes import fork_routes, witness_routes
from tallywire.formats.routes import Exports
from tallywire.formats.shelf import Shelf
from tallywire.front import Front
from tallywire.health import Health
from tallywire.leaving import Leaving
from tallywire.log.routes import Log
from tallywire.metrics_page import MetricsPage
from tallywire.packaged import web
from tallywire.pages.embed import embed_route
from tallywire.pages.routes import Pages
from tallywire.public_file import PublicFiles
from tallywire.results_files.routes import ResultsFiles
from tallywire.service import Service
from tallywire.settings import Settings

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


def build_app(database: Database, settings: Settings) -> Front:
    service = Service(database, settings)
    edge = service.edge
    schema = build_schema(edge)
    pages = web()
    graphiql = _page(pages / "graphiql.html") if settings.graphiql else None
    wire = Wire(settings.reader_buffer_bytes, tuple(settings.allowed_origins))
    view = View(schema, service.services, service.people.find, graphiql, page_headers("'unsafe-inline'"), wire)

    shelf = Shelf()

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[Mapping[str, Service]]:
        try:
            async with schema.guard.reading_apart(), service.running():
                yield {"service": service}
        finally:
            await shelf.close()

    leaving = Leaving(service.services.presence, settings, service.heads.end)
    graphql = _Asgi(service.services.presence.guard(view))
    sdl = schema.as_str() + "\n"

    async def schema_text(_request: Request) -> Response:
        return PlainTextResponse(sdl)

    files = PublicFiles(service.people.find, settings.readers_need_token)
    routes: list[BaseRoute] = [
        Route("/graphql", graphql, methods=["GET", "POST"]),
        Route("/schema.graphql", schema_text),
        *Health(database, service.tail, leaving, service.follower).routes,
        *MetricsPage(settings.metrics_token, leaving).routes,
        *Log(service.ledger, service.heads, files, service.tail.opened).routes,
        *ResultsFiles(service.cuts, service.tail, files, shelf).routes,
        *Exports(database, service.cuts, service.tail, files, shelf).routes,
        *Pages(
            _page(pages / "index.html"), service.tail, page_headers(), needs_token=settings.readers_need_token
        ).routes,
        embed_route(pages / "embed.js", PublicFiles(service.people.find, needs_token=False)),
        *_pages(pages),
    ]
    if service.follower is not None:
        # Whoever reports does it at the origin; photographs are there as well.
        routes = [*_following(service.follower, service.database, files), *routes]
    app = Starlette(routes=routes, lifespan=lifespan, middleware=[Middleware(GZipMiddleware, minimum_size=1_000)])
    app.state.service = service
    post = Post(schema, lambda address: Context(service.services, address=address), view.identify, app)
    photographs = app if service.follower else service.photographs
    slow, origins = settings.log_slow_seconds, settings.allowed_origins
    return Front(app, post, graphql, photographs, leaving, edge, slow, origins)


def _following(follower: Follower, database: Database, files: PublicFiles) -> list[BaseRoute]:
    """What a follower has, and an origin has not."""
    witness = follower.witness
    return [
        *elsewhere(follower.url),
        *fork_routes(follower.files, files),
        *(witness_routes(database, follower.submissions(witness)) if witness else ()),
    ]


class _Asgi:
    """Marks an ASGI application as such, so that Starlette's routes hand the scope over untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


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
