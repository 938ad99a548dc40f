"""One key names the next: so whoever trusts an old key of a log can tell that a new one is not a stranger's."""

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.note import VerifierKey


@dataclass(frozen=True, slots=True)
class Succession:
    """`signature`: by the old key, over `succession_text`."""

    old: bytes
    new: bytes
    signature: bytes


def succession_text(old: bytes, new: bytes) -> bytes:
    return f"tallywire ledger key\n{old.hex()}\n{new.hex()}\n".encode()


def trusted(first: Iterable[VerifierKey], successions: Iterable[Succession]) -> list[VerifierKey]:
    """The keys that are trusted already, and those that one of them named, directly or through others."""
    found = list(first)
    waiting = list(successions)
    progress = True
    while progress:
        progress = False
        for one in list(waiting):
            named_by = next((key for key in found if key.public == one.old), None)
            if named_by is None:
                continue
            waiting.remove(one)
            if named_by.verifies(succession_text(one.old, one.new), one.signature):
                found.append(VerifierKey(named_by.name, one.new))
                progress = True
    return found
