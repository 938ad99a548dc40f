"""What a recorded night was judged in: the contests and stations of its definition, as rules look at them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from counting.case import ContestFacts, StationFacts
from counting.election import Text
from counting.vocabulary import AreaLevel, VotingVariation

DISTRICT_LEVELS = (AreaLevel.DISTRICT, AreaLevel.CONSTITUENCY)


class BadDefinitionError(Exception):
    """The definition of a recorded night lacks something; the message says what."""


@dataclass(frozen=True, slots=True)
class StationSetting:
    """`label` names it to editors; `registers`: voters by contest."""

    facts: StationFacts
    label: Text
    registers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Setting:
    polls_close_at: datetime
    time_zone: str
    contests: Mapping[str, ContestFacts]
    stations: Mapping[str, StationSetting]


def setting_from(definition: Mapping[str, Any]) -> Setting:
    """Raises BadDefinitionError."""
    try:
        areas = {area["id"]: area for area in definition["areas"]}
        return Setting(
            polls_close_at=datetime.fromisoformat(definition["pollsCloseAt"]),
            time_zone=definition["timeZone"],
            contests={contest["id"]: _contest(contest, areas) for contest in definition["contests"]},
            stations={station["id"]: _station(station, areas) for station in definition["stations"]},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadDefinitionError(f"the definition cannot be read: {error!r}") from error


def _contest(contest: Mapping[str, Any], areas: Mapping[str, Any]) -> ContestFacts:
    return ContestFacts(
        id=contest["id"],
        name=_text(contest["name"]),
        area_name=_text(areas[contest["area"]]["name"]),
        candidate_ids=tuple(candidate["id"] for candidate in contest["candidates"]),
        ballot_numbers=tuple(candidate["ballotNumber"] for candidate in contest["candidates"]),
        votes_per_ballot=contest["votesPerBallot"],
        voting_variation=VotingVariation(contest["votingVariation"]),
        seats=contest["seats"],
    )


def _station(station: Mapping[str, Any], areas: Mapping[str, Any]) -> StationSetting:
    area = areas[station["area"]]
    name, number = _text(area["name"]), station["number"]
    return StationSetting(
        StationFacts(station["id"], number, name, area["id"], _district(area, areas)),
        Text(f"{number} {name.th}", f"{number} {name.en or name.th}"),
        dict(station["registers"]),
    )


def _district(area: Mapping[str, Any], areas: Mapping[str, Any]) -> str:
    """As `db.spreads.district_of` has it."""
    by_level: dict[str, str] = {}
    node: Mapping[str, Any] | None = area
    while node is not None:
        by_level.setdefault(node["level"], node["id"])
        node = areas[node["parent"]] if node["parent"] is not None else None
    return next((by_level[level] for level in DISTRICT_LEVELS if level in by_level), str(area["id"]))


def _text(value: Mapping[str, str | None]) -> Text:
    return Text(str(value["th"]), value["en"])
