"""The picture that a shared link shows: who leads, by how much, how far the count is. 1200 by 630, PNG."""

import io
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from counting.vocabulary import Language
from tallywire.fonts import FONT
from tallywire.pages.card_map import map_of
from tallywire.pages.colours import colour_of, is_light
from tallywire.pages.seats import seats_in_words, seats_of
from tallywire.pages.standing import Line, Standing, notices, progress, sentence, status

WIDTH, HEIGHT, EDGE = 1200, 630, 64
PAPER, INK, GREY, TRACK, RULE = "#ffffff", "#14181b", "#4d555b", "#e9ebe8", "#d8dbd7"
WARNING, COUNTED = "#ffd84a", "#b07a00"
ROWS, ROW = 3, 92
# Where the seats of a council have a line of their own.
ROW_CLOSE = 76
NAME_LEFT = EDGE + 92
MAP_WIDTH, MAP_HIGH, BESIDE_MAP = 320, 260, 48
# Ten gates of five, as on the counting board: a stroke is 2 % of the stations.
STROKES, STROKES_LEFT, STROKES_HIGH = 50, 862, 34


def card(standing: Standing, language: Language) -> bytes:
    """A PNG of about 50 kB; the same for the same standing."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(picture)
    told = notices(standing, language)
    top = _notice(draw, told[0]) if told else 0
    name = standing.name(language)
    size = _size(name, 30, 20, WIDTH - 2 * EDGE)
    draw.text((EDGE, top + 34), _fitting(name, size, WIDTH - 2 * EDGE), GREY, _font(size))
    _headline(draw, sentence(standing, language), top + 78)
    if not standing.before:
        offices = seats_of(standing.feed) if not standing.subject.inside else []
        seats = next(filter(None, (seats_in_words(one, language) for one in offices)), "")
        high = ROW_CLOSE if seats else ROW
        right = _map(picture, standing, top + 180, ROWS * high)
        for place, line in enumerate(standing.lines[:ROWS]):
            _row(draw, line, top + 180 + place * high, right, language)
        draw.text((EDGE, top + 188 + ROWS * high), _seats_fitting(seats, 26, WIDTH - 2 * EDGE), INK, _font(26))
    foot = HEIGHT - 96
    draw.line((EDGE, foot, WIDTH - EDGE, foot), INK, 3)
    far = progress(standing, language)
    draw.text((EDGE, foot + 12), far, INK, _font(26))
    if not standing.before and EDGE + _font(26).getlength(far) < STROKES_LEFT - 16:
        _strokes(draw, standing, foot + 20)
    draw.text((EDGE, foot + 48), f"tallywire · {status(standing, language)}", GREY, _font(24))
    out = io.BytesIO()
    picture.quantize(128).save(out, "PNG", optimize=True)
    return out.getvalue()


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)


def _size(text: str, largest: int, least: int, width: int) -> int:
    """The largest in which it stands on one line."""
    return next((size for size in range(largest, least, -1) if _font(size).getlength(text) <= width), least)


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
    for left in range(-high, EDGE - 16, 28):
        draw.polygon(((left, high), (left + 14, high), (left + 14 + high, 0), (left + high, 0)), INK)
    draw.rectangle((EDGE - 16, 0, WIDTH, high), WARNING)
    size = _size(text, 24, 19, WIDTH - 2 * EDGE)
    draw.text((EDGE, 24), _fitting(text, size, WIDTH - 2 * EDGE), INK, _font(size), anchor="lm")
    return high


def _headline(draw: ImageDraw.ImageDraw, text: str, top: int) -> None:
    """As large as one line allows; heavier than the font is, by a stroke of its own colour."""
    size = _size(text, 66, 30, WIDTH - 2 * EDGE)
    draw.text((EDGE, top), text, INK, _font(size), stroke_width=1, stroke_fill=INK)


def _strokes(draw: ImageDraw.ImageDraw, standing: Standing, top: int) -> None:
    """Ink: final; amber: still counted; the fifth of a gate goes across the four before it."""
    count = standing.view.count
    final, reporting = (STROKES * part / max(1, count.stations) for part in (count.final, count.reporting))
    for stroke in range(STROKES):
        gate, place = divmod(stroke, 5)
        colour = INK if stroke + 0.5 <= final else COUNTED if stroke + 0.5 <= reporting else TRACK
        left = STROKES_LEFT + gate * 28
        if place < 4:
            draw.line((left + place * 6, top, left + place * 6, top + STROKES_HIGH), colour, 3)
        else:
            draw.line((left - 4, top + STROKES_HIGH - 8, left + 22, top + 8), colour, 3)


def _map(picture: Image.Image, standing: Standing, top: int, high: int) -> int:
    """At the right edge, where there is one for this race; how far to the right the rows beside it may go."""
    drawn = map_of(standing, MAP_WIDTH, min(MAP_HIGH, high))
    if drawn is None:
        return WIDTH - EDGE
    left = WIDTH - EDGE - drawn.width
    picture.paste(drawn, (left, top + max(0, (high - drawn.height) // 2)))
    return left - BESIDE_MAP


def _row(draw: ImageDraw.ImageDraw, line: Line, top: int, right: int, language: Language) -> None:
    """Name and numbers, and below them the bar: a full one is every vote."""
    candidate = line.candidate
    fill = colour_of(candidate.color)
    draw.rounded_rectangle((EDGE, top + 4, EDGE + 68, top + 72), 6, fill)
    on = INK if is_light(fill) else PAPER
    draw.text((EDGE + 34, top + 38), str(candidate.ballot_number), on, _font(40), anchor="mm")
    share, votes = f"{line.share:.1%}", f"{line.votes:,}"
    numbers = right - 112
    draw.text((right, top + 28), share, GREY, _font(28), anchor="rm")
    draw.text((numbers, top + 28), votes, INK, _font(36), anchor="rm")
    room = numbers - _font(36).getlength(votes) - NAME_LEFT - 16
    name = candidate.short_name.in_language(language)
    size = _size(name, 34, 22, int(room))
    draw.text((NAME_LEFT, top + 28), _fitting(name, size, int(room)), INK, _font(size), anchor="lm")
    draw.rectangle((NAME_LEFT, top + 58, right, top + 68), TRACK)
    draw.rectangle((NAME_LEFT, top + 58, NAME_LEFT + round((right - NAME_LEFT) * line.share), top + 68), fill)
