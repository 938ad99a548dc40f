"""The photographs that entries name: each is there, and its bytes are what they were.

The log holds the digest of the file as it was sent. The public copy has the same digest, unless place or device had to
be taken out of it; then what can be checked is that it is still the copy that was seen first.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from ledger.verify import Fault, Verified
from tallywire.verify.source import Source, side_by_side

AT_ONCE = 4
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Looked:
    """`copies`: the public copy's digest by the digest in the log."""

    proven: int = 0
    copies: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


async def look_at(source: Source, found: Verified, known: dict[str, str], progress: Progress) -> Looked:
    """`source` has them by their digest. Raises SourceError."""
    looked, waiting = Looked(), iter(found.photographs.items())
    done = 0

    async def worker() -> None:
        nonlocal done
        for sha256, place in waiting:
            _judge(looked, sha256, place, await source.get(sha256), known.get(sha256))
            done += 1
            progress(done, len(found.photographs))

    await side_by_side(worker, AT_ONCE)
    return looked


def _judge(looked: Looked, sha256: str, place: str, content: bytes | None, known: str | None) -> None:
    if content is None:
        if known is not None:
            looked.faults.append(Fault(place, f"photograph {sha256} was there before, and is not any more"))
        looked.missing.append(f"{place}: photograph {sha256} is not there")
        return
    digest = hashlib.sha256(content).hexdigest()
    if known is not None and digest != known:
        looked.faults.append(Fault(place, f"photograph {sha256} is not the picture that was there before"))
    looked.copies[sha256] = digest
    looked.proven += digest == sha256
