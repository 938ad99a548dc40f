"""`make docs`: every link leads somewhere; the schema stands on it whole; no other host is asked."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from graphql import build_schema as parse_schema
from graphql import is_introspection_type, is_specified_scalar_type

from docs_site import decisions
from docs_site.schema_pages import Reference
from docs_site.sequence import UndrawableError, drawn
from gql.schema.build import build_schema

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` builds it: a link, an anchor or a file that is not there fails it."""
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert built.returncode == 0, built.stderr + built.stdout
    return folder


class Anchors(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.loads: list[str] = []
        self.lang = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        self.ids.add(of.get("id", ""))
        if tag == "html":
            self.lang = of["lang"]
        if tag in ("script", "img", "iframe", "source", "video", "audio"):
            self.loads.append(of.get("src", ""))
        if tag == "link" and of.get("rel") not in ("canonical", "prev", "next", "alternate"):
            self.loads.append(of.get("href", ""))


def _pages(site: Path) -> dict[str, Anchors]:
    return {path.relative_to(site).as_posix(): Anchors(path.read_text()) for path in site.rglob("*.html")}


def test_every_type_field_argument_and_value_of_the_served_schema_stands_on_it(site: Path) -> None:
    stands = set().union(*(page.ids for name, page in _pages(site).items() if name.startswith("schema/")))
    wanted = set()
    for name, one in build_schema()._schema.type_map.items():
        if is_introspection_type(one) or is_specified_scalar_type(one):
            continue
        wanted.add(name)
        for member, field in (getattr(one, "fields", None) or getattr(one, "values", {})).items():
            wanted |= {f"{name}.{member}"} | {f"{name}.{member}.{argument}" for argument in getattr(field, "args", {})}
    assert len(wanted) > 500 and wanted - stands == set()


def test_what_is_to_go_is_struck_through_and_says_why() -> None:
    old = 'old: Int @deprecated(reason: "Until 2027-06-01: ask `new`.")'
    enum = 'enum E { A @deprecated(reason: "Never was.") B }'
    page = Reference(parse_schema(f'type Query {{ {old} "What comes." new(at: E = B): Int! }} {enum}')).pages()
    assert '<div class="member gone" markdown>' in page["queries"]
    assert "**Deprecated**: Until 2027-06-01: ask `new`." in page["queries"]
    assert "`at`: [`E`](enums.md#E) = `B`" in page["queries"] and "What comes." in page["queries"]
    assert '<div class="member gone" id="E.A" markdown>' in page["enums"] and "Never was." in page["enums"]


def test_a_root_field_says_who_may_use_it_and_which_examples_do(site: Path) -> None:
    text = (site / "schema" / "mutations.html").read_text()
    review = text[text.index('id="Mutation.reviewTally"') : text.index('id="Mutation.setElectionPhase"')]
    assert "Who: editors." in review and "32-accept-a-held-tally" in review


def test_nothing_is_loaded_from_another_host(site: Path) -> None:
    elsewhere = {
        name: [link for link in page.loads if re.match(r"(https?:)?//", link)] for name, page in _pages(site).items()
    }
    assert {name: links for name, links in elsewhere.items() if links} == {}
    styles = "".join(path.read_text() for path in site.rglob("*.css"))
    assert re.findall(r"url\([\"']?(?:https?:)?//", styles) == []
    fonts = re.findall(r'url\("(fonts/[^"]+)"\)', (site / "assets" / "tokens.css").read_text())
    assert len(fonts) == 4 and all((site / "assets" / font).stat().st_size > 5_000 for font in fonts)


def test_every_decision_stands_in_the_index(site: Path) -> None:
    text = (site / "decisions" / "index.html").read_text()
    pages = [path.stem for path in decisions.FOLDER.glob("*.md")]
    assert len(pages) > 20 and [name for name in pages if f'href="{name}.html"' not in text] == []


def test_a_page_speaks_the_language_of_its_folder(site: Path) -> None:
    pages = {name: page for name, page in _pages(site).items() if name != "404.html"}
    assert {page.lang for name, page in pages.items() if name.startswith("th/")} <= {"th"}
    assert {page.lang for name, page in pages.items() if not name.startswith("th/")} == {"en"}


def test_a_picture_shows_its_lanes_and_tells_its_texts() -> None:
    svg = drawn("sequenceDiagram\nparticipant A as Reader\nparticipant B as Node\nA->>B: after 7\nB--xA: <lost>")
    assert 'aria-label="after 7; &lt;lost&gt;"' in svg and ">Reader</text>" in svg and 'class="lost"' in svg


@pytest.mark.parametrize("line", ["A->>C: nobody", "loop every minute", "A->B: open arrow"])
def test_a_picture_that_cannot_be_drawn_fails_the_build(line: str) -> None:
    with pytest.raises(UndrawableError):
        drawn(f"sequenceDiagram\nparticipant A\nparticipant B\n{line}")
