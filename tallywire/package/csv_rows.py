"""A CSV file as editors have them: commas, semicolons or tabs; UTF-8 or UTF-16; with or without byte order mark."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence

from tallywire.package.fault import Fault
from tallywire.package.raw_rows import RawRow, cleaned

SEPARATORS = (",", ";", "\t")
BAD_LINES_TOLD = 5
UTF_16 = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
THAI_LETTERS = range(0x0E01, 0x0E5C)
HINT = 'save the file as "CSV UTF-8"'


def csv_rows(file: str, data: bytes, names: Sequence[str], faults: list[Fault]) -> Iterator[RawRow]:
    """Each row with the number of its first physical line. `names` tell by which separator the heading makes sense."""
    text = _decoded(file, data, faults)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text, names), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            texts = next(reader, None)
        except csv.Error as error:
            faults.append(Fault(file, line, None, None, f"not readable as CSV from here on: {error}"))
            return
        if texts is None:
            return
        yield RawRow(line, texts)


def _separator(text: str, names: Sequence[str]) -> str:
    """By which the first lines hold the most headings that are known; a comma where none does."""
    first = text.lstrip("\r\n").split("\n", 12)[:12]

    def known(separator: str) -> int:
        return max(sum(cleaned(cell.strip('"')).lower() in names for cell in line.split(separator)) for line in first)

    return max(SEPARATORS, key=known) if first else SEPARATORS[0]


def _decoded(file: str, data: bytes, faults: list[Fault]) -> str:
    """The text; a byte order mark, which spreadsheets write, is dropped."""
    encoding = UTF_16.get(data[:2], "utf-8-sig")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8-sig":
            faults.append(Fault(file, None, None, None, f"not readable as UTF-16 ({error.reason}); {HINT}"))
            return ""
    faults += _bad_lines(file, data)
    return data.decode("utf-8-sig", errors="replace")


def _bad_lines(file: str, data: bytes) -> Iterator[Fault]:
    """Each line that is not UTF-8; all in one where they are many, as then the whole file is something else."""
    found: list[tuple[int, int]] = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            found.append((number, line[error.start]))
    guess = _looks_like(data)
    if guess is None and len(found) <= BAD_LINES_TOLD:
        for number, byte in found:
            yield Fault(file, number, None, None, f"not UTF-8: byte 0x{byte:02x}; {HINT}")
        return
    number, byte = found[0]
    more = f", and {len(found) - 1:,} more lines" if len(found) > 1 else ""
    likely = f"it looks like {guess}: " if guess else ""
    yield Fault(file, number, None, None, f"not UTF-8: byte 0x{byte:02x} here{more}; {likely}{HINT}")


def _looks_like(data: bytes) -> str | None:
    """Windows-874, as older Thai programs write; else unknown: there are too many alike to tell them apart."""
    high = bytes(byte for byte in data[:1_000_000] if byte >= 0x80)
    try:
        thai = sum(ord(letter) in THAI_LETTERS for letter in high.decode("cp874"))
    except UnicodeDecodeError:
        return None
    return "Windows-874 (Thai)" if len(high) >= 4 and thai > 0.95 * len(high) else None
