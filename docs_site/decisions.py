"""The index of docs/decisions/: every page by its number, with the sentence that it begins with."""

import re
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "docs" / "decisions"
TITLE = re.compile(r"^# 0*(\d+)[.:]?\s+(.+)$")
INTRODUCTION = """# Decisions

What was decided where something else would have been possible, and why. A page each, ten to thirty lines; a decision
that is given up keeps its page, and says by which it was.

| | decision |
|---:|---|
"""


class UntitledDecisionError(Exception):
    """A decision's page does not begin with its number and a title."""


def index() -> str:
    """The page in Markdown; raises UntitledDecisionError."""
    return INTRODUCTION + "".join(_row(path) for path in sorted(FOLDER.glob("[0-9]*.md")))


def _row(path: Path) -> str:
    first = path.read_text().split("\n", 1)[0]
    title = TITLE.match(first)
    if title is None or int(title[1]) != int(path.name[:4]):
        raise UntitledDecisionError(
            f"{path.name} begins with {first!r}, not with “# {path.name[:4]}: what was decided”"
        )
    return f"| {title[1]} | [{title[2]}]({path.name}) |\n"
