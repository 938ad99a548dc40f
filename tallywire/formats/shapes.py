"""Shapes of areas, from the maps of packages (`maps/maps.json`, TopoJSON): the same that the live board draws.

A map is taken for an election where it knows every area of its level by code.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from counting.vocabulary import AreaLevel
from db.definitions import ElectionDefinition
from tallywire.formats.picture import code
from tallywire.packaged import packaged

# Degrees; a metre is 0.00001.
DECIMALS = 6
Point = tuple[float, float]


def shapes_of(definition: ElectionDefinition) -> Mapping[str, dict[str, Any]]:
    """GeoJSON geometries by area id; areas that no map knows are missing."""
    found: dict[str, dict[str, Any]] = {}
    for level in AreaLevel:
        areas = {code(area.id): area.id for area in definition.areas.values() if area.level is level}
        for known in _maps(level) if areas else ():
            if areas.keys() <= known.keys():
                found |= {identity: known[short] for short, identity in areas.items()}
                break
    return found


@cache
def _maps(level: AreaLevel) -> tuple[dict[str, dict[str, Any]], ...]:
    """Each map of this level: geometries by code."""
    return tuple(
        _geometries(json.loads((folder / described["shapes"]).read_text("utf-8")))
        for folder in map_folders()
        for described in json.loads((folder / "maps.json").read_text("utf-8"))["maps"]
        if described["level"] == level.value
    )


def map_folders() -> Iterator[Path]:
    """Of every package that ships: in a checkout, all of data/."""
    for described in sorted(packaged("bkk2022", "data/bkk2022").parent.glob("*/maps/maps.json")):
        yield described.parent


def _geometries(topology: dict[str, Any]) -> dict[str, dict[str, Any]]:
    arcs = [_unpacked(arc, topology.get("transform")) for arc in topology["arcs"]]
    return {
        str(shape["properties"]["code"]): _geometry(shape, arcs)
        for group in topology["objects"].values()
        for shape in group["geometries"]
        if shape["type"] in ("Polygon", "MultiPolygon")
    }


def _unpacked(arc: Iterable[list[float]], transform: dict[str, list[float]] | None) -> list[Point]:
    """In degrees: a quantized arc holds whole steps from point to point."""
    if transform is None:
        return [(round(point[0], DECIMALS), round(point[1], DECIMALS)) for point in arc]
    (scale_x, scale_y), (from_x, from_y) = transform["scale"], transform["translate"]
    x = y = 0.0
    points = []
    for step in arc:
        x, y = x + step[0], y + step[1]
        points.append((round(x * scale_x + from_x, DECIMALS), round(y * scale_y + from_y, DECIMALS)))
    return points


def _geometry(shape: dict[str, Any], arcs: list[list[Point]]) -> dict[str, Any]:
    if shape["type"] == "Polygon":
        return {"type": "Polygon", "coordinates": _polygon(shape["arcs"], arcs)}
    return {"type": "MultiPolygon", "coordinates": [_polygon(one, arcs) for one in shape["arcs"]]}


def _polygon(rings: list[list[int]], arcs: list[list[Point]]) -> list[list[Point]]:
    """The outer ring against the clock and holes with it, as RFC 7946 asks."""
    joined = [_ring(ring, arcs) for ring in rings]
    return [ring if (_area(ring) > 0) == (place == 0) else ring[::-1] for place, ring in enumerate(joined)]


def _ring(parts: list[int], arcs: list[list[Point]]) -> list[Point]:
    """Arcs one after another; ~n is arc n backwards. The last point of one is the first of the next."""
    points: list[Point] = []
    for part in parts:
        arc = arcs[part] if part >= 0 else arcs[~part][::-1]
        points += arc[1:] if points else arc
    return points


def _area(ring: list[Point]) -> float:
    """Twice the area; above 0 where it runs against the clock."""
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairwise(ring))
