"""graphql-sse: one subscription as server-sent events, for networks that let no WebSocket through."""

import re
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import orjson

from .refusals import RefusedError, UnansweredError, data_of
from .wire import Wire

# The server says something every few seconds, and be it a comment; without a byte for so long the line is a broken one.
SILENCE_SECONDS_MAX = 60.0
BLANK_LINE = re.compile(rb"\r?\n\r?\n")


async def stream_events(wire: Wire, token: str | None, payload: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
    """The data of each event, until `complete`. Raises UnansweredError where the line is lost, RefusedError."""
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=15, sock_read=SILENCE_SECONDS_MAX)
    try:
        async with wire.session.post(
            wire.address, data=orjson.dumps(payload), headers=headers, timeout=timeout
        ) as response:
            if response.status in (408, 429) or response.status >= 500:
                raise UnansweredError(f"HTTP {response.status}")
            if response.content_type != "text/event-stream":
                raise RefusedError(f"HTTP_{response.status}", (await response.text())[:500])
            async for kind, body in _events(response.content):
                if kind == "complete":
                    return
                if kind == "next":
                    yield data_of(orjson.loads(body))
    except (aiohttp.ClientError, TimeoutError, OSError) as failure:
        raise UnansweredError(str(failure) or type(failure).__name__) from failure
    # A stream that ends without `complete` is one to open again.
    raise UnansweredError("the stream ended")


async def _events(content: aiohttp.StreamReader) -> AsyncGenerator[tuple[str, bytes], None]:
    """Name and data of each event; comments and ids are dropped."""
    waiting = bytearray()
    async for piece in content.iter_any():
        looked_at = max(0, len(waiting) - 3)
        waiting += piece
        while blank := BLANK_LINE.search(waiting, looked_at):
            lines = bytes(waiting[: blank.start()]).splitlines()
            del waiting[: blank.end()]
            looked_at = 0
            fields = dict(line.split(b": ", 1) for line in lines if b": " in line and not line.startswith(b":"))
            if b"event" in fields:
                yield fields[b"event"].decode(), fields.get(b"data", b"")
