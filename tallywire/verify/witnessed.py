"""The head to be checked where witnesses were named: the newest that enough of them cosigned."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ledger.checkpoint import checked_head, cosigners
from ledger.note import VerifierKey
from tallywire.verify.copying import CHECKPOINT, needed
from tallywire.verify.source import Source

# A new head is cosigned within seconds, where its witnesses are there.
WAIT_SECONDS = 10.0
AGAIN_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Witnesses:
    """So many (`quorum`) of these must have cosigned."""

    keys: tuple[VerifierKey, ...] = ()
    quorum: int = 0


@dataclass(frozen=True, slots=True)
class Chosen:
    """The head to be checked, and who of the named witnesses cosigned it, when (seconds since 1970)."""

    checkpoint: bytes
    size: int
    cosigned: dict[VerifierKey, int] = field(default_factory=dict)

    def told(self) -> list[str]:
        """A line for each witness."""
        return [f"cosigned by {key.name} at {_clock(at)}" for key, at in self.cosigned.items()]


def _clock(seconds: int) -> str:
    """A time beyond the calendar is shown as the number that it is."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, ValueError, OSError):
        return f"second {seconds}"


async def choose(source: Source, keys: list[VerifierKey], witnesses: Witnesses, *, size_min: int, live: bool) -> Chosen:
    """The newest head of at least `size_min` entries that enough cosigned; waited for a moment where the log is `live`.

    Else the newest head, with whoever cosigned it. Raises SourceError, BadNoteError.
    """
    deadline = asyncio.get_running_loop().time() + (WAIT_SECONDS if live else 0)
    while True:
        newest = _read(await needed(source, CHECKPOINT), keys, witnesses)
        if len(newest.cosigned) >= witnesses.quorum:
            return newest
        # Those that the log counts may be others than those named: so more of them are asked for, until there are none.
        for count in range(witnesses.quorum, witnesses.quorum + len(witnesses.keys) + 1):
            content = await source.get(f"witnessed/{count}")
            if content is None:
                break
            found = _read(content, keys, witnesses)
            if len(found.cosigned) >= witnesses.quorum and found.size >= size_min:
                return found
        if asyncio.get_running_loop().time() >= deadline:
            return newest
        await asyncio.sleep(AGAIN_SECONDS)


def _read(content: bytes, keys: list[VerifierKey], witnesses: Witnesses) -> Chosen:
    head, note = checked_head(content, keys)
    return Chosen(content, head.size, cosigners(note, witnesses.keys))
