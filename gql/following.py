"""What a follower says of where its numbers come from."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FollowState(StrEnum):
    FOLLOWING = "FOLLOWING"
    AWAY = "AWAY"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Followed:
    """One election's origin (its address) and how it stands with it; `size` entries are verified.

    `heads`: two signed heads that cannot both be true, where that is why it was refused.
    """

    origin: str
    state: FollowState
    size: int
    verified_at: datetime | None
    reason: str | None
    heads: tuple[str, ...] = ()
