"""Every code that a WebSocket is closed with, in one table: when, and whether the client should come back by itself.

The codes after which it should are those that clients of graphql-transport-ws come back from; 1011 is none of them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Closing:
    """`back`: the same request can be served in a moment, here or on another node."""

    code: int
    when: str
    back: bool


ABORTED = Closing(1006, "No code was sent: the line broke, or the process ended in the middle", back=True)
BAD_TEXT = Closing(1007, "A message was not UTF-8", back=False)
TOO_LARGE = Closing(1009, "A message was larger than `TALLYWIRE_WS_MAX_SIZE`", back=False)
BEGINS_AGAIN = Closing(1012, "The server stops or starts again, or the feed begins again", back=True)
COME_LATER = Closing(
    1013,
    "Too slow for every update (`mode: EVERY`), no ping was answered, tokens cannot be looked up at the moment, or the"
    " token has as many sockets open as it may (`sockets_a_token`)",
    back=True,
)
BAD_MESSAGE = Closing(4400, "A message is none of the protocol, or a document cannot be parsed", back=False)
NOT_ACKNOWLEDGED = Closing(4401, "A subscription came before the connection was acknowledged", back=False)
FORBIDDEN = Closing(4403, "The token is none, or was revoked", back=False)
OTHER_PROTOCOL = Closing(4406, "The client speaks another protocol than graphql-transport-ws", back=False)
NO_INIT = Closing(4408, "No `connection_init` came in time (`init_seconds`)", back=True)
SAME_ID = Closing(4409, "A subscription has the id of one that is still open", back=False)
TOO_MANY = Closing(4429, "`connection_init` came twice, or more messages than `messages_a_socket`", back=False)

CLOSINGS = (
    *(ABORTED, BAD_TEXT, TOO_LARGE, BEGINS_AGAIN, COME_LATER, BAD_MESSAGE, NOT_ACKNOWLEDGED, FORBIDDEN),
    *(OTHER_PROTOCOL, NO_INIT, SAME_ID, TOO_MANY),
)
