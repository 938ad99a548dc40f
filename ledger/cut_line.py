"""The line of a signed head that names the newest cut: `cut NUMBER SEQUENCE SHA256`.

Each results file names the digest of the one before it, so the newest one's digest stands for all of them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

SHAPE = re.compile(r"cut (0|[1-9][0-9]{0,9}) (0|[1-9][0-9]{0,9}) ([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class CutLine:
    """Cut `number`, after entry `sequence`; `results_sha256` in hex."""

    number: int
    sequence: int
    results_sha256: str

    def __str__(self) -> str:
        return f"cut {self.number} {self.sequence} {self.results_sha256}"


def cut_line_of(extensions: Iterable[str]) -> CutLine | None:
    """The cut that a head's further lines name; None where they name none."""
    for line in extensions:
        if found := SHAPE.fullmatch(line):
            return CutLine(int(found[1]), int(found[2]), found[3])
    return None
