"""The terms of an election as an auditor reads them: what log entries may refer to, out of definition.json."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ResultKey = tuple[str, str]


class BadDefinitionError(Exception):
    """The document is no definition of an election."""


@dataclass(frozen=True, slots=True)
class ContestTerms:
    """`candidates` in ballot order; `area`: its own, around all that have results of it."""

    id: str
    area: str
    candidates: tuple[str, ...]
    votes_per_ballot: int


@dataclass(frozen=True, slots=True)
class StationTerms:
    """`areas`: those that it lies in, outwards; `registers`: voters by contest, for each contest counted there."""

    id: str
    number: int
    areas: tuple[str, ...]
    registers: dict[str, int]


@dataclass(frozen=True, slots=True)
class Terms:
    """`verdicts`: the rules whose verdict the election changed; they hold for entries of `rules_version`.

    `area_paths`: each area and those that it lies in, outwards.
    """

    election: str
    sha256: str
    is_test: bool
    rules_version: str
    verdicts: dict[str, str | None]
    area_names: dict[str, str]
    area_paths: dict[str, tuple[str, ...]]
    contests: dict[str, ContestTerms]
    stations: dict[str, StationTerms]

    def results(self) -> Iterator[ResultKey]:
        """Every contest in its own area and in each inside it."""
        for contest in self.contests.values():
            yield from ((contest.id, area) for area, path in self.area_paths.items() if contest.area in path)

    def areas_of(self, contest: ContestTerms, station: StationTerms) -> Iterator[str]:
        """The areas that this station counts in, for this contest."""
        for area in station.areas:
            yield area
            if area == contest.area:
                return

    def place(self, station_id: str) -> str:
        """A station as people find it: its id, its area and its number there."""
        station = self.stations.get(station_id)
        if station is None:
            return f"{station_id} (no such station)"
        return f"{station_id} ({self.area_names[station.areas[0]]}, no. {station.number})"

    def verdict(self, rule: str, usual: str) -> str | None:
        return self.verdicts.get(rule, usual)


def read_terms(content: bytes) -> Terms:
    """Raises BadDefinitionError."""
    try:
        value = json.loads(content)
        areas = {area["id"]: area for area in value["areas"]}
        return Terms(
            election=value["election"],
            sha256=hashlib.sha256(content).hexdigest(),
            is_test=value["isTest"],
            rules_version=value["rules"]["version"],
            verdicts=dict(value["rules"]["verdicts"]),
            area_paths={area: _path(area, areas) for area in areas},
            area_names={area["id"]: area["name"]["en"] or area["name"]["th"] for area in value["areas"]},
            contests={contest["id"]: _contest(contest) for contest in value["contests"]},
            stations={station["id"]: _station(station, areas) for station in value["stations"]},
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadDefinitionError(f"definition.json is no definition: {error!r}") from error


def _contest(value: dict[str, Any]) -> ContestTerms:
    candidates = sorted(value["candidates"], key=lambda one: int(one["ballotNumber"]))
    return ContestTerms(
        value["id"], value["area"], tuple(one["id"] for one in candidates), int(value["votesPerBallot"])
    )


def _path(area: str | None, areas: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    path: list[str] = []
    while area is not None:
        if area in path:
            raise BadDefinitionError(f"area {area} lies in itself")
        path.append(area)
        area = areas[area]["parent"]
    return tuple(path)


def _station(value: dict[str, Any], areas: dict[str, dict[str, Any]]) -> StationTerms:
    registers = {contest: int(voters) for contest, voters in value["registers"]}
    return StationTerms(value["id"], int(value["number"]), _path(value["area"], areas), registers)
