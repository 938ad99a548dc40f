"""The fenced blocks of README.md, CONTRIBUTING.md and docs/: each with its page, its language and the note above it.

A note is an HTML comment on the line before the fence, which no reader sees:
`not run: WHY`, `run by: tests/…`, `same as: PAGE` (where it is run), `prints: TEXT | TEXT`, `until: TEXT`, `as: ROLE`;
several are separated by semicolons.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^( {0,3})(```+)[ ]*(\w*)[^\n]*\n(.*?)^\1\2[ ]*$", re.DOTALL | re.MULTILINE)
KEYS = "(?:not run|run by|same as|prints|until|as)"
NOTE = re.compile(rf"<!-- ({KEYS}: .+?) -->\n\Z")
INDENTED = re.compile(r"(?:\A|\n)\n((?:    .*\n)+)")


@dataclass(frozen=True)
class Block:
    page: str
    line: int
    language: str
    text: str
    notes: tuple[tuple[str, str], ...]

    def note(self, name: str) -> str | None:
        return dict(self.notes).get(name)

    @property
    def is_ours(self) -> bool:
        """To be run or read by the tests of all pages: neither elsewhere, nor not at all."""
        return {"not run", "run by", "same as"}.isdisjoint(dict(self.notes))

    @property
    def gist(self) -> str:
        """The text without what may differ between two pages: remarks, host, language, the way to the program."""
        text = re.sub(r" +# .*|\.venv/bin/|\b(?:TH|EN|th|en)\b", "", self.text)
        return " ".join(text.replace("http://127.0.0.1:8000", "https://wire.example").split())

    def missing(self, said: str) -> list[str]:
        """Of the texts that it is to print, those that `said` does not have."""
        return [text for text in (self.note("prints") or "").split(" | ") if text not in said]

    @property
    def name(self) -> str:
        return f"{self.page.removeprefix('docs/')}:{self.line}"


def blocks() -> list[Block]:
    return [block for page in PAGES for block in of_page(page.relative_to(ROOT).as_posix(), page.read_text())]


def of_page(page: str, text: str) -> Iterator[Block]:
    for found in FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(page, line, found.group(3), found.group(4), _notes(text[: found.start()]))


def _notes(before: str) -> tuple[tuple[str, str], ...]:
    found = NOTE.search(before)
    parts = re.split(rf"; (?={KEYS}: )", found.group(1)) if found else []
    return tuple((name.strip(), value.strip()) for name, value in (part.split(": ", 1) for part in parts))


def indented(page: str, text: str) -> Iterator[str]:
    """Blocks that are set off by four spaces and no fence, outside of fences and lists."""
    prose = FENCE.sub("", text)
    for found in INDENTED.finditer(prose):
        if not re.search(r"^(- |\d+\. ).*\Z", prose[: found.start()].rsplit("\n\n", 1)[-1], re.DOTALL):
            yield found.group(1)
