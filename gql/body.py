"""The body of a POST, read in full or refused: its kind, its length, its time. The same for every way in."""

import asyncio
from collections.abc import Iterable

from starlette.types import Receive

from gql.limits import BODY_MAX, BODY_SECONDS, Limits

JSON = b"application/json"
# Twice in one request, and what stands in front of us may have read the other one.
ONCE = frozenset({b"authorization", b"content-type", b"content-length", b"content-encoding", b"host"})


class RefusedError(Exception):
    """The request is answered with this status and this line, and not executed."""

    def __init__(self, status: int, line: str) -> None:
        super().__init__(line)
        self.status = status
        self.line = line


def headers_of(raw: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """By lower-case name. Raises RefusedError where one that must be one comes twice."""
    found: dict[bytes, bytes] = {}
    for name, value in raw:
        if name in found and name in ONCE:
            raise RefusedError(400, f"{name.decode()} must not be sent twice")
        found[name] = value
    return found


async def read_body(headers: dict[bytes, bytes], receive: Receive, limits: Limits) -> bytes | None:
    """None where the client went away before its end. Raises RefusedError."""
    # Browsers let any page send other kinds than JSON to any address without asking first.
    if headers.get(b"content-type", b"").split(b";")[0].strip().lower() != JSON:
        raise RefusedError(415, "the body of a POST must be application/json")
    if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
        raise RefusedError(415, "the body must not be compressed")
    most = limits.most(BODY_MAX)
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or _over(int(length), most):
        raise RefusedError(413, f"the body must not exceed {most} bytes")
    seconds = limits.most(BODY_SECONDS)
    try:
        async with asyncio.timeout(seconds):
            return await _all(receive, most)
    except TimeoutError:
        raise RefusedError(408, f"the body did not come within {seconds} s") from None


async def _all(receive: Receive, most: int | None) -> bytes | None:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if _over(size, most):
            raise RefusedError(413, f"the body must not exceed {most} bytes")
        if not message.get("more_body"):
            return b"".join(parts)


def _over(number: int, most: int | None) -> bool:
    return most is not None and number > most
