"""Fetches the results files of cuts and has them checked against the log."""

import asyncio
from collections.abc import Callable

from ledger.cut_check import CutCheck
from ledger.cut_line import CutLine
from ledger.verify import Copy, Fault, Verified
from tallywire.verify.source import Source

# All are checked where there are no more than this; of more, the newest, and all where it is asked for.
CUTS_COMPARED = 20
Told = Callable[[str, int, int], None]


def cut_path(number: int) -> str:
    return f"cuts/{number}.json"


def chosen(newest: CutLine, every: bool | None) -> list[int]:
    """The numbers of the cuts to be checked, in order."""
    if every or (every is None and newest.number < CUTS_COMPARED):
        return list(range(newest.number + 1))
    return [newest.number]


async def cut_faults(
    source: Source, copy: Copy, found: Verified, newest: CutLine, numbers: list[int], told: Told
) -> list[Fault]:
    """Raises SourceError."""
    check = await asyncio.to_thread(CutCheck, copy.definition, found.terms, copy.entries, found.hashes)
    faults: list[Fault] = []
    for done, number in enumerate(numbers, start=1):
        content = await source.get(cut_path(number))
        if content is None:
            faults.append(Fault(f"cut {number}", "its results file is not there"))
            continue
        wrong = await asyncio.to_thread(lambda data, cut: list(check.faults(data, cut, newest)), content, number)
        faults += [Fault(f"cut {number}", what) for what in wrong]
        told("Checking cuts", done, len(numbers))
    return faults
