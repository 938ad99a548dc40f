"""An election's definition in memory: read once, shared by writers, board and API; it does not change while counted.

Station detail (locations) stays in the database; what is kept here of a station is what the arithmetic needs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from counting.bounds import Bounds
from counting.case import ContestFacts
from counting.election import Text
from counting.vocabulary import AreaLevel, TallyRule, Verdict, VotingVariation
from db.database import Connection


@dataclass(slots=True, eq=False)
class AreaNode:
    """An area in its tree. `stations_total` counts the stations inside, sub-areas included.

    `registered`: voters by contest; `registered_voters`: on the largest register, contests of one office together.
    """

    id: str
    election_id: str
    level: AreaLevel
    name: Text
    parent: "AreaNode | None"
    children: list["AreaNode"] = field(default_factory=list)
    stations_total: int = 0
    registered: dict[str, int] = field(default_factory=dict)
    registered_voters: int = 0

    def path(self) -> Iterator["AreaNode"]:
        """This area, then each that it lies in, outwards."""
        node: AreaNode | None = self
        while node is not None:
            yield node
            node = node.parent

    def subtree(self) -> Iterator["AreaNode"]:
        """This area and all inside it, each before those inside it."""
        yield self
        for child in self.children:
            yield from child.subtree()


@dataclass(frozen=True, slots=True, eq=False)
class CandidateNode:
    id: str
    contest_id: str
    ballot_number: int
    name: Text
    short_name: Text
    party: Text | None
    color: str


@dataclass(frozen=True, slots=True, eq=False)
class ContestNode:
    """`areas`: those that have results of this contest, its own first. Registered voters by area."""

    id: str
    election_id: str
    office: str
    name: Text
    area: AreaNode
    seats: int
    voting_variation: VotingVariation
    votes_per_ballot: int
    candidates: tuple[CandidateNode, ...]
    facts: ContestFacts
    areas: tuple[AreaNode, ...]
    stations_by_area: dict[str, int]
    registered_by_area: dict[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class StationNode:
    """`registers`: contest id and the voters registered for it, for each contest that the station counts."""

    id: str
    area: AreaNode
    number: int
    registers: tuple[tuple[str, int], ...]

    def registered(self, contest_id: str) -> int | None:
        return next((voters for contest, voters in self.registers if contest == contest_id), None)


@dataclass(frozen=True, slots=True, eq=False)
class ElectionDefinition:
    """`epoch` changes with every load of the package: a definition of another epoch is out of date."""

    id: str
    epoch: str
    name: Text
    is_test: bool
    polls_close_at: datetime
    time_zone: str
    notice: Text | None
    help_contact: Text | None
    bounds: Bounds
    areas: Mapping[str, AreaNode]
    contests: Mapping[str, ContestNode]
    candidates: Mapping[str, CandidateNode]
    stations: Mapping[str, StationNode]
    registered_voters: int

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def local(self, moment: datetime | None) -> datetime | None:
        """The same instant on the election's own clock."""
        return None if moment is None else moment.astimezone(self.zone)


