"""docs/pages.md shows every picture of docs/images, and each page in all its forms."""

import re
from itertools import product
from pathlib import Path

from PIL import Image

DOCS = Path(__file__).parents[2] / "docs"
BYTES_MAX = 8_000_000
# An empty page is smaller.
BYTES_BLANK = 2_000
SHOWN = re.findall(r'<img src="images/([^"]+)"', (DOCS / "pages.md").read_text())


def test_every_picture_is_shown_once_and_there_is_each_that_is_shown() -> None:
    assert sorted(SHOWN) == sorted(path.name for path in (DOCS / "images").iterdir())


def test_every_page_is_shown_in_both_languages_and_themes() -> None:
    views = {name.rsplit("-", 2)[0] for name in SHOWN}
    wanted = {f"{view}-{lang}-{theme}.webp" for view, lang, theme in product(views, ("th", "en"), ("light", "dark"))}
    assert set(SHOWN) == wanted
    board = {"board", "board-complete", "council", "council-complete", "differences", "statistics", "embed"}
    apps = {*board, "kiosk-race", "volunteer-typing", "desk-review", "desk-operations"}
    assert {f"{name}-desktop" for name in apps} <= views
    assert {f"{name}-phone" for name in apps - {"kiosk-race"}} <= views
    assert "preview-card-desktop" in views


def test_they_are_small_enough_for_a_repository_and_have_something_on_them() -> None:
    paths = [DOCS / "images" / name for name in SHOWN]
    assert sum(path.stat().st_size for path in paths) < BYTES_MAX
    for path in paths:
        with Image.open(path) as picture:
            assert picture.format == "WEBP" and min(picture.size) >= 390, path.name
        assert path.stat().st_size > BYTES_BLANK, path.name
