"""Pages of other origins may read: `/graphql` where the settings allow them, public files from anywhere.

No cookie is ever looked at, so a page elsewhere can do nothing with a reader's browser that it could not do itself:
whoever sends a token has to hold it. Starlette's own middleware would stand behind the lean way in; this stands before.
"""

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

API_PATH = "/graphql"
# What anybody may copy and keep, from whatever page.
FILES_PATHS = ("/results/", "/log/", "/evidence/", "/schema.graphql", "/embed.js", "/card.png")
DAY_SECONDS = 86_400


class CrossOrigin:
    """`allowed_origins` as the setting has them; `*`: every page."""

    def __init__(self, app: ASGIApp, allowed_origins: Sequence[str]) -> None:
        self._app = app
        self._api = CORSMiddleware(
            app,
            allow_origins=allowed_origins,
            allow_methods=("GET", "POST"),
            # Last-Event-ID: an event stream that goes on where it was cut.
            allow_headers=("Authorization", "Content-Type", "Last-Event-ID"),
            expose_headers=("Date", "Retry-After"),
            max_age=DAY_SECONDS,
        )
        self._files = CORSMiddleware(
            app,
            allow_origins=("*",),
            allow_methods=("GET", "HEAD"),
            allow_headers=("Authorization", "If-None-Match"),
            expose_headers=("ETag", "Content-Location", "Retry-After"),
            max_age=DAY_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._way(scope)(scope, receive, send)

    def _way(self, scope: Scope) -> ASGIApp:
        # Who may open a WebSocket is told from its handshake.
        if scope["type"] != "http":
            return self._app
        path: str = scope["path"]
        if path == API_PATH:
            return self._api
        return self._files if path.startswith(FILES_PATHS) else self._app