async def read_definition(connection: Connection, election_id: str) -> ElectionDefinition | None:
    """None where no such election is loaded. One snapshot, five statements."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        election = await connection.fetchrow("SELECT * FROM election WHERE id = $1", election_id)
        if election is None:
            return None
        areas = _areas(
            await connection.fetch("SELECT * FROM area WHERE election_id = $1 ORDER BY ordinal", election_id)
        )
        stations = _stations(
            await connection.fetch("SELECT * FROM station WHERE election_id = $1 ORDER BY id", election_id),
            await connection.fetch(
                "SELECT r.station_id, r.contest_id, r.registered_voters FROM station_contest r"
                " JOIN contest c ON c.id = r.contest_id WHERE c.election_id = $1 ORDER BY r.station_id, c.ordinal",
                election_id,
            ),
            areas,
        )
        candidates = await connection.fetch(
            "SELECT k.* FROM candidate k JOIN contest c ON c.id = k.contest_id WHERE c.election_id = $1"
            " ORDER BY c.ordinal, k.ballot_number",
            election_id,
        )
        contests = _contests(
            await connection.fetch("SELECT * FROM contest WHERE election_id = $1 ORDER BY ordinal", election_id),
            candidates,
            areas,
            stations,
        )
    _count_stations(areas, stations)
    for area in areas.values():
        area.registered_voters = _largest_register(area.registered, contests)
    return ElectionDefinition(
        id=election["id"],
        epoch=election["epoch"],
        name=Text(election["name_th"], election["name_en"]),
        is_test=election["is_test"],
        polls_close_at=election["polls_close_at"],
        time_zone=election["time_zone"],
        notice=_optional_text(election, "notice"),
        help_contact=_optional_text(election, "help"),
        bounds=bounds_from_json(election["bounds"]),
        areas=areas,
        contests=contests,
        candidates={k.id: k for contest in contests.values() for k in contest.candidates},
        stations=stations,
        registered_voters=sum(area.registered_voters for area in areas.values() if area.parent is None),
    )


def bounds_from_json(values: dict[str, Any]) -> Bounds:
    """The reverse of `db.definition_rows.bounds_to_json`."""
    verdicts = {TallyRule(rule): verdict and Verdict(verdict) for rule, verdict in values["verdicts"].items()}
    return Bounds(**{**values, "verdicts": verdicts})


def _optional_text(row: asyncpg.Record, name: str) -> Text | None:
    thai = row[f"{name}_th"]
    return None if thai is None else Text(thai, row[f"{name}_en"])


def _areas(rows: list[asyncpg.Record]) -> dict[str, AreaNode]:
    areas = {
        row["id"]: AreaNode(
            row["id"], row["election_id"], AreaLevel(row["level"]), Text(row["name_th"], row["name_en"]), None
        )
        for row in rows
    }
    for row in rows:
        if row["parent_id"] is not None:
            areas[row["id"]].parent = areas[row["parent_id"]]
            areas[row["parent_id"]].children.append(areas[row["id"]])
    return areas


def _stations(
    rows: list[asyncpg.Record], registers: list[asyncpg.Record], areas: dict[str, AreaNode]
) -> dict[str, StationNode]:
    by_station: dict[str, list[tuple[str, int]]] = {}
    for register in registers:
        by_station.setdefault(register["station_id"], []).append(
            (register["contest_id"], register["registered_voters"])
        )
    return {
        row["id"]: StationNode(row["id"], areas[row["area_id"]], row["number"], tuple(by_station.get(row["id"], ())))
        for row in rows
    }


def _count_stations(areas: dict[str, AreaNode], stations: dict[str, StationNode]) -> None:
    for station in stations.values():
        for area in station.area.path():
            area.stations_total += 1
            for contest_id, voters in station.registers:
                area.registered[contest_id] = area.registered.get(contest_id, 0) + voters


def _largest_register(registered: dict[str, int], contests: dict[str, ContestNode]) -> int:
    by_office: dict[str, int] = {}
    for contest_id, voters in registered.items():
        office = contests[contest_id].office
        by_office[office] = by_office.get(office, 0) + voters
    return max(by_office.values(), default=0)


def _contests(
    rows: list[asyncpg.Record],
    candidate_rows: list[asyncpg.Record],
    areas: dict[str, AreaNode],
    stations: dict[str, StationNode],
) -> dict[str, ContestNode]:
    candidates: dict[str, list[CandidateNode]] = {}
    for row in candidate_rows:
        candidates.setdefault(row["contest_id"], []).append(_candidate(row))
    stations_of, registered_of = _registers_by_area(stations)
    return {
        row["id"]: _contest(
            row,
            tuple(candidates.get(row["id"], ())),
            areas[row["area_id"]],
            stations_of.get(row["id"], {}),
            registered_of.get(row["id"], {}),
        )
        for row in rows
    }


def _registers_by_area(
    stations: dict[str, StationNode],
) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
    counted: dict[str, dict[str, int]] = {}
    registered: dict[str, dict[str, int]] = {}
    for station in stations.values():
        for contest_id, voters in station.registers:
            totals, sums = counted.setdefault(contest_id, {}), registered.setdefault(contest_id, {})
            for area in station.area.path():
                totals[area.id] = totals.get(area.id, 0) + 1
                sums[area.id] = sums.get(area.id, 0) + voters
    return counted, registered


def _candidate(row: asyncpg.Record) -> CandidateNode:
    return CandidateNode(
        row["id"],
        row["contest_id"],
        row["ballot_number"],
        Text(row["name_th"], row["name_en"]),
        Text(row["short_name_th"], row["short_name_en"]),
        _optional_text(row, "party"),
        row["color"],
    )


def _contest(
    row: asyncpg.Record,
    candidates: tuple[CandidateNode, ...],
    area: AreaNode,
    stations_by_area: dict[str, int],
    registered_by_area: dict[str, int],
) -> ContestNode:
    name = Text(row["name_th"], row["name_en"])
    variation = VotingVariation(row["voting_variation"])
    facts = ContestFacts(
        id=row["id"],
        name=name,
        area_name=area.name,
        candidate_ids=tuple(candidate.id for candidate in candidates),
        ballot_numbers=tuple(candidate.ballot_number for candidate in candidates),
        votes_per_ballot=row["votes_per_ballot"],
        voting_variation=variation,
        seats=row["seats"],
    )
    return ContestNode(
        id=row["id"],
        election_id=row["election_id"],
        office=row["office"],
        name=name,
        area=area,
        seats=row["seats"],
        voting_variation=variation,
        votes_per_ballot=row["votes_per_ballot"],
        candidates=candidates,
        facts=facts,
        areas=tuple(area.subtree()),
        stations_by_area=stations_by_area,
        registered_by_area=registered_by_area,
    )
