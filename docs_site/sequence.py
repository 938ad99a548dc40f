"""Sequence diagrams, written as Mermaid writes them, drawn as SVG when the site is built: no script in browsers.

On GitHub the same fence is drawn by Mermaid. Of its language this knows `participant A as Name`, arrows (`A->>B: text`,
`A-->>B: text`, `A-xB: text`) and `Note over A,B: text`; anything else is refused, so that the build fails.
"""

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

MARGIN = 64
HEAD = 44
TEXT_HEIGHT = 17
CHARACTER = 6.7
PARTICIPANT = re.compile(r"participant (\w+)(?: as (.+))?$")
ARROW = re.compile(r"(\w+)(-->>|->>|--x|-x)(\w+): ?(.+)$")
NOTE = re.compile(r"Note over (\w+)(?:, ?(\w+))?: ?(.+)$")


class UndrawableError(Exception):
    """A line that is none of those that can be drawn."""


@dataclass
class Drawing:
    """Grows downwards, line by line; `y` is where the next thing begins, in pixels."""

    lanes: dict[str, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    y: float = HEAD + 26

    @property
    def lane(self) -> int:
        """From one lane to the next, in pixels: two have more room, and three still fit a phone."""
        return 230 if len(self.lanes) == 2 else 142

    @property
    def width(self) -> int:
        return 2 * MARGIN + self.lane * (len(self.lanes) - 1)

    def x(self, lane: str) -> int:
        if lane not in self.lanes:
            raise UndrawableError(f"{lane} is no participant")
        return MARGIN + self.lane * list(self.lanes).index(lane)

    def arrow(self, start: str, kind: str, end: str, text: str) -> None:
        a, b = self.x(start), self.x(end)
        if a == b:
            return self._note(a, a, text, "own")
        self._text((a + b) / 2, abs(b - a) - 22, text)
        tip = b - 7 if b > a else b + 7
        dashed = " dashed" if kind.startswith("--") else ""
        self.parts.append(f'<path class="arrow{dashed}" d="M{a} {self.y}H{tip}"/>')
        self.parts.append(_cross((a + b) / 2, self.y) if kind.endswith("x") else _head(b, self.y, b > a))
        self.y += 26
        return None

    def note(self, first: str, last: str, text: str) -> None:
        self._note(self.x(first), self.x(last), text, "note")

    def _note(self, a: int, b: int, text: str, kind: str) -> None:
        left, right = min(a, b) - MARGIN + 6, max(a, b) + MARGIN - 6
        lines = _wrapped(text, right - left - 18)
        height = len(lines) * TEXT_HEIGHT + 12
        top = self.y - 14
        self.parts.append(
            f'<rect class="{kind}" x="{left}" y="{top}" width="{right - left}" height="{height}" rx="4"/>'
        )
        self.y = top + TEXT_HEIGHT + 2
        for line in lines:
            self.parts.append(f'<text x="{(left + right) / 2}" y="{self.y}">{escape(line)}</text>')
            self.y += TEXT_HEIGHT
        self.y = top + height + 30

    def _text(self, middle: float, room: float, text: str) -> None:
        for line in _wrapped(text, room):
            self.parts.append(f'<text x="{middle}" y="{self.y}">{escape(line)}</text>')
            self.y += TEXT_HEIGHT
        self.y -= TEXT_HEIGHT - 8

    def svg(self, title: str) -> str:
        height = self.y
        heads = [
            f'<path class="life" d="M{self.x(lane)} {HEAD}V{height - 8}"/>'
            f'<rect class="who" x="{self.x(lane) - MARGIN + 6}" y="4" rx="6"'
            f' width="{2 * MARGIN - 12}" height="{HEAD - 8}"/>'
            f'<text class="name" x="{self.x(lane)}" y="{HEAD / 2 + 5}">{escape(name)}</text>'
            for lane, name in self.lanes.items()
        ]
        return (
            f'<svg class="sequence" role="img" aria-label="{escape(title)}" viewBox="0 0 {self.width} {height}" '
            f'style="max-width:{self.width}px;min-width:{self.width * 0.78:.0f}px">'
            f"{''.join(heads)}{''.join(self.parts)}</svg>"
        )


def drawn(source: str) -> str:
    """The SVG; raises UndrawableError."""
    drawing = Drawing()
    for line in _lines(source):
        for pattern, draw in _PATTERNS:
            if found := pattern.match(line):
                draw(drawing, *found.groups())
                break
        else:
            raise UndrawableError(line)
    return drawing.svg(_told(source))


def formatted(source: str, _language: str, _class: str, _options: Any, _md: Any, **_more: Any) -> str:
    """As pymdownx.superfences asks for it."""
    return f'<div class="picture">{drawn(source)}</div>'


def _lines(source: str) -> Iterator[str]:
    first, *lines = [line.strip() for line in source.strip().splitlines()]
    if first != "sequenceDiagram":
        raise UndrawableError(first)
    yield from (line for line in lines if line and not line.startswith("%%"))


def _told(source: str) -> str:
    """What the picture shows, for those who do not see it: its texts in their order."""
    return "; ".join(line.split(":", 1)[1].strip() for line in _lines(source) if ":" in line)


_PATTERNS: list[tuple[re.Pattern[str], Callable[..., None]]] = [
    (PARTICIPANT, lambda drawing, lane, name: drawing.lanes.update({lane: name or lane})),
    (ARROW, Drawing.arrow),
    (NOTE, lambda drawing, first, last, text: drawing.note(first, last or first, text)),
]


def _wrapped(text: str, room: float) -> list[str]:
    width = max(8, int(room / CHARACTER))
    return [line for part in text.split("<br/>") for line in textwrap.wrap(part, width, break_long_words=False)]


def _head(x: float, y: float, to_the_right: bool) -> str:
    back = x - 9 if to_the_right else x + 9
    return f'<path class="tip" d="M{x - 1 if to_the_right else x + 1} {y}L{back} {y - 5}V{y + 5}z"/>'


def _cross(x: float, y: float) -> str:
    return f'<path class="lost" d="M{x - 7} {y - 7}l14 14m0-14l-14 14"/>'
