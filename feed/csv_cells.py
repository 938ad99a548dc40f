"""Tables as spreadsheets read them: UTF-8 with a mark, and no cell that a spreadsheet would take for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

# Excel takes a file for UTF-8 by this alone.
MARK = "\ufeff"
# The wide forms are the same to some of them (OWASP, CSV injection).
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def plain(text: str) -> str:
    """A text as a cell: an apostrophe before what would be computed."""
    return f"'{text}" if text.startswith(FORMULAS) else text


def fraction(part: int, whole: int) -> str:
    """Six decimals; empty where there is nothing to divide by."""
    return f"{part / whole:.6f}" if whole else ""


def word(value: bool) -> str:
    return "true" if value else "false"


def lines(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as RFC 4180 has them."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
