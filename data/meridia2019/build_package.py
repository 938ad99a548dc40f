"""Writes the package of Meridia 2019, an election that never was, the same bytes each time.

    python data/meridia2019/build_package.py [--into FOLDER]

In shape it shares nothing with Bangkok's: a country with regions, provinces and constituencies, stations right inside
these, voters abroad in none; lists that share seats, several seats with several votes a ballot, an office in one region
alone, a question put at every other station of another; names in five scripts, no Thai, hardly a colour or a party.
"""

import argparse
import csv
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from people import LISTS, SUPPORT, people
from places import CONSULATES, COUNTRY, HALVES, OVERSEAS, REGIONS, Names, Region, building
from votes import Sheet, count

HERE = Path(__file__).parent
SEED = 2019
STATIONS_EACH = 9
LIST_SEATS = 40
VOTERS = (180, 760)
TURNOUT = (0.52, 0.71)
# Where the authority's figure is another than the stations': so that there is a difference to be found.
MISPRINT = ("seat-west-1a", "west-1a", 2, 10)


@dataclass
class Contest:
    code: str
    office: str
    names: Names
    area: str
    seats: int
    variation: str
    votes_per_ballot: int
    weights: tuple[float, ...] = ()


@dataclass
class Package:
    """The rows of each file, as they come."""

    rng: random.Random
    areas: list[tuple[object, ...]] = field(default_factory=list)
    contests: list[Contest] = field(default_factory=list)
    candidates: list[tuple[object, ...]] = field(default_factory=list)
    stations: list[tuple[object, ...]] = field(default_factory=list)
    registers: list[tuple[object, ...]] = field(default_factory=list)
    counts: list[tuple[str, str, Sheet]] = field(default_factory=list)
    voters: dict[tuple[str, str], int] = field(default_factory=dict)

    def area(self, code: str, level: str, parent: str, names: Names) -> None:
        self.areas.append((code, level, parent, *names))

    def contest(self, contest: Contest, standing: Iterable[tuple[int, Names, Names | None, str]]) -> Contest:
        """`standing`: ballot number, name, party, colour."""
        self.contests.append(contest)
        for number, names, party, color in standing:
            self.candidates.append((contest.code, number, *names, *(party or ("", "")), color))
        return contest

    def station(self, code: str, area: str, number: int, where: Names, contests: Iterable[Contest]) -> None:
        """With its registers, which differ by contest, and what it counted."""
        self.stations.append((code, area, number, *where))
        voters = self.rng.randint(*VOTERS)
        cast = int(voters * self.rng.uniform(*TURNOUT))
        for contest in contests:
            # Citizens of the province alone vote for its governor.
            less = voters // 60 if contest.office == "governor" else 0
            self.registers.append((code, contest.code, voters - less))
            self.voters[code, contest.code] = voters - less
            papers = max(1, cast - less // 2 - self.rng.randint(0, 2))
            weights = self._weights(contest, code)
            self.counts.append((code, contest.code, count(papers, weights, contest.votes_per_ballot, self.rng)))

    def _weights(self, contest: Contest, station: str) -> tuple[float, ...]:
        if contest.office != "assembly-list":
            return contest.weights
        letters = next((region.letters for region in REGIONS if station.startswith(region.code)), "abroad")
        return SUPPORT[letters]


def build() -> Package:
    package = Package(random.Random(SEED))
    package.area(COUNTRY[0], "COUNTRY", "", COUNTRY[1])
    lists = package.contest(
        Contest(
            "list",
            "assembly-list",
            ("Assembleia: listas", "Assembly: lists"),
            COUNTRY[0],
            LIST_SEATS,
            "PROPORTIONAL",
            1,
        ),
        ((number, names, None, color) for number, (names, color) in enumerate(LISTS, start=1)),
    )
    for region in REGIONS:
        _region(package, region, lists)
    # Straight under the country, in no region, with nothing inside.
    package.area(OVERSEAS[0], "PROVINCE", COUNTRY[0], OVERSEAS[1])
    for number, where in enumerate(CONSULATES):
        package.station(f"{OVERSEAS[0]}.{number}", OVERSEAS[0], number, where, (lists,))
    return package


def _region(package: Package, region: Region, lists: Contest) -> None:
    package.area(region.code, "REGION", COUNTRY[0], region.names)
    question = _question(package, region) if region.letters == "greek" else None
    for place, province in enumerate(region.provinces, start=1):
        code = f"{region.code}-{place}"
        package.area(code, "PROVINCE", region.code, province)
        governor = _governor(package, region, code, province) if region.letters == "latin" else None
        for half, side in zip("ab", HALVES[region.letters], strict=True):
            names = (f"{province[0]} {side[0]}", f"{province[1]} {side[1]}")
            package.area(f"{code}{half}", "CONSTITUENCY", code, names)
            seat = _seats(package, region, f"{code}{half}", names)
            for number in range(1, STATIONS_EACH + 1):
                asked = question if number % 2 == 0 else None
                contests = [one for one in (lists, seat, governor, asked) if one is not None]
                station = f"{code}{half}.{number:02}"
                package.station(station, f"{code}{half}", number, building(region.letters, number), contests)


def _seats(package: Package, region: Region, area: str, names: Names) -> Contest:
    """Two seats with two votes, or three with two: then a party cannot take all."""
    seats = package.rng.choice((2, 3))
    standing = people(region.letters, seats + 3, package.rng)
    # A number was struck from the ballot.
    numbers = [number if number < 3 else number + 1 for number in range(1, len(standing) + 1)]
    parties = [package.rng.choice((*(names for names, _ in LISTS[:5]), None)) for _ in standing]
    weights = tuple(package.rng.uniform(0.5, 3.0) for _ in standing)
    contest = Contest(
        f"seat-{area}",
        "assembly",
        (f"Assembleia: {names[0]}", f"Assembly: {names[1]}"),
        area,
        seats,
        "N_OF_M",
        2,
        weights,
    )
    return package.contest(contest, zip(numbers, standing, parties, [""] * len(standing), strict=True))


def _governor(package: Package, region: Region, area: str, names: Names) -> Contest:
    standing = people(region.letters, 3, package.rng)
    weights = tuple(package.rng.uniform(0.8, 2.0) for _ in standing)
    contest = Contest(
        f"gov-{area}",
        "governor",
        (f"Governador: {names[0]}", f"Governor: {names[1]}"),
        area,
        1,
        "PLURALITY",
        1,
        weights,
    )
    return package.contest(contest, ((n, who, None, "") for n, who in enumerate(standing, start=1)))


def _question(package: Package, region: Region) -> Contest:
    contest = Contest(
        "harbour", "referendum", ("Νέο λιμάνι;", "A new harbour?"), region.code, 1, "PLURALITY", 1, (1.1, 1.0)
    )
    return package.contest(contest, ((1, ("Ναι", "Yes"), None, ""), (2, ("Όχι", "No"), None, "")))


def official(package: Package) -> Iterator[tuple[object, ...]]:
    """Votes and ballots of each contest, in its own area and each inside it; one figure is misprinted."""
    parents = {str(row[0]): str(row[2]) for row in package.areas}
    areas = {str(row[0]): str(row[1]) for row in package.stations}
    tops = {contest.code: contest.area for contest in package.contests}
    numbers: dict[str, list[int]] = {}
    for row in package.candidates:
        numbers.setdefault(str(row[0]), []).append(int(str(row[1])))
    sums: dict[tuple[str, str], list[int]] = {}
    for station, contest, sheet in package.counts:
        area = areas[station]
        while True:
            parts = (*sheet.votes, sheet.valid, sheet.invalid, sheet.valid + sheet.invalid)
            total = sums.setdefault((contest, area), [0] * (len(parts) + 1))
            for place, part in enumerate((*parts, package.voters[station, contest])):
                total[place] += part
            if area == tops[contest]:
                break
            area = parents[area]
    for (contest, area), total in sums.items():
        for number, votes in zip(numbers[contest], total, strict=False):
            more = MISPRINT[3] if (contest, area, number) == MISPRINT[:3] else 0
            yield contest, area, "votes", number, votes + more
        for item, value in zip(
            ("valid_ballots", "invalid_ballots", "ballots_cast", "registered_voters"), total[-4:], strict=True
        ):
            yield contest, area, item, "", value


def files(package: Package) -> dict[str, tuple[str, Iterable[tuple[object, ...]]]]:
    """Heading and rows by file."""
    contests = (
        (c.code, c.office, *c.names, c.area, c.seats, c.variation, c.votes_per_ballot) for c in package.contests
    )
    counts = (
        (station, contest, sheet.valid, sheet.invalid, 0, " ".join(map(str, sheet.votes)))
        for station, contest, sheet in package.counts
    )
    return {
        "areas.csv": ("code,level,parent,name_local,name_en", package.areas),
        "contests.csv": ("code,office,name_local,name_en,area,seats,voting_variation,votes_per_ballot", contests),
        "candidates.csv": ("contest,ballot_number,name_local,name_en,party_local,party_en,color", package.candidates),
        "stations.csv": ("code,area,number,location_local,location_en", package.stations),
        "registers.csv": ("station,contest,registered_voters", package.registers),
        "station_counts.csv": ("station,contest,valid_ballots,invalid_ballots,no_vote_ballots,votes", counts),
        "official.csv": ("contest,area,item,ballot_number,value", official(package)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes the tables of the package of Meridia 2019.")
    parser.add_argument("--into", type=Path, default=HERE)
    into = parser.parse_args().into
    for name, (heading, rows) in files(build()).items():
        with (into / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(heading.split(","))
            writer.writerows(rows)


if __name__ == "__main__":
    main()
