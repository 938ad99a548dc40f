"""The map on the picture that a shared link shows: areas in the colour of who leads there, by strength of the lead."""

import math
from collections.abc import Iterable, Iterator
from typing import Any

from PIL import Image, ImageDraw

from db.definitions import ContestNode
from feed.board import ResultView
from tallywire.formats.shapes import shapes_of
from tallywire.pages.colours import RGB, colour_of
from tallywire.pages.standing import Standing

PAPER: RGB = (255, 255, 255)
NO_REPORT: RGB = (223, 226, 222)
# As on the board: how much of the leader's colour is seen, by the lead in shares.
STRENGTHS = ((0.40, 1.0), (0.30, 0.76), (0.15, 0.60), (0.05, 0.46), (0.0, 0.32))
LEVEL = 0.12
# Fewer of the stations than this is too early to read: striped.
EARLY = 0.2
# Drawn so much larger and made smaller again: smooth edges.
FINER = 3
STRIPE = 7

Point = tuple[float, float]


def map_of(standing: Standing, width: int, height: int) -> Image.Image | None:
    """At most so wide and high, without an edge of its own; None where no map knows every area right below the race."""
    areas = list(standing.areas_below())
    shapes = shapes_of(standing.feed.definition)
    if not areas or any(area.id not in shapes for area, _ in areas):
        return None
    rings = [[_projected(ring) for ring in _rings(shapes[area.id])] for area, _ in areas]
    points = [point for area in rings for ring in area for point in ring]
    left, top = min(x for x, _ in points), min(y for _, y in points)
    wide, high = max(x for x, _ in points) - left, max(y for _, y in points) - top
    scale = min(width / wide, height / high) * FINER
    picture = Image.new("RGB", (math.ceil(wide * scale) + FINER, math.ceil(high * scale) + FINER), PAPER)
    for (_, view), area_rings in zip(areas, rings, strict=True):
        placed = [[((x - left) * scale, (y - top) * scale) for x, y in ring] for ring in area_rings]
        _paint(picture, placed, _fill(view, standing.contest), striped=_early(view))
    return picture.resize((picture.width // FINER, picture.height // FINER), Image.Resampling.LANCZOS)


def _rings(geometry: dict[str, Any]) -> Iterator[list[Point]]:
    """Outer rings alone: what lies in a hole is an area of its own, and is painted too."""
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return (polygon[0] for polygon in polygons)


def _projected(ring: Iterable[Point]) -> list[Point]:
    """Mercator's, downwards, as pictures count."""
    return [
        (math.radians(longitude), -math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)))
        for longitude, latitude in ring
    ]


def _early(view: ResultView) -> bool:
    return 0 < view.count.reporting < EARLY * view.count.stations


def _fill(view: ResultView, contest: ContestNode) -> RGB:
    if not view.count.reporting or not view.count.valid or not view.rows:
        return NO_REPORT
    first, second = view.rows[0], view.rows[1] if len(view.rows) > 1 else None
    lead = first.share - (second.share if second else 0)
    if second and first.votes == second.votes:
        return _through((20, 24, 27), LEVEL)
    strength = next(seen for least, seen in STRENGTHS if lead >= least)
    return _through(colour_of(contest.candidates[first.place].color), strength)


def _through(colour: RGB, seen: float) -> RGB:
    """The colour on paper, as much of it as is seen."""
    red, green, blue = (round(part * seen + paper * (1 - seen)) for part, paper in zip(colour, PAPER, strict=True))
    return red, green, blue


def _paint(picture: Image.Image, rings: list[list[Point]], fill: RGB, *, striped: bool) -> None:
    draw = ImageDraw.Draw(picture)
    for ring in rings:
        draw.polygon(ring, fill)
    if striped:
        inside = Image.new("1", picture.size)
        for ring in rings:
            ImageDraw.Draw(inside).polygon(ring, 1)
        stripes = Image.new("RGB", picture.size, fill)
        lines = ImageDraw.Draw(stripes)
        for x in range(-picture.height, picture.width, STRIPE * FINER):
            lines.line((x, picture.height, x + picture.height, 0), PAPER, 2 * FINER)
        picture.paste(stripes, mask=inside)
    for ring in rings:
        draw.line([*ring, ring[0]], PAPER, FINER, joint="curve")
