"""The terms of an election as an auditor reads them: what log entries may refer to, out of definition.json."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ledger.strict_json import strict

ResultKey = tuple[str, str]
# Areas lie in one another; deeper than this no country goes, and a long chain would be walked for ever.
DEPTH_MAX = 32


class BadDefinitionError(Exception):
    """The document is no definition of an election."""


@dataclass(frozen=True, slots=True)
class ContestTerms:
    """`candidates` in ballot order; `area`: its own, around all that have results of it.

    `proportional`: lists share the seats, so that nobody leads.
    """

    id: str
    area: str
    candidates: tuple[str, ...]
    votes_per_ballot: int
    seats: int
    proportional: bool


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
    epoch: str
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
        value = strict(content)
        areas = _by_id(value["areas"])
        terms = Terms(
            election=_text(value["election"]),
            epoch=_text(value["epoch"]),
            sha256=hashlib.sha256(content).hexdigest(),
            is_test=bool(value["isTest"]),
            rules_version=_text(value["rules"]["version"]),
            verdicts=dict(value["rules"]["verdicts"]),
            area_paths={area: _path(area, areas) for area in areas},
            area_names={area["id"]: _text(area["name"]["en"] or area["name"]["th"]) for area in value["areas"]},
            contests={id_: _contest(contest) for id_, contest in _by_id(value["contests"]).items()},
            stations={id_: _station(station, areas) for id_, station in _by_id(value["stations"]).items()},
        )
        _check_references(terms)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise BadDefinitionError(f"definition.json is no definition: {error!r}") from error
    return terms


def _check_references(terms: Terms) -> None:
    """Whatever an id stands for is there. Raises BadDefinitionError."""
    for contest in terms.contests.values():
        if contest.area not in terms.area_paths:
            raise BadDefinitionError(f"{contest.id} is of an area that is not there: {contest.area}")
        if len(set(contest.candidates)) < len(contest.candidates):
            raise BadDefinitionError(f"{contest.id} has a candidate twice")
    for station in terms.stations.values():
        for name in station.registers:
            counted = terms.contests.get(name)
            if counted is None or counted.area not in station.areas:
                raise BadDefinitionError(f"{station.id} counts {name}, which is not there, or lies elsewhere")


def _by_id(values: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found = {_text(one["id"]): one for one in values}
    if len(found) < len(values):
        raise BadDefinitionError("something stands there twice under one id")
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{str(value)[:40]} is no text")
    return value


def _contest(value: dict[str, Any]) -> ContestTerms:
    candidates = sorted(value["candidates"], key=lambda one: int(one["ballotNumber"]))
    names = tuple(_text(one["id"]) for one in candidates)
    seats = int(value["seats"])
    if seats < 1:
        raise ValueError(f"{seats} seats")
    shared = _text(value["votingVariation"]) == "PROPORTIONAL"
    return ContestTerms(_text(value["id"]), _text(value["area"]), names, int(value["votesPerBallot"]), seats, shared)


def _path(area: str | None, areas: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    path: list[str] = []
    while area is not None:
        if area in path:
            raise BadDefinitionError(f"area {area} lies in itself")
        if len(path) == DEPTH_MAX:
            raise BadDefinitionError(f"area {area} lies deeper than {DEPTH_MAX} areas")
        path.append(area)
        area = areas[area]["parent"]
    return tuple(path)


def _station(value: dict[str, Any], areas: dict[str, dict[str, Any]]) -> StationTerms:
    registers = {_text(contest): int(voters) for contest, voters in value["registers"]}
    return StationTerms(_text(value["id"]), int(value["number"]), _path(_text(value["area"]), areas), registers)
