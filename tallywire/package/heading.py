"""Which column is which: the heading of a table, found below titles, in whatever order and spelling editors have it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from tallywire.package.fault import Fault
from tallywire.package.raw_rows import RawRow, Sheet, cleaned

# A title or two stand above many a table.
TITLES_MAX = 10
# Of such columns nothing is read.
OWN = "#"
# An election's own language may be called so instead of th.
LOCAL, THAI, ENGLISH = "_local", "_th", "_en"


@dataclass(frozen=True, slots=True)
class Heading:
    """`columns`: place (from 0) by name; `written`: those headings as they stand there; `nameless`: places without."""

    columns: Mapping[str, int]
    written: Mapping[int, str]
    nameless: tuple[int, ...]
    width: int


def find_heading(
    sheet: Sheet, names: tuple[str, ...], optional: tuple[str, ...], faults: list[Fault]
) -> Heading | None:
    """Reads up to the heading; None, with faults, where there is none or a column is missing."""
    raw = _heading_row(sheet, names, faults)
    if raw is None:
        return None
    texts = [cleaned(text) for text in raw.texts]
    while len(texts) > 1 and not texts[-1]:
        texts.pop()
    columns: dict[str, int] = {}
    nameless = tuple(place for place, text in enumerate(texts) if not text)
    whole = True
    for place, text in enumerate(texts):
        name = _name(text)
        if not name or name.startswith(OWN):
            continue
        if name in columns or name not in names:
            faults.append(Fault(sheet.file, raw.line, place + 1, text, _why(name, columns, names), text, sheet.name))
        columns.setdefault(name, place)
    for name in names:
        # Of a text in two languages one will do.
        other = name.removesuffix(THAI) + ENGLISH if name.endswith(THAI) else name
        if name not in columns and other not in columns and name not in optional:
            what = f'the column "{name}" is missing'
            faults.append(Fault(sheet.file, raw.line, None, None, what, name, sheet.name))
            whole = False
    known = {name: place for name, place in columns.items() if name in names}
    written = {place: texts[place] for place in known.values()}
    return Heading(known, written, nameless, len(texts)) if whole else None


def _heading_row(sheet: Sheet, names: tuple[str, ...], faults: list[Fault]) -> RawRow | None:
    """The first row that names two columns, below at most a few titles; else the first that holds anything."""
    first = None
    for raw in _filled(sheet.rows):
        first = first or raw
        known = sum(_name(cleaned(text)) in names for text in raw.texts)
        if known >= min(2, len(names)):
            return raw
        if raw.line - first.line >= TITLES_MAX:
            break
    if first is None:
        what = "the file is empty; its first line must name the columns"
        faults.append(Fault(sheet.file, None, None, None, what, sheet=sheet.name))
    return first


def _filled(rows: Iterator[RawRow]) -> Iterator[RawRow]:
    return (raw for raw in rows if not raw.blank)


def _name(text: str) -> str:
    name = text.lower().replace(" ", "_").replace("-", "_")
    return name.removesuffix(LOCAL) + THAI if name.endswith(LOCAL) else name


def _why(name: str, columns: Mapping[str, int], names: tuple[str, ...]) -> str:
    if name in columns:
        return "this column stands here twice"
    meant = get_close_matches(name, names, 1)
    guess = f'; is "{meant[0]}" meant?' if meant else ""
    return f"unknown column{guess}; known: {', '.join(names)} (one of your own begins with {OWN})"
