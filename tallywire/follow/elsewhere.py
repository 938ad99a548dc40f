"""What a follower does not serve itself: whoever asks for it is sent to the origin."""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gql.errors import read_only
from tallywire.evidence.routes import PATH as EVIDENCE_PATH

# The phone's app and the desk are of no use where nothing is taken; photographs stay with the origin.
PAGES = ("/volunteer", "/desk")
READING = ("GET", "HEAD")


def elsewhere(origin: str) -> list[BaseRoute]:
    """Routes before all others; `origin` is its address."""

    async def go(request: Request) -> Response:
        if request.method not in READING:
            return JSONResponse({"errors": [read_only(origin).formatted]}, 403)
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{origin}{request.url.path}{query}", 307)

    methods = [*READING, "POST", "PUT"]
    return [
        *(Route(path, go, methods=methods) for path in PAGES),
        Route(EVIDENCE_PATH.rstrip("/") or EVIDENCE_PATH, go, methods=methods),
        Route(EVIDENCE_PATH.rstrip("/") + "/{path:path}", go, methods=methods),
    ]
