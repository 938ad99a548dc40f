"""One example: its document, who it is for, which token it needs, its variables and its expected answer."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent.parent / "example_queries"
PLACEHOLDER = re.compile(r"<[^<>]+>")


@dataclass(frozen=True)
class Example:
    """`name` as the file is called, without its ending; `token`: the role whose token it is sent with."""

    name: str
    query: str

    @property
    def what(self) -> str:
        return self.query.split("\n", 1)[0].removeprefix("# ")

    @property
    def reader(self) -> str:
        """Raises AttributeError where the file does not say it."""
        return re.search(r"^# For: (.+)$", self.query, re.MULTILINE).group(1)  # type: ignore[union-attr]

    @property
    def token(self) -> str | None:
        found = re.search(r"^# Token: (\w+)$", self.query, re.MULTILINE)
        return found and found.group(1)

    @property
    def kind(self) -> str:
        """query, mutation or subscription"""
        return re.search(r"^(query|mutation|subscription)\b", self.query, re.MULTILINE).group(1)  # type: ignore[union-attr]

    @property
    def expected_file(self) -> Path:
        return FOLDER / f"{self.name}.expected.json"

    def variables(self, known: dict[str, str]) -> dict[str, Any]:
        """With what `known` holds in place of "<…>"; raises KeyError where it does not know one."""
        text = (FOLDER / f"{self.name}.variables.json").read_text("utf-8")
        filled: dict[str, Any] = json.loads(PLACEHOLDER.sub(lambda found: known[found.group()], text))
        return filled


def examples() -> list[Example]:
    return [Example(path.stem, path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.graphql"))]
