"""The picture that a shared link shows: who leads, by how much, how far the count is. 1200 by 630, PNG."""

import io
from functools import lru_cache

from PIL import Image, ImageColor, ImageDraw, ImageFont

from counting.vocabulary import Language
from tallywire.fonts import FONT
from tallywire.pages.seats import seats_in_words, seats_of
from tallywire.pages.standing import Line, Standing, notices, progress, sentence, status

WIDTH, HEIGHT, EDGE = 1200, 630, 64
PAPER, INK, GREY, TRACK, RULE = "#ffffff", "#14181b", "#4d555b", "#e9ebe8", "#d8dbd7"
WARNING = "#ffd84a"
ROWS, ROW = 3, 92
# Where the seats of a council have a line of their own.
ROW_CLOSE = 76
BAR_LEFT, BAR_RIGHT = 560, 815


def card(standing: Standing, language: Language) -> bytes:
    """A PNG of about 40 kB; the same for the same standing."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(picture)
    told = notices(standing, language)
    top = _notice(draw, told[0]) if told else 0
    name = standing.feed.definition.name.in_language(language)
    draw.text((EDGE, top + 34), _fitting(name, 30, WIDTH - 2 * EDGE), GREY, _font(30))
    _headline(draw, sentence(standing, language), top + 78)
    if not standing.before:
        seats = next(filter(None, (seats_in_words(one, language) for one in seats_of(standing.feed))), "")
        high = ROW_CLOSE if seats else ROW
        for place, line in enumerate(standing.lines[:ROWS]):
            _row(draw, line, top + 180 + place * high, language)
        draw.text((EDGE, top + 188 + ROWS * high), _seats_fitting(seats, 26, WIDTH - 2 * EDGE), INK, _font(26))
    foot = HEIGHT - 96
    draw.line((EDGE, foot, WIDTH - EDGE, foot), INK, 3)
    draw.text((EDGE, foot + 12), progress(standing, language), INK, _font(26))
    draw.text((EDGE, foot + 48), f"tallywire · {status(standing, language)}", GREY, _font(24))
    out = io.BytesIO()
    picture.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)


def _fitting(text: str, size: int, width: int) -> str:
    """Cut at a space where it is too wide, and marked so."""
    words = text.split(" ")
    while len(words) > 1 and _font(size).getlength(" ".join(words)) > width:
        words.pop()
    fits = " ".join(words)
    return fits if fits == text else f"{fits} …"


def _seats_fitting(text: str, size: int, width: int) -> str:
    """The smallest parties are left out where there is no room, and marked so; of how many seats stays."""
    parties = text.split(" · ")
    last, told = parties.pop(), text
    while len(parties) > 1 and _font(size).getlength(told) > width:
        parties.pop()
        told = " · ".join([*parties, "…", last])
    return told


def _notice(draw: ImageDraw.ImageDraw, text: str) -> int:
    """Across the whole top, so that no cut-out is without it; how high it is."""
    high = 48
    draw.rectangle((0, 0, WIDTH, high), WARNING)
    draw.text((EDGE, 7), _fitting(text, 24, WIDTH - 2 * EDGE), "#14181b", _font(24))
    return high


def _headline(draw: ImageDraw.ImageDraw, text: str, top: int) -> None:
    """As large as one line allows; heavier than the font is, by a stroke of its own colour."""
    size = next((size for size in range(66, 29, -2) if _font(size).getlength(text) <= WIDTH - 2 * EDGE), 30)
    draw.text((EDGE, top), text, INK, _font(size), stroke_width=1, stroke_fill=INK)


def _row(draw: ImageDraw.ImageDraw, line: Line, top: int, language: Language) -> None:
    candidate = line.candidate
    fill = _colour(candidate.color)
    draw.rounded_rectangle((EDGE, top + 8, EDGE + 68, top + 76), 6, fill)
    on = INK if _light(fill) else PAPER
    draw.text((EDGE + 34, top + 42), str(candidate.ballot_number), on, _font(40), anchor="mm")
    name = candidate.short_name.in_language(language)
    draw.text((EDGE + 92, top + 42), _fitting(name, 36, BAR_LEFT - EDGE - 110), INK, _font(36), anchor="lm")
    draw.rectangle((BAR_LEFT, top + 30, BAR_RIGHT, top + 54), TRACK)
    draw.rectangle((BAR_LEFT, top + 30, BAR_LEFT + round((BAR_RIGHT - BAR_LEFT) * line.share), top + 54), fill)
    draw.text((1030, top + 42), f"{line.votes:,}", INK, _font(40), anchor="rm")
    draw.text((WIDTH - EDGE, top + 42), f"{line.share:.1%}", GREY, _font(30), anchor="rm")


def _colour(text: str) -> tuple[int, int, int]:
    """Of a candidate; grey where it is none."""
    try:
        return ImageColor.getrgb(text)[:3]
    except ValueError:
        return (109, 117, 123)


def _light(rgb: tuple[int, int, int]) -> bool:
    red, green, blue = rgb
    return 0.299 * red + 0.587 * green + 0.114 * blue > 150
