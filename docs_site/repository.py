"""What pages link to outside docs/: in the repository a link leads to the file, on the site to a page that shows it."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
SHOWN = "repository"
LINK = re.compile(r"(\]\()([^)\s#]+)(#[^)\s]*)?(\))")
FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
LANGUAGES = {
    "Containerfile": "docker", ".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml", ".py": "python",
    ".ts": "ts", ".js": "js", ".sh": "bash", ".graphql": "graphql", ".html": "html", ".conf": "nginx",
    ".service": "ini", ".csv": "text", ".svelte": "html",
}  # fmt: skip
PICTURES = {".png", ".svg", ".jpg", ".webp"}


@dataclass(frozen=True)
class Shown:
    """A page about a file or folder: `place` in the repository, `uri` of the page's source on the site."""

    place: str
    uri: str
    text: str


def place_of(uri: str) -> str:
    """Where the source of a page lies in the repository, by its uri on the site."""
    return uri.removeprefix(f"{SHOWN}/") if uri.startswith(f"{SHOWN}/") else f"docs/{uri}"


def uri_of(place: str) -> str | None:
    """The uri on the site of what lies at that place; None where there is nothing."""
    path = ROOT / place
    if not path.exists():
        return None
    if place.startswith("docs/") and not path.is_dir():
        return place.removeprefix("docs/")
    if place == "docs/decisions":
        return "decisions/index.md"
    if path.is_dir():
        return f"{SHOWN}/{place}/index.md" if not (path / "README.md").is_file() else f"{SHOWN}/{place}/README.md"
    return f"{SHOWN}/{place}" if path.suffix == ".md" or path.suffix in PICTURES else f"{SHOWN}/{place}.md"


def on_the_site(markdown: str, uri: str) -> str:
    """The page's text, with links that leave docs/ led to the site's pages of their targets."""
    place = place_of(uri)
    lines = []
    for line, is_text in prose(markdown):
        lines.append(LINK.sub(lambda found: _led(found, place, uri), line) if is_text else line)
    return "\n".join(lines)


def prose(markdown: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it stands outside of fenced blocks."""
    fence = ""
    for line in markdown.split("\n"):
        found = FENCE.match(line)
        if found and (not fence or line.strip() == fence):
            fence = "" if fence else found.group(1)
            yield line, False
        else:
            yield line, not fence


def _led(found: re.Match[str], place: str, uri: str) -> str:
    target = _target(found.group(2), place)
    if target is None or (led := uri_of(target)) is None:
        return found.group()
    way = posixpath.relpath(led, posixpath.dirname(uri) or ".")
    return f"{found.group(1)}{way}{found.group(3) or ''}{found.group(4)}"


def _target(link: str, place: str) -> str | None:
    """The place in the repository that a link at `place` leads to; None: somewhere else, or within docs/ anyway."""
    if re.match(r"[a-z]+:|/", link):
        return None
    target = posixpath.normpath(posixpath.join(posixpath.dirname(place), link))
    inside = place.startswith("docs/") and target.startswith("docs/") and target != "docs/decisions"
    return None if inside or target.startswith("..") else target


def linked_from(pages: dict[str, str]) -> list[Shown]:
    """Pages for all that these pages (uri to text) link to outside of docs/, and what those link to in turn."""
    found: dict[str, Shown] = {}
    waiting = list(pages.items())
    while waiting:
        uri, text = waiting.pop()
        for target in _targets(text, place_of(uri)):
            led = uri_of(target)
            if led is None or not led.startswith(f"{SHOWN}/") or led in found:
                continue
            found[led] = Shown(target, led, _text(target, led))
            if led.endswith(".md"):
                waiting.append((led, found[led].text))
    return list(found.values())


def _targets(text: str, place: str) -> Iterator[str]:
    for line, is_text in prose(text):
        for link in LINK.finditer(line) if is_text else ():
            if (target := _target(link.group(2), place)) is not None:
                yield target


def _text(place: str, uri: str) -> str:
    path = ROOT / place
    if path.is_dir():
        return (path / "README.md").read_text() if uri.endswith("/README.md") else _listing(path)
    if path.suffix in PICTURES:
        return ""
    if path.suffix == ".md":
        return path.read_text()
    language = LANGUAGES.get(path.suffix or path.name, LANGUAGES.get(path.name, "text"))
    return f"# {place}\n\n````` {language}\n{path.read_text().rstrip()}\n`````\n"


def _listing(folder: Path) -> str:
    place = folder.relative_to(ROOT).as_posix()
    inside = sorted(path for path in folder.iterdir() if not path.name.startswith((".", "__")))
    return f"# {place}/\n\n" + "".join(f"- [{path.name}{'/' * path.is_dir()}]({path.name})\n" for path in inside)
