"""How often readers are told."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: at most one update a `tick` (0: every change at once), and at least one each `heartbeat`."""

    tick: float = 0.1
    heartbeat: float = 15.0
