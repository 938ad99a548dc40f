"""How the events of a subscription over plain HTTP are written: server-sent, or as parts of one multipart answer.

The second is Apollo's multipart protocol, which its HttpLink asks for of its own accord. It has no id an event, and
knows one way alone to end early: a part with errors and without a payload; then its client asks again, with `after`.
"""

import re
from collections.abc import Mapping
from typing import ClassVar, Protocol

import orjson
from strawberry.http.streaming import MultipartSubscriptionTransport, SSETransport

from feed.kinds import Ending
from feed.position import Position

EVENT_STREAM = "text/event-stream"
_PARTS = re.compile(r"""\s*multipart/mixed\s*;(.*;)?\s*subscriptionspec\s*=\s*["']?1\.0""", re.IGNORECASE)
COME_BACK: dict[str, object] = {
    "message": "Come back, with the last cursor as `after`",
    "extensions": {"code": "COME_BACK"},
}


class Framing(Protocol):
    """`opening`: what comes before the first event."""

    opening: bytes

    def event(self, body: bytes, position: Position | None) -> bytes:
        """`body`: the JSON of one result."""

    def end(self, ending: Ending) -> bytes: ...


class ServerSent:
    """An event names its position, and a stream that ends without `complete` is one that its client opens again."""

    opening = b""
    _complete = SSETransport().encode_complete().encode()

    def event(self, body: bytes, position: Position | None) -> bytes:
        name = b"id: %b\r\n" % position.encode().encode() if position else b""
        return b"%bevent: next\r\ndata: %b\r\n\r\n" % (name, body)

    def end(self, ending: Ending) -> bytes:
        return self._complete if ending is Ending.GONE else b""


class Parts:
    """Each part is followed by the boundary: until it comes, a client does not know that the part is whole."""

    opening = b"--graphql"
    _last = b"--\r\n"

    def event(self, body: bytes, position: Position | None) -> bytes:
        del position  # Results name it themselves.
        return self.part(b'{"payload":%b}' % body)

    def end(self, ending: Ending) -> bytes:
        return self._last if ending is Ending.GONE else self.broken_off(COME_BACK)

    def broken_off(self, error: dict[str, object]) -> bytes:
        """An end that is not the subscription's own."""
        return self.part(orjson.dumps({"payload": None, "errors": [error]})) + self._last

    def part(self, content: bytes) -> bytes:
        return b"\r\nContent-Type: application/json\r\n\r\n%b\r\n--graphql" % content


SERVER_SENT, PARTS = ServerSent(), Parts()


class PartsTransport(MultipartSubscriptionTransport):
    """Strawberry's own, with headers by which nothing on the way holds parts back."""

    headers: ClassVar[Mapping[str, str]] = {
        "Content-Type": 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"',
        "Cache-Control": "no-cache, no-transform",
        "X-Accel-Buffering": "no",
        # Said to be as it is, so that nothing on the way out packs it, and waits for more.
        "Content-Encoding": "identity",
    }

    def accepts(self, accept: str) -> bool:
        return asks_for_parts(accept)

    def encode_complete(self) -> str:
        """Behind the boundary that ended the part before it."""
        return "--\r\n"


def asks_for_parts(accept: str) -> bool:
    """Whether an Accept header is of Apollo's multipart protocol."""
    return any(_PARTS.match(kind) for kind in accept.split(","))


def asks_for_a_stream(accept: str) -> bool:
    """Whether the answer may last as long as its reader."""
    return EVENT_STREAM in accept or asks_for_parts(accept)
