"""Takes a page's pictures, small enough for a repository, and remembers what they are of."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import cast

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize
from playwright.sync_api import Error as PlaywrightError

SIZES: dict[str, ViewportSize] = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}
SCREEN: dict[str, ViewportSize] = {
    "upright": {"width": 1080, "height": 1920},
    "desktop": {"width": 1920, "height": 1080},
}
Colour = tuple[int, int, int]
LANGUAGES = ("th", "en")
THEMES = ("light", "dark")
# A page that goes on and on is cut here: what matters stands above.
TALLEST = {"phone": 900, "desktop": 800, "upright": 1920}
COLOURS, COLOURS_LOOKED_AT, APART = 56, 6_000, 24
# Without loss, and a fifth smaller than PNG.
SUFFIX = ".webp"
WAIT_MS = 60_000
# Chromium fetches a late picture when it is some 1,250 px below the window, and one that is further away never.
SETTLED = """async (patience) => {
    const near = innerHeight + 1_000;
    const settle = async () => {
        await document.fonts.ready;
        const seen = [...document.images].filter((image) => image.getBoundingClientRect().top < near);
        await Promise.all(seen.map((image) => image.complete || image.decode().catch(() => undefined)));
        const finite = document.getAnimations().filter(({ effect }) => effect?.getTiming().iterations !== Infinity);
        await Promise.all(finite.map(({ finished }) => finished.catch(() => undefined)));
        await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    };
    const late = new Promise((_, fail) => setTimeout(() => fail(new Error("the page never settled")), patience));
    await Promise.race([settle(), late]);
}"""
# What is wider than its window, and words that are cut off by their own box.
UNFIT = """() => {
    const wide = document.documentElement.scrollWidth;
    const found = wide > innerWidth ? [`the page is ${wide} px wide`] : [];
    for (const one of document.querySelectorAll("body *")) {
        const { overflowX, clipPath } = getComputedStyle(one);
        if (!["hidden", "clip"].includes(overflowX) || clipPath !== "none" || one.closest(".sr, svg")) continue;
        if (one.scrollWidth > one.clientWidth + 1 && one.innerText.trim())
            found.push(`cut off: ${one.className} ${one.innerText.slice(0, 60)}`);
    }
    return found;
}"""
IN_PLACE = """([lang, theme]) => {
    dispatchEvent(new StorageEvent("storage", { key: "tallywire.lang", newValue: lang }));
    document.documentElement.dataset.theme = theme;
}"""


@dataclass(frozen=True)
class Shown:
    """`sizes`: names of SIZES or SCREEN in which it was taken."""

    name: str
    app: str
    title: str
    sizes: tuple[str, ...]


@dataclass
class Camera:
    """`only`: parts of names; empty: everything. `faults`: what a picture showed that no page may do."""

    folder: Path
    only: tuple[str, ...] = ()
    shown: list[Shown] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def wants(self, *names: str) -> bool:
        return not self.only or any(part in name for part in self.only for name in names)

    def clear_away(self) -> None:
        """Pictures of what is not shown any more."""
        known = {what.name for what in self.shown}
        for old in self.folder.iterdir():
            if old.suffix != SUFFIX or old.stem.rsplit("-", 3)[0] not in known:
                old.unlink()

    def of_address(
        self,
        browser: Browser,
        what: Shown,
        address: Callable[[str, str], str],
        ready: str,
        *,
        sizes: dict[str, ViewportSize] = SIZES,
        then: Callable[[Page], None] | None = None,
        script: bool = True,
        in_place: bool = True,
    ) -> None:
        """`address`: by language and theme. `ready`: a selector of what must be there. `then`: done before it.

        `in_place`: one load for both themes, which is what a reader's button does.
        """
        self.shown.append(what)
        if not self.wants(what.name):
            return
        for size, lang in product(what.sizes, LANGUAGES):
            for themes in [THEMES] if in_place else [(theme,) for theme in THEMES]:
                context = browser.new_context(
                    viewport=sizes[size],
                    reduced_motion="reduce",
                    java_script_enabled=script,
                    has_touch=size == "phone",
                )
                page = context.new_page()
                page.set_default_timeout(WAIT_MS)
                try:
                    page.emulate_media(color_scheme="dark" if themes[0] == "dark" else "light")
                    page.goto(address(lang, themes[0]), wait_until="domcontentloaded")
                    page.locator(ready).first.wait_for()
                    if script:
                        page.wait_for_load_state("networkidle")
                    if then:
                        then(page)
                    for theme in themes:
                        if in_place:
                            page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
                        self._take(page, what.name, size, lang, theme, settle=script)
                except PlaywrightError as error:
                    self.faults.append(f"{what.name}, {size}, {lang}: {error}")
                context.close()

    def here(self, page: Page, what: Shown, *, whole: bool = True) -> None:
        """A page that somebody is in the middle of: its language, theme and size change in place. `whole`: also what is
        below its window."""
        self.shown.append(what)
        if not self.wants(what.name):
            return
        before = page.viewport_size
        for size in what.sizes:
            page.set_viewport_size(SIZES[size])
            for lang, theme in _both():
                page.evaluate(IN_PLACE, [lang, theme])
                self._take(page, what.name, size, lang, theme, whole=whole)
        page.evaluate(IN_PLACE, ["th", "light"])
        if before:
            page.set_viewport_size(before)

    def _take(
        self, page: Page, name: str, size: str, lang: str, theme: str, settle: bool = True, whole: bool = True
    ) -> None:
        if settle:
            page.evaluate(SETTLED, WAIT_MS)
            self.faults += [f"{name}, {size}, {lang}: {fault}" for fault in page.evaluate(UNFIT)]
        window = page.viewport_size or SIZES[size]
        tall = page.evaluate("document.documentElement.scrollHeight") if settle else TALLEST[size]
        height = max(window["height"], min(tall, TALLEST[size])) if whole else window["height"]
        clip = {"x": 0, "y": 0, "width": window["width"], "height": height}
        taken = page.screenshot(full_page=whole, clip=clip if whole else None, caret="hide")  # type: ignore[arg-type]
        print(f"{name}, {size}, {lang}, {theme}", flush=True)
        (self.folder / f"{name}-{size}-{lang}-{theme}{SUFFIX}").write_bytes(small(taken))


def _both() -> Iterator[tuple[str, str]]:
    return ((lang, theme) for lang in LANGUAGES for theme in THEMES)


def _weight(found: tuple[int, Colour]) -> float:
    """Colour means somebody: a little of it counts as much as a lot of grey."""
    covers, colour = found
    return covers * (1 + (max(colour) - min(colour)) / 16)


def _palette(image: Image.Image) -> Image.Image:
    """The colours that cover most, none near another: a party's stripes keep its own, edges of letters share theirs."""
    found = cast(list[tuple[int, Colour]], image.getcolors(image.width * image.height) or [])
    chosen: list[Colour] = []
    for _, colour in sorted(found, key=_weight, reverse=True)[:COLOURS_LOOKED_AT]:
        if len(chosen) == COLOURS:
            break
        if all(sum(abs(a - b) for a, b in zip(colour, other, strict=True)) > APART for other in chosen):
            chosen.append(colour)
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in chosen for part in colour])
    return palette


def small(png: bytes) -> bytes:
    """Of few colours: a fifth of the bytes, and the same to the eye."""
    with Image.open(io.BytesIO(png)) as opened:
        image = opened.convert("RGB")
    # Studio screens are read from across a room: half of it is enough here.
    if image.height > 1000 or image.width > SIZES["desktop"]["width"]:
        image = image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)
    reduced = image.quantize(palette=_palette(image), dither=Image.Dither.NONE)
    out = io.BytesIO()
    reduced.convert("RGB").save(out, "WEBP", lossless=True, quality=90)
    return out.getvalue()
