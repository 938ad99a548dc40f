"""How files that anybody may copy and keep are served: tags, packing, how long they last, and who may have them."""

import asyncio
import gzip
import hashlib
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from db.people import Person
from gql.packing import takes_gzip
from tallywire.formats.making import Made, chunks

FindPerson = Callable[[str], Awaitable[Person | None]]
YEAR_SECONDS = 31_536_000
PACKED_BYTES_MIN = 1_000
BUSY_SECONDS = 5
# Entries of the log pack to a fifth at the fastest level already.
PACKING = 1
JSON, CSV = "application/json", "text/csv; charset=utf-8"


class PublicFiles:
    """`needs_token`: the operator shows nothing to those without a token."""

    def __init__(self, find_person: FindPerson, needs_token: bool) -> None:
        self._find_person = find_person
        self._needs_token = needs_token

    async def may_read(self, request: Request) -> bool:
        header = request.headers.get("authorization")
        if header is None:
            return not self._needs_token
        scheme, _, token = header.partition(" ")
        return scheme.lower() == "bearer" and await self._find_person(token.strip()) is not None

    async def send(self, request: Request, content: bytes, media_type: str, seconds: int) -> Response:
        """`seconds`: how long it may be kept; a year: it never changes."""
        etag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
        if _has_already(request, etag):
            return Response(status_code=304, headers=self._headers(etag, seconds))
        headers = self._headers(etag, seconds)
        if len(content) >= PACKED_BYTES_MIN and _takes_gzip(request):
            content = await asyncio.to_thread(gzip.compress, content, PACKING)
            headers["Content-Encoding"] = "gzip"
        return Response(content, headers=headers, media_type=media_type)

    async def send_packed(
        self, request: Request, packed: bytes, digest: str, media_type: str, seconds: int
    ) -> Response:
        """The same of a file that lies here in gzip; `digest`: what tells it from all others."""
        etag = f'W/"{digest}"'
        headers = self._headers(etag, seconds)
        if _has_already(request, etag):
            return Response(status_code=304, headers=headers)
        if _takes_gzip(request):
            headers["Content-Encoding"] = "gzip"
            return Response(packed, headers=headers, media_type=media_type)
        # Said to be as it is, so that nothing on the way out packs it again.
        headers["Content-Encoding"] = "identity"
        return Response(await asyncio.to_thread(gzip.decompress, packed), headers=headers, media_type=media_type)

    def send_made(
        self, request: Request, made: Made, media_type: str, seconds: int, more: Mapping[str, str] | None = None
    ) -> Response:
        """A file that was made here, in pieces. Its tag is of its very bytes, so packed ones have another."""
        packed = made.packed and _takes_gzip(request)
        etag = f'"{made.sha256[:32]}{"-gzip" if packed else ""}"'
        headers = self._headers(etag, seconds) | dict(more or {})
        if _has_already(request, etag):
            return Response(status_code=304, headers=headers)
        # Said to be as it is, so that nothing on the way out packs it again.
        headers["Content-Encoding"] = "gzip" if packed else "identity"
        headers["Content-Length"] = str(made.stored_bytes if packed else made.size)
        if request.method == "HEAD":
            return Response(headers=headers, media_type=media_type)
        pieces = chunks(made.open(), unpack=made.packed and not packed)
        return StreamingResponse(pieces, headers=headers, media_type=media_type)

    def _headers(self, etag: str, seconds: int) -> dict[str, str]:
        whose = "private" if self._needs_token else "public"
        lasting = ", immutable" if seconds == YEAR_SECONDS else ""
        return {
            "Cache-Control": f"{whose}, max-age={seconds}{lasting}",
            "ETag": etag,
            "Vary": "Accept-Encoding, Authorization" if self._needs_token else "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
            # Anybody's page may read them.
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "ETag, Content-Location, Retry-After",
        }


def busy() -> Response:
    response = told("many files are being made: ask again in a moment / มีผู้ขอไฟล์พร้อมกันมาก ลองใหม่ในอีกสักครู่", 503)
    response.headers["Retry-After"] = str(BUSY_SECONDS)
    return response


def told(line: str, status: int) -> Response:
    """A refusal that nobody keeps."""
    headers = {"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return PlainTextResponse(f"{line}\n", status, headers)


def _takes_gzip(request: Request) -> bool:
    return takes_gzip(request.headers.get("accept-encoding", ""))


def _has_already(request: Request, etag: str) -> bool:
    """Compared weakly: what packs on the way weakens a tag."""
    named = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    return etag.removeprefix("W/") in named or "*" in named
