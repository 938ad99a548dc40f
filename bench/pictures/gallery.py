"""docs/pages.md: the page that shows the pictures."""

from pathlib import Path

from bench.pictures.camera import LANGUAGES, SUFFIX, THEMES, Shown

HEAD = """# Pages, as people see them

Every page on a phone and a desktop, in Thai and English, light and dark; long ones are cut. The numbers are those of
the Bangkok night of 22 May 2022, played again, and of Meridia, which is nowhere; every page says so. Touch a picture
for its full size. `make pictures` takes them anew.
"""
NAMES = {"th": "Thai", "en": "English"}
WIDTHS = {"phone": 150, "upright": 150, "desktop": 330}


def written(shown: list[Shown], images: Path) -> str:
    """Of the pictures that stand in `images`."""
    parts, app = [HEAD], ""
    for what in shown:
        pictures = [one for one in _names(what) if (images / one[0]).exists()]
        if not pictures:
            continue
        if what.app != app:
            app = what.app
            parts.append(f"## {app}\n")
        parts.append(f"### {what.title}\n\n" + "\n".join(_image(what, *one) for one in pictures) + "\n")
    return "\n".join(parts)


def _names(what: Shown) -> list[tuple[str, str, str, str]]:
    """File, size, language and theme, as they stand on the page: row by row."""
    return [
        (f"{what.name}-{size}-{lang}-{theme}{SUFFIX}", size, lang, theme)
        for size in what.sizes
        for theme in THEMES
        for lang in LANGUAGES
    ]


def _image(what: Shown, name: str, size: str, lang: str, theme: str) -> str:
    told = f"{what.title.replace('`', '')}. {size.capitalize()}, {NAMES[lang]}, {theme}"
    return f'<a href="images/{name}"><img src="images/{name}" width="{WIDTHS[size]}" alt="{told}"></a>'
