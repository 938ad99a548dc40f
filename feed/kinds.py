"""How updates are called, and how a slow reader is served."""

from enum import StrEnum


class UpdateKind(StrEnum):
    SNAPSHOT = "SNAPSHOT"
    DELTA = "DELTA"
    HEARTBEAT = "HEARTBEAT"


class DeliveryMode(StrEnum):
    LATEST = "LATEST"
    EVERY = "EVERY"
