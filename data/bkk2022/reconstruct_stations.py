#!/usr/bin/env python3
"""Splits the real district results of 22 May 2022 over 6,817 made-up stations; no list of the real ones is public.

Every district sum (registered voters, votes of each candidate, invalid, no-vote) is exactly the real one. What lies
below the district is invented: sizes, subdistricts, and how strength, turnout and spoilt ballots vary. The same
bytes come out of every run.    python data/bkk2022/reconstruct_stations.py [--into FOLDER]
"""

import argparse
import random
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from apportion import apportion, fit, near_one, rounded
from source_tables import HERE, DistrictCount, district_counts, source_rows, write_rows

SEED = 20220522
STATIONS = 6_817  # as the city announced
STATIONS_IN_SUBDISTRICT_MIN = 2

# Standard deviations, as parts of the value itself.
SUBDISTRICT_SIZE = 0.28
STATION_SIZE = 0.15
SUBDISTRICT_TURNOUT, STATION_TURNOUT = 0.02, 0.035
SUBDISTRICT_STRENGTH, STATION_STRENGTH = 0.06, 0.06

# Two contests' ballots at one station differ by at most max(3, 1 %); // 101 keeps it 1 % of the smaller number too.
APART_MIN, APART_DIVISOR = 3, 101
# Where a district's totals leave no other way, a few stations take the rest: places where many moved in within the
# year, who vote for the governor and not yet for the council.
NEWCOMERS_SHARE_MAX = 0.15

CsvRow = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Subdistrict:
    code: str
    name_th: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Place:
    """One station: its subdistrict and its number there."""

    subdistrict: Subdistrict
    number: int

    @property
    def code(self) -> str:
        return f"{self.subdistrict.code}-{self.number:03d}"


@dataclass(frozen=True, slots=True)
class StationBallots:
    """One contest at the stations of one district, station by station; a row of `votes` ends in invalid and no-vote."""

    registered: list[int]
    votes: list[list[int]]


def places(subdistricts: list[Subdistrict], count: int, chance: random.Random) -> list[Place]:
    weights = [near_one(chance, SUBDISTRICT_SIZE) for _ in subdistricts]
    more = apportion(count - STATIONS_IN_SUBDISTRICT_MIN * len(subdistricts), weights)
    return [
        Place(subdistrict, number)
        for subdistrict, extra in zip(subdistricts, more, strict=True)
        for number in range(1, STATIONS_IN_SUBDISTRICT_MIN + extra + 1)
    ]


def governor_ballots(count: DistrictCount, at: list[Place], chance: random.Random) -> tuple[list[int], list[int]]:
    """Registered voters and ballots cast, station by station."""
    registered = apportion(count.registered, [near_one(chance, STATION_SIZE) for _ in at])
    around = {place.subdistrict.code: 0.0 for place in at}
    around = {code: near_one(chance, SUBDISTRICT_TURNOUT) for code in around}
    weights = [
        voters * around[place.subdistrict.code] * near_one(chance, STATION_TURNOUT)
        for voters, place in zip(registered, at, strict=True)
    ]
    return registered, apportion(count.cast, weights, registered)


