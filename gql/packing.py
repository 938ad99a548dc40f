"""Answers to the public go out packed where the asker unpacks them: on a slow line a page has its numbers sooner."""

import asyncio
import gzip
from collections.abc import Mapping

BYTES_MIN = 1_000
# Beyond it the event loop would be held up for milliseconds.
AT_ONCE_BYTES_MAX = 50_000
# The fastest level: names and keys that come again pack to a quarter already.
LEVEL = 1
VARY = (b"vary", b"accept-encoding")


def takes_gzip(offered: str) -> bool:
    """By the header Accept-Encoding."""
    ways = [one.strip().lower() for one in offered.split(",")]
    return any(one.split(";")[0].strip() == "gzip" and "q=0" not in one.replace("q=0.", "") for one in ways)


async def packed(body: bytes, asked: Mapping[bytes, bytes]) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The body as it goes out, and the headers that say so.

    Never that of somebody with a token: beside what a stranger can have written into it, a secret shows in its length.
    """
    if len(body) < BYTES_MIN or b"authorization" in asked:
        return body, []
    if not takes_gzip(asked.get(b"accept-encoding", b"").decode("latin-1")):
        return body, [VARY]
    if len(body) > AT_ONCE_BYTES_MAX:
        small = await asyncio.to_thread(gzip.compress, body, LEVEL)
    else:
        small = gzip.compress(body, LEVEL)
    return small, [VARY, (b"content-encoding", b"gzip")]
