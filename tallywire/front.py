"""The way in of all requests: each has an id, is counted and timed, and goes the way that is made for it."""

import contextlib
import itertools
import logging
import re
import secrets
import time
from collections.abc import Sequence

import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gql.edge import Edge
from gql.presence import holds_open
from tallywire.cross_origin import CrossOrigin
from tallywire.evidence.routes import PATH as EVIDENCE_PATH
from tallywire.lasting import held
from tallywire.leaving import Leaving
from tallywire.meters import REQUEST_SECONDS, REQUESTS
from tallywire.shield import Shield

# The first parts of paths that are counted apart; whatever strangers try besides is one.
ROUTES = frozenset(
    {
        *(
            "graphql",
            "schema.graphql",
            "evidence",
            "log",
            "results",
            "assets",
            "places",
            "volunteer",
            "desk",
            "embed.js",
        ),
        *("healthz", "readyz", "metrics", "following", ""),
    }
)
REQUEST_ID = b"x-request-id"
GIVEN_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
CLOSE = (b"connection", b"close")
log = logging.getLogger(__name__)


class Front:
    """Posts and sockets to `/graphql` take the lean way, photographs theirs; all else Starlette's routes.

    `slow_seconds`: an answer that took longer is in the log.
    """

    def __init__(
        self,
        app: Starlette,
        post: ASGIApp,
        sockets: ASGIApp,
        photographs: ASGIApp,
        leaving: Leaving,
        edge: Edge,
        slow_seconds: float,
        allowed_origins: Sequence[str],
    ) -> None:
        self.app = app
        self.leaving = leaving
        self.edge = edge
        self._post = post
        self._sockets = sockets
        self._photographs = photographs
        # Around the shield, so that a page elsewhere can read its refusals too.
        self._shielded = CrossOrigin(Shield(self._route), allowed_origins)
        self._slow_seconds = slow_seconds
        self._process = secrets.token_hex(4)
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == REQUEST_ID), b"")
        number = given if GIVEN_ID.fullmatch(given) else b"%b-%x" % (self._process.encode(), next(self._numbers))
        with structlog.contextvars.bound_contextvars(request=number.decode()):
            if scope["type"] == "http":
                await self._serve(scope, receive, _Answering(self, scope, number, send).send)
            else:
                await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
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

    def answered(self, scope: Scope, status: int, seconds: float) -> None:
        """To the last byte."""
        route = route_of(scope["path"])
        REQUEST_SECONDS.labels(route).observe(seconds)
        # Followers wait at the log on purpose.
        if seconds > self._slow_seconds and b"wait=" not in scope["query_string"]:
            told = {"method": scope["method"], "route": route, "status": status, "seconds": round(seconds, 3)}
            log.warning("slow answer", extra=told)


class _Answering:
    """One request on its way out."""

    __slots__ = ("_began", "_front", "_number", "_scope", "_send", "_status", "_stream")

    def __init__(self, front: Front, scope: Scope, number: bytes, send: Send) -> None:
        self._front = front
        self._scope = scope
        self._number = number
        self._send = send
        self._began = time.perf_counter()
        self._status = 0
        self._stream = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message = self._started(message)
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body") and not self._stream:
            self._front.answered(self._scope, self._status, time.perf_counter() - self._began)

    def _started(self, message: Message) -> Message:
        headers = [*message.get("headers", ()), (REQUEST_ID, self._number)]
        self._status = message["status"]
        self._stream = any(
            name == b"content-type" and (b"event-stream" in value or b"multipart/mixed" in value)
            for name, value in headers
        )
        REQUESTS.labels(route_of(self._scope["path"]), str(self._status)).inc()
        if self._front.leaving.begun:
            # Whoever is answered while this process ends asks elsewhere next.
            headers.append(CLOSE)
        return {**message, "headers": headers}


def route_of(path: str) -> str:
    """The first part of a path, where it is one of ours."""
    first = path[1:].partition("/")[0]
    return f"/{first}" if first in ROUTES else "other"
