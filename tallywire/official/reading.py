"""A folder of official results read whole, against an election that is loaded; every fault is found first."""

from dataclasses import dataclass
from pathlib import Path

from counting.election import Area, Candidate, Contest, OfficialFigure
from db.definitions import AreaNode, CandidateNode, ContestNode, ElectionDefinition
from tallywire.official import station_figures
from tallywire.package import official_rows
from tallywire.package.area_rows import AreaTree
from tallywire.package.contest_rows import ContestTable
from tallywire.package.fault import Fault, PackageFaults
from tallywire.package.table import Table, has_table

FILES = (official_rows.FILE, station_figures.FILE)


@dataclass(frozen=True, slots=True)
class OfficialReading:
    """`warnings` are sums that miss as published: worth a look, and no reason to refuse."""

    figures: tuple[OfficialFigure, ...]
    warnings: tuple[Fault, ...]


def read_official_folder(folder: Path, definition: ElectionDefinition) -> OfficialReading:
    """Raises PackageFaults with everything that is wrong."""
    if not folder.is_dir():
        raise PackageFaults([Fault(str(folder), None, None, None, "there is no such folder")])
    if not any(has_table(folder / file) for file in FILES):
        what = f"neither {' nor '.join(FILES)} stands in this folder"
        raise PackageFaults([Fault(str(folder), None, None, None, what)])
    faults: list[Fault] = []
    areas, contests, candidates = _areas(definition), _contests(definition), _candidates(definition)
    tree = AreaTree({area.code: area.parent or "" for area in areas})
    of_areas = official_rows.read_official(folder, tree, contests, candidates, faults)
    of_stations = station_figures.read_station_figures(
        folder, _station_areas(definition), _registers(definition), contests, candidates, faults
    )
    if faults:
        raise PackageFaults(faults)
    if not of_areas and not of_stations:
        raise PackageFaults([Fault(str(folder), None, None, None, "no figure stands in these files")])
    warnings = official_rows.official_warnings(of_areas, areas, contests.contests, candidates)
    return OfficialReading((*of_areas, *of_stations), warnings)


def _code(election_id: str, served_id: str) -> str:
    return served_id.removeprefix(f"{election_id}/")


def _areas(definition: ElectionDefinition) -> tuple[Area, ...]:
    def one(node: AreaNode) -> Area:
        parent = _code(definition.id, node.parent.id) if node.parent else None
        return Area(_code(definition.id, node.id), node.level, parent, node.name)

    return tuple(one(node) for node in definition.areas.values())


def _contests(definition: ElectionDefinition) -> ContestTable:
    def one(node: ContestNode) -> Contest:
        return Contest(
            code=_code(definition.id, node.id),
            office=node.office,
            name=node.name,
            area=_code(definition.id, node.area.id),
            seats=node.seats,
            voting_variation=node.voting_variation,
            votes_per_ballot=node.votes_per_ballot,
        )

    contests = tuple(one(node) for node in definition.contests.values())
    return ContestTable(contests, Table((), ()), frozenset(contest.code for contest in contests))


def _candidates(definition: ElectionDefinition) -> tuple[Candidate, ...]:
    def one(node: CandidateNode) -> Candidate:
        contest = _code(definition.id, node.contest_id)
        return Candidate(contest, node.ballot_number, node.name, node.short_name, node.party, node.color)

    return tuple(one(node) for node in definition.candidates.values())


def _station_areas(definition: ElectionDefinition) -> dict[str, str]:
    stations = definition.stations.values()
    return {_code(definition.id, node.id): _code(definition.id, node.area.id) for node in stations}


def _registers(definition: ElectionDefinition) -> frozenset[tuple[str, str]]:
    return frozenset(
        (_code(definition.id, node.id), _code(definition.id, contest_id))
        for node in definition.stations.values()
        for contest_id, _ in node.registers
    )
