"""What every answer carries so that browsers do nothing with it that was not meant, whatever gave the answer."""

import logging
import secrets

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
# Of whatever is no page of ours: it runs nothing, and nobody frames it.
DEFAULTS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
log = logging.getLogger(__name__)


class Shield:
    """Adds what the answer does not say itself, and turns what nobody foresaw into an incident's number."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def shielded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = _with_defaults(message.get("headers", []), secure=scope["scheme"] == "https")
            await send(message)

        try:
            await self._app(scope, receive, shielded)
        except Exception:
            incident = secrets.token_hex(6)
            log.exception("incident %s", incident)
            # What has begun can only be cut off, which the server does.
            if begun:
                raise
            await _tell(shielded, f"Something went wrong on our side (incident {incident})\n".encode())


def _with_defaults(headers: list[tuple[bytes, bytes]], *, secure: bool) -> list[tuple[bytes, bytes]]:
    said = {name.lower() for name, _ in headers}
    added = [one for one in (*DEFAULTS, *((HSTS,) if secure else ())) if one[0] not in said]
    return [*headers, *added]


async def _tell(send: Send, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})
