"""official_stations.csv: what the authority published of single stations."""

from collections.abc import Mapping
from pathlib import Path

from counting.election import Candidate, OfficialFigure
from tallywire.package import cell
from tallywire.package.contest_rows import ContestTable
from tallywire.package.fault import Fault
from tallywire.package.official_rows import OPTIONAL, ballot_number, item_of
from tallywire.package.table import Row, has_table, read_table

FILE = "official_stations.csv"
COLUMNS = ("contest", "station", "item", "ballot_number", "value")

# Area codes by station code, and the contests that each station counts.
StationAreas = Mapping[str, str]
Registers = frozenset[tuple[str, str]]


def read_station_figures(
    folder: Path,
    areas: StationAreas,
    registers: Registers,
    contests: ContestTable,
    candidates: tuple[Candidate, ...],
    faults: list[Fault],
) -> tuple[OfficialFigure, ...]:
    """The figures; none where there is no such file."""
    if not has_table(folder / FILE):
        return ()
    table = read_table(folder / FILE, COLUMNS, faults, OPTIONAL)
    once = cell.Once("for this contest and station the item", faults)
    standing = {(candidate.contest, candidate.ballot_number) for candidate in candidates}
    figures = []
    for row in table.rows if table else ():
        contests.check(row["contest"], faults)
        _check_station(row, areas, registers, contests, faults)
        contest, station = row["contest"].text, row["station"].text
        number = ballot_number(row, standing, faults)
        value = cell.whole_number(row["value"], faults)
        figure = OfficialFigure(contest, areas.get(station, ""), item_of(row, faults), number, value, station)
        once.see(row["item"], contest, station, figure.item, number)
        figures.append(figure)
    return tuple(figures)


def _check_station(
    row: Row, areas: StationAreas, registers: Registers, contests: ContestTable, faults: list[Fault]
) -> None:
    station, contest = row["station"], row["contest"].text
    if station.text not in areas:
        faults.append(station.fault(f'no station "{station.text}" in stations.csv'))
    elif contest in contests.codes and (station.text, contest) not in registers:
        faults.append(station.fault(f'station "{station.text}" does not count "{contest}"'))
