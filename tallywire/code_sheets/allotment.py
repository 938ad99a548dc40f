"""Which stations each code is for: neighbours inside one smallest area, so that one person can walk between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from counting.vocabulary import AreaLevel
from db.definitions import AreaNode, ElectionDefinition, StationNode

# Whoever hands the sheets out looks after one of these.
COORDINATED = (AreaLevel.DISTRICT, AreaLevel.CONSTITUENCY)

Items = TypeVar("Items", bound=Sequence[object])


class UnknownPlaceError(Exception):
    """The election has no such area or station; the message names it."""


@dataclass(frozen=True, slots=True)
class Allotment:
    """One code's stations, none for those who report from nowhere; `area` is who hands it out, None: the whole."""

    area: AreaNode | None
    stations: tuple[StationNode, ...]


def allot(
    definition: ElectionDefinition,
    area_ids: Sequence[str],
    station_ids: Sequence[str],
    *,
    stations_a_code: int,
    codes_a_group: int,
) -> list[Allotment]:
    """The stations named and those of the areas named, all where none is named; by area, then number.

    Raises UnknownPlaceError.
    """
    chosen = _chosen(definition, area_ids, station_ids)
    places = {area_id: place for place, area_id in enumerate(definition.areas)}
    ordered = sorted(chosen, key=lambda station: (places[station.area.id], station.number, station.id))
    return [
        Allotment(_coordinated(area), tuple(stations))
        for area, inside in groupby(ordered, key=lambda station: station.area)
        for stations in pieces(list(inside), stations_a_code)
        for _ in range(codes_a_group)
    ]


def pieces(items: Items, size: int) -> list[Items]:
    """The items in their order, `size` at a time."""
    return [items[start : start + size] for start in range(0, len(items), size)]  # type: ignore[misc]


def _chosen(
    definition: ElectionDefinition, area_ids: Sequence[str], station_ids: Sequence[str]
) -> Iterator[StationNode]:
    areas, stations = definition.areas, definition.stations
    if missing := [name for name in area_ids if name not in areas]:
        raise UnknownPlaceError(f"no area {missing[0]}")
    if missing := [name for name in station_ids if name not in stations]:
        raise UnknownPlaceError(f"no station {missing[0]}")
    inside = {area.id for area_id in area_ids for area in areas[area_id].subtree()}
    named, everywhere = set(station_ids), not area_ids and not station_ids
    return (one for one in stations.values() if everywhere or one.id in named or one.area.id in inside)


def _coordinated(area: AreaNode) -> AreaNode:
    path = list(area.path())
    return next((around for around in path if around.level in COORDINATED), path[-2] if len(path) > 1 else path[0])
