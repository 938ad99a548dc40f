"""Taking away photographs that no tally names: a sheet that was never sent, a slip, an abuse."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db.database import Database
from db.evidence import Photograph, forget, names_in_use, photographs, unnamed_since
from tallywire.evidence.development import WIDTHS
from tallywire.evidence.store import Store, smaller

# No upload lasts so long: what lies there longer was left by a process that ended.
LEFT_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class Tidied:
    """How many photographs, of how many bytes as they were sent."""

    photographs: int
    bytes: int


async def tidy(database: Database, store: Store, before: datetime, *, dry_run: bool = False) -> Tidied:
    """Takes away what was sent before that instant and is named by no tally. Raises StoreUnavailableError.

    The register lets go first: what is left in the store by an interruption is nobody's, and shown to nobody.
    """
    found = await photographs(database.pool, await unnamed_since(database.pool, before))
    number = size = 0
    for photograph in found.values():
        if dry_run or await forget(database.pool, photograph.sha256):
            number, size = number + 1, size + photograph.bytes
            if not dry_run:
                await store.delete(await _free_names(database, photograph))
    return Tidied(number, size)


async def _free_names(database: Database, photograph: Photograph) -> list[str]:
    """What it alone used in the store: another photograph may be the same picture, given out before."""
    used = await names_in_use(database.pool, [photograph.sha256, photograph.public_sha256])
    names = {photograph.sha256, photograph.public_sha256} - used
    widths = [] if photograph.public_sha256 in used else [smaller(photograph.public_sha256, one) for one in WIDTHS]
    return [*sorted(names), *widths]


def tidy_incoming(folder: Path) -> int:
    """Takes away half received files that were left there; how many."""
    left = list(_left_in(folder, time.time() - LEFT_SECONDS))
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _left_in(folder: Path, before: float) -> Iterable[Path]:
    return (path for path in folder.glob("incoming-*") if path.stat().st_mtime < before)
