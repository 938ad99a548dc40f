"""stations.csv and registers.csv: where people vote, and how many may vote there in which contest."""

from pathlib import Path

from counting.election import Register, Station
from tallywire.package import cell
from tallywire.package.area_rows import AreaTree
from tallywire.package.contest_rows import ContestTable
from tallywire.package.fault import Fault
from tallywire.package.table import Row, Table, read_table

FILE = "stations.csv"
REGISTERS_FILE = "registers.csv"
COLUMNS = ("code", "area", "number", "location_th", "location_en")
OPTIONAL = ("location_en",)
REGISTER_COLUMNS = ("station", "contest", "registered_voters")


def read_stations(folder: Path, tree: AreaTree, faults: list[Fault]) -> tuple[tuple[Station, ...], Table | None]:
    table = read_table(folder / FILE, COLUMNS, faults, OPTIONAL)
    if table is None:
        return (), None
    codes = cell.Once("the code", faults)
    numbers = cell.Once("in this area the number", faults)
    stations = []
    for row in table.rows:
        station = _station(row, faults)
        codes.see(row["code"], station.code)
        numbers.see(row["number"], station.area, station.number)
        if station.area and not tree.has(station.area):
            what = f'no area "{station.area}" in areas.csv{cell.meant(row["area"], tree.codes, faults)}'
            faults.append(row["area"].fault(what))
        stations.append(station)
    return tuple(stations), table


def _station(row: Row, faults: list[Fault]) -> Station:
    return Station(
        code=cell.code(row["code"], faults),
        area=cell.required(row["area"], faults),
        number=cell.whole_number(row["number"], faults),
        location=cell.text(row, "location", faults),
    )


def read_registers(
    folder: Path, tree: AreaTree, contests: ContestTable, stations: Table | None, faults: list[Fault]
) -> tuple[Register, ...]:
    table = read_table(folder / REGISTERS_FILE, REGISTER_COLUMNS, faults)
    if table is None:
        return ()
    once = cell.Once("with this contest the station", faults)
    codes = stations.texts("code") if stations else None
    station_areas = {row["code"].text: row["area"].text for row in stations.rows} if stations else {}
    contest_areas = {contest.code: contest.area for contest in contests.contests}
    registers = []
    for row in table.rows:
        station, contest = row["station"], row["contest"]
        once.see(station, station.text, contest.text)
        contests.check(contest, faults)
        if codes is not None and station.text not in codes:
            faults.append(station.fault(f'no station "{station.text}" in {FILE}{cell.meant(station, codes, faults)}'))
        inner, outer = station_areas.get(station.text), contest_areas.get(contest.text)
        if inner and outer and tree.apart(inner, outer):
            what = f'station "{station.text}" lies in area "{inner}", outside area "{outer}" of "{contest.text}"'
            faults.append(station.fault(what))
        voters = cell.whole_number(row["registered_voters"], faults)
        registers.append(Register(station.text, contest.text, voters))
    contests.check_each_has(f"station in {REGISTERS_FILE}", table.texts("contest"), faults)
    _check_each_station(stations, table.texts("station"), faults)
    return tuple(registers)


def _check_each_station(stations: Table | None, registered: frozenset[str], faults: list[Fault]) -> None:
    for row in stations.rows if stations else ():
        code = row["code"]
        if code.text and code.text not in registered:
            faults.append(code.fault(f'the station "{code.text}" has no contest in {REGISTERS_FILE}'))
