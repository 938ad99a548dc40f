"""`/embed.js`: the script by which any page shows live results. Anybody may load it; numbers are asked for apart."""

import gzip
import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tallywire.public_file import PublicFiles

PATH = "/embed.js"
# An address that stays: pages of outlets name it for years, and get what is new within minutes.
SECONDS = 300
MEDIA_TYPE = "text/javascript"


def embed_route(script: Path, files: PublicFiles) -> Route:
    """`script`: as it was built; without it the address says how to get one."""
    content = script.read_bytes() if script.is_file() else b""
    packed, digest = gzip.compress(content, 9, mtime=0), hashlib.sha256(content).hexdigest()[:32]

    async def serve(request: Request) -> Response:
        if not content:
            return PlainTextResponse("The browser apps are not built here: make setup\n", status_code=503)
        response = await files.send_packed(request, packed, digest, MEDIA_TYPE, SECONDS)
        # Pages that isolate themselves take no script that does not say this.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return Route(PATH, serve)
