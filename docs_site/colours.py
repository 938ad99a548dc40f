"""The site's colours and letters: the tokens of all of tallywire's pages, under the names of Material's schemes."""

import re
from pathlib import Path

WEB = Path(__file__).parent.parent / "web"
TOKENS = WEB / "src" / "styles" / "tokens.css"
FONTS = WEB / "node_modules" / "@fontsource" / "ibm-plex-sans-thai" / "files"
FONT_FILES = [
    f"ibm-plex-sans-thai-{script}-{weight}-normal.woff2" for script in ("thai", "latin") for weight in (400, 600)
]
RANGES = {
    "thai": "U+02D7, U+0303, U+0331, U+0E01-0E5B, U+200C-200D, U+25CC",
    "latin": "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+2000-206F, U+20AC, U+2122, "
    "U+2190-2193, U+2212, U+2215, U+FEFF, U+FFFD",
}


def stylesheet() -> str:
    """CSS: the fonts, and the tokens of light and dark for `default` and `slate`."""
    text = TOKENS.read_text()
    light = _block(text, ":root {")
    dark = _block(text, ':root[data-theme="dark"] {')
    schemes = f':root, [data-md-color-scheme="default"] {{{light}}}\n[data-md-color-scheme="slate"] {{{dark}}}\n'
    return "".join(_face(name) for name in FONT_FILES) + schemes


def _block(text: str, opening: str) -> str:
    """What stands between the braces; raises ValueError where the tokens have no such block."""
    start = text.index(opening) + len(opening)
    return re.sub(r"color-scheme:[^;]+;", "", text[start : text.index("}", start)])


def _face(name: str) -> str:
    script, weight = name.split("-")[4:6]
    return (
        f'@font-face {{ font-family: "IBM Plex Sans Thai"; font-weight: {weight}; font-display: swap; '
        f'unicode-range: {RANGES[script]}; src: url("fonts/{name}") format("woff2"); }}\n'
    )
