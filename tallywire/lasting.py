"""Requests that stay open, sockets and event streams: how many of one address there are, and how often they come."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gql.edge import Edge
from gql.limits import SOCKETS_AN_ADDRESS, SOCKETS_OPENED_AN_ADDRESS
from gql.occupancy import FullError
from gql.rates import WINDOW_SECONDS


async def held(edge: Edge, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """The application while there is room for one more; else 429, before a handshake too."""
    client = scope.get("client")
    whose = edge.addresses.counted(client[0] if client else None)
    if seconds := edge.rates.take(SOCKETS_OPENED_AN_ADDRESS, whose):
        await _refuse(scope, receive, send, f"too many in a short time ({SOCKETS_OPENED_AN_ADDRESS.name})", seconds)
        return
    try:
        edge.occupancy.enter(SOCKETS_AN_ADDRESS, whose)
    except FullError as error:
        await _refuse(scope, receive, send, str(error), WINDOW_SECONDS)
        return
    try:
        await app(scope, receive, send)
    finally:
        edge.occupancy.leave(SOCKETS_AN_ADDRESS, whose)


async def _refuse(scope: Scope, receive: Receive, send: Send, line: str, seconds: int) -> None:
    """An answer to the handshake itself, where the server can give one."""
    response = PlainTextResponse(f"{line}\n", 429, {"Retry-After": str(seconds)})
    await response(scope, receive, send)