def fewer_council_ballots(less: int, cast: list[int], chance: random.Random) -> list[int]:
    """By how much council ballots fall short of governor ballots (or exceed them, where `less` is negative).

    Each station stays within the bound where the district allows it; else the fewest possible stations leave it.
    """
    bounds = [max(APART_MIN, ballots // APART_DIVISOR) for ballots in cast]
    sign = 1 if less >= 0 else -1
    if abs(less) <= sum(bounds):
        weights = [bound * chance.random() for bound in bounds]
        return [sign * part for part in apportion(abs(less), weights, bounds)]
    rest = abs(less) - sum(bounds)
    room = [int(ballots * NEWCOMERS_SHARE_MAX) - bound for ballots, bound in zip(cast, bounds, strict=True)]
    chosen: list[int] = []
    for station in sorted(range(len(cast)), key=lambda i: -room[i]):
        if sum(room[i] for i in chosen) >= rest:
            break
        chosen.append(station)
    caps = [room[i] if i in chosen else 0 for i in range(len(cast))]
    extra = apportion(rest, [float(cap) for cap in caps], caps)
    return [sign * (bound + more) for bound, more in zip(bounds, extra, strict=True)]


def council_registers(count: DistrictCount, registered: list[int], fewer: list[int], total: int) -> list[int]:
    """Voters of the council's register: fewer than the governor's, mostly where fewer council ballots came in."""
    less = total - count.registered
    weights = [0.1 + max(0, number) for number in fewer]
    parts = apportion(less, weights, [voters // 3 for voters in registered])
    return [voters - part for voters, part in zip(registered, parts, strict=True)]


def split_votes(count: DistrictCount, at: list[Place], cast: list[int], chance: random.Random) -> list[list[int]]:
    """Each station's ballots over candidates, invalid and no-vote; rows and columns keep their sums."""
    columns = [*count.votes, count.invalid, count.no_vote]
    around: dict[str, list[float]] = {}
    for place in at:
        if place.subdistrict.code not in around:
            around[place.subdistrict.code] = [near_one(chance, SUBDISTRICT_STRENGTH) for _ in columns]
    cells = []
    for place, ballots in zip(at, cast, strict=True):
        factors = around[place.subdistrict.code]
        cells.append(
            [
                _expected(ballots * column / count.cast, factor, chance)
                for column, factor in zip(columns, factors, strict=True)
            ]
        )
    return rounded(fit(cells, cast, columns), cast, columns, chance)


def _expected(ballots: float, factor: float, chance: random.Random) -> float:
    """A cell before fitting: the station's own leaning, and as much chance as so few papers have."""
    if ballots == 0:
        return 0.0
    here = ballots * factor * near_one(chance, STATION_STRENGTH)
    return max(here * 0.1, here + (near_one(chance, 1.0) - 1) * sqrt(here))


def district(
    governor: DistrictCount, council: DistrictCount, at: list[Place], chance: random.Random
) -> tuple[StationBallots, StationBallots]:
    registered, cast = governor_ballots(governor, at, chance)
    fewer = fewer_council_ballots(governor.cast - council.cast, cast, chance)
    council_cast = [ballots - less for ballots, less in zip(cast, fewer, strict=True)]
    council_registered = council_registers(council, registered, fewer, governor.registered)
    return (
        StationBallots(registered, split_votes(governor, at, cast, chance)),
        StationBallots(council_registered, split_votes(council, at, council_cast, chance)),
    )


def subdistricts_by_district() -> dict[str, list[Subdistrict]]:
    found: dict[str, list[Subdistrict]] = {}
    for row in source_rows("areas.csv"):
        if row["level"] == "subdistrict":
            found.setdefault(row["parent_code"], []).append(Subdistrict(row["code"], row["name_th"], row["name_en"]))
    return found


@dataclass(frozen=True, slots=True)
class Tables:
    """The rows of the three files, and how many stations have contests further apart than the rule allows."""

    stations: list[CsvRow]
    registers: list[CsvRow]
    counts: list[CsvRow]
    apart: int


def reconstructed() -> Tables:
    governors, councils = district_counts("governor"), district_counts("council")
    numbers = apportion(STATIONS, [float(count.registered) for count in governors])
    inside = subdistricts_by_district()
    stations: list[CsvRow] = []
    registers: list[CsvRow] = []
    counts: list[CsvRow] = []
    apart = 0
    for governor, council, number in zip(governors, councils, numbers, strict=True):
        chance = random.Random(SEED * 10_000 + int(governor.district))
        at = places(inside[governor.district], number, chance)
        both = district(governor, council, at, chance)
        stations += [station_row(place) for place in at]
        for i, place in enumerate(at):
            for count, ballots in zip((governor, council), both, strict=True):
                *votes, invalid, no_vote = ballots.votes[i]
                registers.append((place.code, count.contest, ballots.registered[i]))
                counts.append((place.code, count.contest, invalid, no_vote, " ".join(map(str, votes))))
            cast, council_cast = (sum(ballots.votes[i]) for ballots in both)
            apart += abs(cast - council_cast) > max(APART_MIN, min(cast, council_cast) // 100)
    return Tables(stations, registers, counts, apart)


def station_row(place: Place) -> CsvRow:
    """No real place is named: nobody is to take a reconstructed station for one."""
    number, subdistrict = place.number, place.subdistrict
    th = f"หน่วยเลือกตั้งที่ {number} แขวง{subdistrict.name_th} (สร้างย้อนหลัง)"
    return place.code, subdistrict.code, number, th, f"Polling station {number}, {subdistrict.name_en} (reconstructed)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=HERE, help="folder for the three files (default: here)")
    folder: Path = parser.parse_args().into
    tables = reconstructed()
    write_rows(folder / "stations.csv", ("code", "area", "number", "location_th", "location_en"), tables.stations)
    write_rows(folder / "registers.csv", ("station", "contest", "registered_voters"), tables.registers)
    names = ("station", "contest", "invalid_ballots", "no_vote_ballots", "votes")
    write_rows(folder / "station_counts.csv", names, tables.counts)
    stations, apart = len(tables.stations), tables.apart
    print(f"{stations:,} stations; at {apart} the two contests' ballots differ by more than max(3, 1 %)")


if __name__ == "__main__":
    main()
