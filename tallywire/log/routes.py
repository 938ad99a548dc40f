"""Everything under `/log/{election}/`: small, cacheable, the same from every node and from any copy of the files."""

import contextlib
import json
import math
from collections.abc import Awaitable, Callable

import asyncpg
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from db.database import is_away
from ledger.reader import BeyondTheTreeError, Ledger, NoHeadError
from ledger.tiles import WIDTH, BadPathError, TilePath, parse_path
from tallywire.log.heads import Heads
from tallywire.public_file import JSON, YEAR_SECONDS, PublicFiles, told

Answer = Callable[[Request, str], Awaitable[Response]]
PARTIAL_SECONDS = 60
HEAD_SECONDS = 1
WITNESSES_MAX = 64
# Nothing in these tells of reports.
BEFORE_COUNTING = frozenset({"keys", "definition.json"})
BYTES, TEXT = "application/octet-stream", "text/plain; charset=utf-8"


class Log:
    """`opened`: whether an election's count has."""

    def __init__(self, ledger: Ledger, heads: Heads, files: PublicFiles, opened: Callable[[str], bool]) -> None:
        self._ledger = ledger
        self._heads = heads
        self._files = files
        self._opened = opened

    @property
    def routes(self) -> list[BaseRoute]:
        served = {
            "checkpoint": self._checkpoint,
            "witnessed/{count:int}": self._witnessed,
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
                if not await self._files.may_read(request):
                    return told("a valid token is needed, as Authorization: Bearer …", 401)
                if not (always or self._opened(election)):
                    raise NoHeadError(election)
                return await answer(request, election)
            except (NoHeadError, asyncpg.CharacterNotInRepertoireError):
                return told("there is no such log here, or nobody has signed it yet", 404)
            except (BeyondTheTreeError, BadPathError):
                return told("there is no such tile in the signed tree", 404)
            except Exception as error:
                if not is_away(error):
                    raise
                return told("this cannot be answered right now", 503)

        return endpoint

    async def _checkpoint(self, request: Request, election: str) -> Response:
        """With `?after=SIZE&wait=SECONDS` the first head of more entries than that, as followers ask for it."""
        asked = request.query_params
        if "after" not in asked:
            head = await self._ledger.head(election)
            return await self._files.send(request, head.cosigned_note.encode(), TEXT, HEAD_SECONDS)
        after, seconds = 0, math.nan
        with contextlib.suppress(ValueError):
            after, seconds = int(asked["after"]), float(asked.get("wait", "0"))
        if not math.isfinite(seconds):
            return told("after is a number of entries, wait a number of seconds", 400)
        head = await self._heads.beyond(election, after, seconds)
        return await self._files.send(request, head.cosigned_note.encode(), TEXT, 0)

    async def _witnessed(self, request: Request, election: str) -> Response:
        """The newest head that so many witnesses cosigned."""
        count = request.path_params["count"]
        try:
            head = await self._ledger.witnessed(election, max(1, min(count, WITNESSES_MAX)))
        except NoHeadError:
            return told("so many witnesses have cosigned no head here", 404)
        return await self._files.send(request, head.cosigned_note.encode(), TEXT, HEAD_SECONDS)

    async def _tile(self, request: Request, election: str) -> Response:
        path = parse_path(request.path_params["path"])
        read = self._ledger.bundle if path.level is None else self._ledger.tile
        return await self._files.send(request, await read(election, path), BYTES, _seconds(path))

    async def _sealed(self, request: Request, election: str) -> Response:
        """Entries as they were when they were sealed: so a change made after it can be told, not only found."""
        path = parse_path(request.path_params["path"])
        if path.level is not None:
            raise BadPathError
        return await self._files.send(request, await self._ledger.sealed_bundle(election, path), BYTES, _seconds(path))

    async def _keys(self, request: Request, election: str) -> Response:
        document = json.dumps(await self._ledger.keys_document(election), indent=1).encode()
        return await self._files.send(request, document, JSON, PARTIAL_SECONDS)

    async def _definition(self, request: Request, election: str) -> Response:
        content, _ = await self._ledger.definition(election)
        return await self._files.send(request, content, JSON, PARTIAL_SECONDS)


def _seconds(path: TilePath) -> int:
    return YEAR_SECONDS if path.width == WIDTH else PARTIAL_SECONDS
