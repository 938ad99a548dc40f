"""How each followed election stands, kept in files: other workers read them, and a fork outlives a restart.

`following/{election}.json` in the data folder; `following/{election}.fork` is evidence against its origin.
"""

import json
import logging
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote

from gql.following import Followed, FollowState

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Status:
    """`heads`: signed heads that cannot both be true. `verified_at`: when the origin last showed what verifies."""

    election: str
    origin: str
    state: FollowState = FollowState.AWAY
    size: int = 0
    verified_at: datetime | None = None
    reason: str | None = None
    heads: tuple[str, ...] = ()

    @property
    def forked(self) -> bool:
        """Refused for good."""
        return len(self.heads) > 1

    @property
    def refused(self) -> bool:
        return self.state is FollowState.REFUSED

    @property
    def age(self) -> float | None:
        """Seconds since then; None where it never did."""
        if self.verified_at is None:
            return None
        return max(0.0, (datetime.now(UTC) - self.verified_at).total_seconds())

    @property
    def followed(self) -> Followed:
        return Followed(self.origin, self.state, self.size, self.verified_at, self.reason, self.heads)

    @property
    def shown(self) -> dict[str, object]:
        """As `/readyz` and `/following` have it."""
        return {
            **asdict(self),
            "state": self.state.value,
            "verified_at": self.verified_at.isoformat() if self.verified_at else None,
            "age_seconds": None if self.age is None else round(self.age, 1),
        }


class StatusFiles:
    """One folder; written by whoever follows, read by all workers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, election: str) -> Status | None:
        """None where nothing is known of it, or the file cannot be read."""
        try:
            value = json.loads(self._path(election).read_text("utf-8"))
            verified_at = value["verified_at"]
            return Status(
                value["election"],
                value["origin"],
                FollowState(value["state"]),
                int(value["size"]),
                datetime.fromisoformat(verified_at) if verified_at else None,
                value["reason"],
                tuple(value["heads"]),
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.error("%s cannot be read: %s", self._path(election), error)
            return None

    def read_all(self) -> list[Status]:
        names = sorted(path.stem for path in self._folder.glob("*.json")) if self._folder.is_dir() else []
        return [found for name in names if (found := self._named(name)) is not None]

    def write(self, status: Status) -> None:
        """Whole or not at all; a full disk is said in the log, and stops nothing."""
        path = self._path(status.election)
        draft = path.with_name(f"{path.name}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(status.shown, ensure_ascii=False, indent=1), "utf-8")
            draft.replace(path)
        except OSError as error:
            log.error("%s cannot be written: %s", path, error)

    def fork(self, election: str) -> bytes | None:
        """The evidence that its origin signed two stories; None where there is none."""
        try:
            return self._fork(election).read_bytes()
        except OSError:
            return None

    def write_fork(self, election: str, document: bytes) -> None:
        """The first evidence stays: there is none better. A full disk is said in the log, and stops nothing."""
        path = self._fork(election)
        draft = path.with_name(f"{path.name}.new")
        try:
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                draft.write_bytes(document)
                draft.replace(path)
        except OSError as error:
            log.error("%s cannot be written: %s", path, error)

    def _fork(self, election: str) -> Path:
        return self._folder / f"{quote(election, safe='')}.fork"

    def _named(self, stem: str) -> Status | None:
        return self.read(unquote(stem))

    def _path(self, election: str) -> Path:
        return self._folder / f"{quote(election, safe='')}.json"


def verified(status: Status, size: int) -> Status:
    return replace(status, state=FollowState.FOLLOWING, size=size, verified_at=datetime.now(UTC), reason=None, heads=())
