"""What a cell may hold. Each function notes its fault and still answers: a package with faults is never released."""

import re
from collections.abc import Collection, Hashable
from enum import StrEnum
from typing import TypeVar

from counting.election import Text
from tallywire.package.fault import Fault
from tallywire.package.table import Cell, Row

NUMBER_MAX = 2_147_483_647  # the API's Int
CODE = re.compile(r"(?!\.+\Z)[A-Za-z0-9._-]{1,64}")  # codes stand in addresses, where . and .. mean something else
CODE_RULE = "must be 1 to 64 of the characters A-Z a-z 0-9 . _ - and not dots alone"
DIGITS = re.compile(r"[0-9]{1,10}")
GROUPED = re.compile(r"\d{1,3}(?:([, '’])\d{3})(?:\1\d{3})*")  # 1,234,567, in one kind of separator
NUMBERS = re.compile(r"[0-9]{1,9}(?: +[0-9]{1,9})*")  # each surely under NUMBER_MAX
COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
GUESSES_MAX = 100
TO_FILL_IN = re.compile(r"<[^<>]+>")  # as tallywire new-election writes where somebody has to
UNREADABLE = -1  # what a cell that holds no such number reads as

Word = TypeVar("Word", bound=StrEnum)


def optional(cell: Cell, faults: list[Fault]) -> str | None:
    if CONTROL.search(cell.text):
        faults.append(cell.fault("holds a line break or another control character"))
    if TO_FILL_IN.fullmatch(cell.text):
        faults.append(cell.fault(f"{cell.text} is still to be filled in"))
    return cell.text or None


def required(cell: Cell, faults: list[Fault]) -> str:
    if not cell.text:
        faults.append(cell.fault("must not be empty"))
    return optional(cell, faults) or ""


def text(row: Row, stem: str, faults: list[Fault]) -> Text:
    """The pair of columns `stem_th`, in the election's own language, and `stem_en`. One alone stands for both."""
    own, english = row[f"{stem}_th"], optional(row[f"{stem}_en"], faults)
    if english and not own.text:
        return Text(english, english)
    return Text(required(own, faults), english)


def optional_text(row: Row, stem: str, faults: list[Fault]) -> Text | None:
    """As `text`; None where both are empty."""
    return text(row, stem, faults) if row[f"{stem}_th"].text or row[f"{stem}_en"].text else None


def code(cell: Cell, faults: list[Fault]) -> str:
    """A code, or "" where it is none."""
    if CODE.fullmatch(cell.text):
        return cell.text
    faults.append(cell.fault(f'"{cell.text}" is no code: {CODE_RULE}' if cell.text else "must not be empty"))
    return ""


def whole_number(cell: Cell, faults: list[Fault], least: int = 0) -> int:
    """A number in digits from `least` to NUMBER_MAX, or UNREADABLE."""
    digits = _digits(cell.text)
    value = int(digits) if DIGITS.fullmatch(digits) else UNREADABLE
    if least <= value <= NUMBER_MAX:
        return value
    if TO_FILL_IN.fullmatch(cell.text):
        faults.append(cell.fault(f"{cell.text} is still to be filled in"))
        return UNREADABLE
    rule = f"must be a whole number from {least} to {NUMBER_MAX}, in digits alone"
    faults.append(cell.fault(f'"{cell.text}" {rule}' if cell.text else f"is empty: {rule}"))
    return UNREADABLE


def _digits(text: str) -> str:
    """Digits of any script as 0 to 9, thousands together; anything else as it is, for nobody to guess at."""
    if text.isascii() and text.isdigit():
        return text
    if GROUPED.fullmatch(text):
        text = re.sub(r"[, '’]", "", text)
    return "".join(str(int(digit)) for digit in text) if text.isdecimal() and len(text) <= 10 else text


def color(cell: Cell, faults: list[Fault]) -> str:
    """In small letters; "" where none is given."""
    if cell.text and not COLOR.fullmatch(cell.text):
        faults.append(cell.fault(f'"{cell.text}" is no colour: must be # and six hexadecimal digits, as #0a7d4f'))
    return cell.text.lower()


def word(cell: Cell, allowed: type[Word], faults: list[Fault]) -> Word | None:
    """The member of an enumeration, in capitals or not, or None where it is none."""
    name = cell.text.upper().replace(" ", "_").replace("-", "_")
    if name in allowed.__members__:
        return allowed[name]
    faults.append(cell.fault(f'"{cell.text}" is not one of {", ".join(allowed)}'))
    return None


def meant(reference: Cell, codes: Collection[str], faults: list[Fault]) -> str:
    """What a reference that leads nowhere may mean: nothing, or a guess to be put behind the fault.

    Nothing where faults are many, as each guess looks through all codes.
    """
    if len(faults) > GUESSES_MAX:
        return ""
    wanted = reference.text.casefold()
    close = next((code for code in codes if code.casefold() == wanted), None)
    if close is None:
        close = next((code for code in codes if code.lstrip("0") == reference.text.lstrip("0") != ""), None)
    return f'; is "{close}" meant?' if close is not None else ""


class Once:
    """Notes a fault where a key comes a second time in one table."""

    def __init__(self, what: str, faults: list[Fault]) -> None:
        self._what = what
        self._faults = faults
        self._lines: dict[Hashable, int] = {}

    def see(self, cell: Cell, *key: str | int | None) -> None:
        """`key` identifies the row; a part that could not be read compares with nothing."""
        if UNREADABLE in key or "" in key:
            return
        first = self._lines.setdefault(key, cell.line)
        if first != cell.line:
            self._faults.append(cell.fault(f'{self._what} "{cell.text}" stands on line {first} already'))
