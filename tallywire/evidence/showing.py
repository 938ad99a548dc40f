"""`GET /evidence/{sha256}`: the public copy, whole or narrower, to those who may see it; a picture, nothing else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from db.database import Database
from db.evidence import Photograph, is_public, may_see, photographs
from db.people import Person
from tallywire.evidence import refusal
from tallywire.evidence.development import MEDIA_TYPES, WIDTHS
from tallywire.evidence.store import Store, smaller

YEAR_SECONDS = 31_536_000
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One rendering of a photograph: the store's name for it, which is its digest or made from it, and its type."""

    name: str
    media_type: str


class Showing:
    """`needs_token`: the operator shows nothing to those without a token."""

    def __init__(self, database: Database, store: Store, needs_token: bool) -> None:
        self._database = database
        self._store = store
        self._needs_token = needs_token

    async def show(self, request: Request, sha256: str, person: Person | None) -> Response:
        """Raises RefusedError, StoreUnavailableError. What somebody may not see reads as what is not there."""
        if self._needs_token and person is None:
            raise refusal.unauthenticated()
        width = _width(request)
        photograph = (await photographs(self._database.pool, [sha256])).get(sha256)
        if photograph is None:
            raise refusal.not_found()
        public = await is_public(self._database.pool, sha256)
        if not public and not (person and await may_see(self._database.pool, sha256, person)):
            raise refusal.not_found()
        shown = _shown(photograph, width)
        headers = _headers(photograph, shown, for_all=public and not self._needs_token)
        if _has_already(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        size, pieces = await self._store.get(shown.name)
        headers["Content-Length"] = str(size)
        if request.method == "HEAD":
            return Response(headers=headers, media_type=shown.media_type)
        return StreamingResponse(_whole(pieces), headers=headers, media_type=shown.media_type)


def _width(request: Request) -> int | None:
    """Raises RefusedError."""
    asked = request.query_params.get("width")
    if asked is None:
        return None
    if asked not in {str(width) for width in WIDTHS}:
        raise refusal.bad_width(WIDTHS)
    return int(asked)


def _shown(photograph: Photograph, width: int | None) -> Shown:
    """A photograph that is no wider is shown as it is."""
    if width is None or photograph.width <= width:
        return Shown(photograph.public_sha256, photograph.public_media_type)
    return Shown(smaller(photograph.public_sha256, width), MEDIA_TYPES["JPEG"])


def _headers(photograph: Photograph, shown: Shown, *, for_all: bool) -> dict[str, str]:
    lasting = f"public, max-age={YEAR_SECONDS}, immutable"
    ending = ENDINGS[shown.media_type]
    return {
        "ETag": f'"{shown.name}"',
        # What only some may see now is asked for anew each time: rights end.
        "Cache-Control": lasting if for_all else "private, no-cache",
        "Vary": "Authorization",
        "Content-Disposition": f'inline; filename="{photograph.sha256[:16]}.{ending}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        # Outlets put it into their own pages.
        "Cross-Origin-Resource-Policy": "cross-origin" if for_all else "same-origin",
    }


def _has_already(request: Request, etag: str) -> bool:
    named = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    return etag in named or "*" in named


async def _whole(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for piece in pieces:
        yield piece
