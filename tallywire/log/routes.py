"""Everything under `/log/{election}/`: small, cacheable, the same from every node and from any copy of the files."""

import asyncio
import gzip
import hashlib
import json
from collections.abc import Awaitable, Callable

import asyncpg
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from db.database import is_away
from db.people import Person
from ledger.reader import BeyondTheTreeError, Ledger, NoHeadError
from ledger.tiles import WIDTH, BadPathError, TilePath, parse_path

FindPerson = Callable[[str], Awaitable[Person | None]]
Answer = Callable[[Request, str], Awaitable[Response]]
YEAR_SECONDS = 31_536_000
PARTIAL_SECONDS = 60
HEAD_SECONDS = 1
PACKED_BYTES_MIN = 1_000
# Entries pack to a fifth at the fastest level already.
PACKING = 1
# Nothing in these tells of reports.
BEFORE_COUNTING = frozenset({"keys", "definition.json"})
BYTES, TEXT, JSON = "application/octet-stream", "text/plain; charset=utf-8", "application/json"


class Log:
    """`needs_token`: the operator shows nothing to those without a token. `opened`: whether an election's count has."""

    def __init__(
        self, ledger: Ledger, find_person: FindPerson, needs_token: bool, opened: Callable[[str], bool]
    ) -> None:
        self._ledger = ledger
        self._find_person = find_person
        self._needs_token = needs_token
        self._opened = opened

    @property
    def routes(self) -> list[BaseRoute]:
        served = {
            "checkpoint": self._checkpoint,
            "tile/{path:path}": self._tile,
            "sealed/{path:path}": self._sealed,
            "keys": self._keys,
            "definition.json": self._definition,
        }
        return [
            Route(f"/log/{{election}}/{path}", self._guarded(answer, always=path in BEFORE_COUNTING))
            for path, answer in served.items()
        ]

    def _guarded(self, answer: Answer, *, always: bool) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            election = request.path_params["election"]
            try:
                if not await self._may_read(request):
                    return _told("a valid token is needed, as Authorization: Bearer …", 401)
                if not (always or self._opened(election)):
                    raise NoHeadError(election)
                return await answer(request, election)
            except (NoHeadError, asyncpg.CharacterNotInRepertoireError):
                return _told("there is no such log here, or nobody has signed it yet", 404)
            except (BeyondTheTreeError, BadPathError):
                return _told("there is no such tile in the signed tree", 404)
            except Exception as error:
                if not is_away(error):
                    raise
                return _told("this cannot be answered right now", 503)

        return endpoint

    async def _may_read(self, request: Request) -> bool:
        header = request.headers.get("authorization")
        if header is None:
            return not self._needs_token
        scheme, _, token = header.partition(" ")
        return scheme.lower() == "bearer" and await self._find_person(token.strip()) is not None

    async def _checkpoint(self, request: Request, election: str) -> Response:
        head = await self._ledger.head(election)
        return await self._send(request, head.note.encode(), TEXT, HEAD_SECONDS)

    async def _tile(self, request: Request, election: str) -> Response:
        path = parse_path(request.path_params["path"])
        read = self._ledger.bundle if path.level is None else self._ledger.tile
        return await self._send(request, await read(election, path), BYTES, _seconds(path))

    async def _sealed(self, request: Request, election: str) -> Response:
        """Entries as they were when they were sealed: so a change made after it can be told, not only found."""
        path = parse_path(request.path_params["path"])
        if path.level is not None:
            raise BadPathError
        return await self._send(request, await self._ledger.sealed_bundle(election, path), BYTES, _seconds(path))

    async def _keys(self, request: Request, election: str) -> Response:
        document = json.dumps(await self._ledger.keys_document(election), indent=1).encode()
        return await self._send(request, document, JSON, PARTIAL_SECONDS)

    async def _definition(self, request: Request, election: str) -> Response:
        content, _ = await self._ledger.definition(election)
        return await self._send(request, content, JSON, PARTIAL_SECONDS)

    async def _send(self, request: Request, content: bytes, media_type: str, seconds: int) -> Response:
        etag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {
            "Cache-Control": self._cached(seconds),
            "ETag": etag,
            "Vary": "Accept-Encoding, Authorization" if self._needs_token else "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
            # Anybody's page may check the log.
            "Access-Control-Allow-Origin": "*",
        }
        if _has_already(request, etag):
            return Response(status_code=304, headers=headers)
        if len(content) >= PACKED_BYTES_MIN and "gzip" in request.headers.get("accept-encoding", ""):
            content = await asyncio.to_thread(gzip.compress, content, PACKING)
            headers["Content-Encoding"] = "gzip"
        return Response(content, headers=headers, media_type=media_type)

    def _cached(self, seconds: int) -> str:
        whose = "private" if self._needs_token else "public"
        lasting = ", immutable" if seconds == YEAR_SECONDS else ""
        return f"{whose}, max-age={seconds}{lasting}"


def _seconds(path: TilePath) -> int:
    return YEAR_SECONDS if path.width == WIDTH else PARTIAL_SECONDS


def _has_already(request: Request, etag: str) -> bool:
    named = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
    return etag in named or etag.removeprefix("W/") in named or "*" in named


def _told(line: str, status: int) -> Response:
    headers = {"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return PlainTextResponse(f"{line}\n", status, headers)
