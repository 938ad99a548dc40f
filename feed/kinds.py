"""How updates are called, how a slow reader is served, and how a feed ends."""

from enum import StrEnum


class UpdateKind(StrEnum):
    SNAPSHOT = "SNAPSHOT"
    DELTA = "DELTA"
    HEARTBEAT = "HEARTBEAT"


class DeliveryMode(StrEnum):
    LATEST = "LATEST"
    EVERY = "EVERY"


class Ending(StrEnum):
    """Why a reader is sent no more. GONE: for good; ANEW: on the new feed; AWAY, SLOW: let it come back and resume."""

    GONE = "GONE"
    ANEW = "ANEW"
    AWAY = "AWAY"
    SLOW = "SLOW"
