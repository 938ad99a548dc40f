"""The address of photographs: who asks, which of the two ways, and every refusal as one shape of JSON."""

import contextlib
import logging
import re
from collections.abc import Awaitable, Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from db.database import is_away
from db.evidence import Photograph
from db.people import Person
from tallywire.evidence import refusal
from tallywire.evidence.incoming import hear_out
from tallywire.evidence.refusal import RefusedError
from tallywire.evidence.showing import Showing
from tallywire.evidence.store import StoreFullError, StoreUnavailableError
from tallywire.evidence.uploading import Uploading

PATH = "/evidence/"
METHODS = ("GET", "HEAD", "PUT")
DIGEST = re.compile(r"[0-9a-f]{64}")
FindPerson = Callable[[str], Awaitable[Person | None]]
log = logging.getLogger(__name__)


class Photographs:
    """An ASGI application for all under `/evidence/`. Bodies are pictures already: nothing is compressed here."""

    def __init__(self, uploading: Uploading, showing: Showing, find_person: FindPerson, bytes_max: int) -> None:
        self._uploading = uploading
        self._showing = showing
        self._find_person = find_person
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        with contextlib.suppress(ClientDisconnect):
            response = await self._answer(request)
            await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method not in METHODS:
            return Response(status_code=405, headers={"Allow": ", ".join(METHODS)})
        try:
            return await self._admitted(request)
        except RefusedError as refused:
            fault = refused
        except StoreUnavailableError as error:
            log.error("the store of photographs: %s", error)
            fault = refusal.store_full() if isinstance(error, StoreFullError) else refusal.unavailable()
        except Exception as error:
            if not is_away(error):
                raise
            fault = refusal.unavailable()
        if request.method == "PUT":
            await hear_out(request, self._bytes_max)
        return _refused(fault)

    async def _admitted(self, request: Request) -> Response:
        sha256 = request.url.path.removeprefix(PATH)
        person = await self._person(request)
        if request.method != "PUT":
            if not DIGEST.fullmatch(sha256):
                raise refusal.not_found()
            return await self._showing.show(request, sha256, person)
        if person is None:
            raise refusal.unauthenticated()
        if not DIGEST.fullmatch(sha256):
            raise refusal.bad_digest()
        photograph, new = await self._uploading.take(request, sha256, person)
        return JSONResponse(_described(photograph), 201 if new else 200, headers={"Cache-Control": "no-store"})

    async def _person(self, request: Request) -> Person | None:
        """None without a token; raises RefusedError for one that is none."""
        header = request.headers.get("authorization")
        if header is None:
            return None
        scheme, _, token = header.partition(" ")
        person = await self._find_person(token.strip()) if scheme.lower() == "bearer" else None
        if person is None:
            raise refusal.unauthenticated()
        return person


def _described(photograph: Photograph) -> dict[str, str | int]:
    return {
        "sha256": photograph.sha256,
        "publicSha256": photograph.public_sha256,
        "mediaType": photograph.public_media_type,
        "bytes": photograph.public_bytes,
        "width": photograph.width,
        "height": photograph.height,
        "url": PATH + photograph.sha256,
    }


def _refused(fault: RefusedError) -> JSONResponse:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if fault.retry_after is not None:
        headers["Retry-After"] = str(fault.retry_after)
    if fault.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(fault.as_json(), fault.status, headers=headers)
