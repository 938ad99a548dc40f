"""A photograph of a tally sheet that never was: drawn from the tally's own numbers, and marked so that nobody errs."""

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFont

from tallywire.fonts import FONT

MARK = "SIMULATED · จำลอง"
WIDTH, HEIGHT, MARGIN = 1000, 1400, 60
PAPER, PRINT, INK, RED = (247, 244, 234), (60, 60, 60), (24, 44, 140), (190, 30, 30)
QUALITY = 72
TILT_DEGREES = 1.6


@dataclass(frozen=True, slots=True)
class TallySheet:
    """What is printed on it, and what was written: counts by ballot number; None: no one can read it."""

    station: str
    contest: str
    counts: Sequence[tuple[int, int | None]]
    ballots: Sequence[tuple[str, int | None]]


def photograph(sheet: TallySheet, seed: str) -> bytes:
    """A JPEG of about 80 kB, the same for the same sheet and seed."""
    rng = random.Random(seed)
    paper = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(paper)
    _head(draw, sheet)
    bottom = _counts(draw, sheet.counts, rng)
    _ballots(draw, sheet.ballots, bottom, rng)
    _mark(paper)
    return _photographed(paper, rng)


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)


def _head(draw: ImageDraw.ImageDraw, sheet: TallySheet) -> None:
    draw.text((MARGIN, 50), "แบบขีดคะแนน · Tally sheet", PRINT, _font(40))
    draw.text((MARGIN, 112), sheet.station, PRINT, _font(28))
    draw.text((MARGIN, 152), sheet.contest, PRINT, _font(28))
    draw.line((MARGIN, 204, WIDTH - MARGIN, 204), PRINT, 3)


def _counts(draw: ImageDraw.ImageDraw, counts: Sequence[tuple[int, int | None]], rng: random.Random) -> int:
    """Two columns of candidates; where they end."""
    half = (len(counts) + 1) // 2
    step = min(56, 800 // max(1, half))
    for place, (number, votes) in enumerate(counts):
        column, line = divmod(place, half)
        left, top = MARGIN + column * 450, 224 + line * step
        draw.text((left, top), f"เบอร์ {number}", PRINT, _font(min(28, step - 8)))
        draw.line((left, top + step - 4, left + 420, top + step - 4), (190, 186, 170), 1)
        _written(draw, (left + 230, top), votes, min(36, step - 4), rng)
    return 224 + half * step


def _ballots(
    draw: ImageDraw.ImageDraw, ballots: Sequence[tuple[str, int | None]], top: int, rng: random.Random
) -> None:
    for line, (name, number) in enumerate(ballots):
        down = top + 30 + line * 58
        draw.text((MARGIN, down), name, PRINT, _font(28))
        _written(draw, (MARGIN + 450 + 230, down), number, 40, rng)


def _written(draw: ImageDraw.ImageDraw, at: tuple[int, int], number: int | None, size: int, rng: random.Random) -> None:
    """By hand, so never quite on the line; a blot where it cannot be read."""
    left, top = at[0] + rng.randint(-14, 14), at[1] + rng.randint(-5, 4)
    if number is None:
        draw.ellipse((left, top, left + 3 * size, top + size), INK)
        return
    for digit in str(number):
        draw.text((left, top + rng.randint(-3, 3)), digit, INK, _font(size + rng.randint(-3, 3)))
        left += round(size * 0.62)


def _mark(paper: Image.Image) -> None:
    """Across the sheet, so that no part of it passes for a real one."""
    turned = _stamp()
    paper.paste(turned, ((WIDTH - turned.width) // 2, (HEIGHT - turned.height) // 2), turned)
    ImageDraw.Draw(paper).text((MARGIN, HEIGHT - 70), MARK, RED, _font(40))


@lru_cache
def _stamp() -> Image.Image:
    stamp = Image.new("RGBA", (1_300, 170))
    ImageDraw.Draw(stamp).text((650, 85), MARK, (*RED, 80), _font(120), anchor="mm")
    return stamp.rotate(48, expand=True)


@lru_cache
def _light(turned: int) -> Image.Image:
    gradient = Image.linear_gradient("L").rotate(90 * turned).point(lambda value: 205 + value // 6)
    return gradient.resize((WIDTH, HEIGHT)).convert("RGB")


def _photographed(paper: Image.Image, rng: random.Random) -> bytes:
    """Held a little askew, in the light of a school hall."""
    tilt = rng.uniform(-TILT_DEGREES, TILT_DEGREES)
    shot = paper.rotate(tilt, Image.Resampling.BILINEAR, fillcolor=(92, 78, 62))
    shot = ImageChops.multiply(shot, _light(rng.randrange(4)))
    buffer = io.BytesIO()
    shot.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
