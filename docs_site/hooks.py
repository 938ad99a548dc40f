"""What MkDocs does at its steps: adds the pages that are made, leads links on, and gives each page its language."""

import re
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from docs_site import decisions, repository
from docs_site.colours import FONT_FILES, FONTS, WEB, stylesheet
from docs_site.schema_pages import reference

CELL_CODE = re.compile(r"(?<=<td><code>)[^<]+")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """A page that nobody has put into the navigation yet stands at its end."""
    listed = str(config.nav)
    pages = sorted(path.name for path in (repository.ROOT / "docs").glob("*.md"))
    if more := [name for name in pages if f"'{name}'" not in listed]:
        assert config.nav is not None
        config.nav.append({"More": more})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Pages and files that do not lie in docs/."""
    made = {f"schema/{name}.md": text for name, text in reference().pages().items()}
    made["decisions/index.md"] = decisions.index()
    for uri, text in made.items():
        files.append(File.generated(config, uri, content=text))
    written = {file.src_uri: file.content_string for file in files.documentation_pages() if file.src_uri not in made}
    for shown in repository.linked_from(written | made):
        path = repository.ROOT / shown.place
        if path.suffix in repository.PICTURES:
            files.append(File.generated(config, shown.uri, abs_src_path=str(path)))
        else:
            files.append(File.generated(config, shown.uri, content=shown.text))
    files.append(File.generated(config, "assets/tokens.css", content=stylesheet()))
    files.append(File.generated(config, "assets/mark.svg", abs_src_path=str(WEB / "src" / "styles" / "mark.svg")))
    for name in FONT_FILES:
        files.append(File.generated(config, f"assets/fonts/{name}", abs_src_path=str(FONTS / name)))
    for path in sorted((repository.ROOT / "docs_site" / "assets").iterdir()):
        files.append(File.generated(config, f"assets/{path.name}", abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, **_more: Any) -> str:
    return repository.on_the_site(markdown, page.file.src_uri)


def on_page_content(html: str, **_more: Any) -> str:
    """Long names in tables may break after a stroke, so that a phone shows what stands beside them."""
    return CELL_CODE.sub(lambda found: re.sub(r"([_/])(?=\w)", r"\1<wbr>", found.group()), html)


def on_page_context(context: dict[str, Any], page: Page, config: MkDocsConfig, **_more: Any) -> dict[str, Any]:
    """The frame around a page speaks its language; a page is drawn right after this."""
    config.theme["language"] = "th" if page.file.src_uri.startswith("th/") else "en"
    return context
