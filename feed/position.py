"""A position in one election's feed: epoch + sequence, opaque to clients.

Sequence -1 is the feed before counting opened, when nobody but editors sees a number: a reader who comes back from
there is sent everything.
"""

import base64
import binascii
from dataclasses import dataclass

BEFORE_COUNTING = -1


class BadCursorError(Exception):
    """The text is no cursor that this service ever gave out."""


@dataclass(frozen=True, slots=True)
class Position:
    epoch: str
    sequence: int

    def encode(self) -> str:
        return base64.urlsafe_b64encode(f"{self.epoch}.{self.sequence}".encode()).decode().rstrip("=")


def decode(cursor: str) -> Position:
    """Raises BadCursorError."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        epoch, _, sequence = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").partition(".")
        position = Position(epoch, int(sequence))
    except (ValueError, binascii.Error) as error:
        raise BadCursorError(cursor) from error
    if not epoch or position.sequence < BEFORE_COUNTING or position.encode() != cursor:
        raise BadCursorError(cursor)
    return position
