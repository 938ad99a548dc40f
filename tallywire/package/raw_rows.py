"""Rows of a table before its columns are known, whatever kind of file they stand in; and what texts are cleaned of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

FILE_BYTES_MAX = 1 << 29  # far above any nation's stations

# Seen by nobody and typed by nobody, but pasted from pages and documents: they would make two of one code.
UNSEEN = dict.fromkeys(map(ord, "\u200b\ufeff\u2060\u00ad"))
SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2007\u2009"), " ")
CLEANED = {**UNSEEN, **SPACES}
MARKS_OF_DIRECTION = "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"


@dataclass(frozen=True, slots=True)
class RawRow:
    """`line` as its program numbers it. `troubles`: cells (from 0) that hold something else than a text or a number."""

    line: int
    texts: list[str]
    troubles: Mapping[int, str] = field(default_factory=dict)

    @property
    def blank(self) -> bool:
        return not self.troubles and not any(map(cleaned, self.texts))


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where rows come from; `name` of a workbook's sheet, None where the file is one table. `even`: no row is short."""

    file: str
    name: str | None
    rows: Iterator[RawRow]
    even: bool = False


def cleaned(text: str) -> str:
    """Without spaces around it and what cannot be seen; a space that does not break is a space."""
    if text.isascii():
        return text.strip()
    return text.translate(CLEANED).strip().strip(MARKS_OF_DIRECTION)
