"""Writes a package of a nation's size: made-up names and numbers, the same for the same seed.

python -m bench.national_package FOLDER --stations 95000 --constituencies 400
"""

import argparse
import csv
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

REGIONS, PROVINCES = 7, 77
LISTS, CANDIDATES = 60, 11
SUBDISTRICTS_EACH = 18
VOTERS = (250, 900)
MANIFEST = """\
id = "nation"
is_test = true
polls_close_at = 2023-05-14T17:00:00+07:00
time_zone = "Asia/Bangkok"

[name]
local = "การเลือกตั้งขนาดทั้งประเทศ (ข้อมูลสมมุติ)"
en = "An election of a nation's size (made up)"

[rules]
version = "nation.1"
"""


@dataclass(frozen=True)
class Nation:
    """A country, regions, provinces, constituencies and subdistricts; a list vote, and a seat a constituency."""

    stations: int
    constituencies: int
    seed: int = 1

    def areas(self) -> Iterator[tuple[object, ...]]:
        yield "n", "COUNTRY", "", "ประเทศ", "Nation"
        for number in range(REGIONS):
            yield f"r{number}", "REGION", "n", f"ภาค {number}", f"Region {number}"
        for number in range(PROVINCES):
            yield f"p{number}", "PROVINCE", f"r{number % REGIONS}", f"จังหวัด {number}", f"Province {number}"
        for number in range(self.constituencies):
            province = f"p{number % PROVINCES}"
            yield f"c{number}", "CONSTITUENCY", province, f"เขต {number}", f"Constituency {number}"
            for part in range(SUBDISTRICTS_EACH):
                code = f"{number}-{part}"
                yield f"s{code}", "SUBDISTRICT", f"c{number}", f"ตำบล {code}", f"Subdistrict {code}"

    def contests(self) -> Iterator[tuple[object, ...]]:
        yield "list", "list", "บัญชีรายชื่อ", "Party lists", "n", 100, "PROPORTIONAL", 1
        for number in range(self.constituencies):
            yield f"seat-{number}", "seat", f"ส.ส. เขต {number}", f"Seat {number}", f"c{number}", 1, "PLURALITY", 1

    def candidates(self) -> Iterator[tuple[object, ...]]:
        for number in range(1, LISTS + 1):
            yield "list", number, f"พรรค {number}", f"Party {number}", ""
        for seat in range(self.constituencies):
            for number in range(1, CANDIDATES + 1):
                yield f"seat-{seat}", number, f"ผู้สมัคร {seat}/{number}", f"Candidate {seat}/{number}", f"Party {number}"

    def sheets(self) -> Iterator[tuple[str, str, int, int, tuple[tuple[str, int, int, list[int]], ...]]]:
        """Station, area, number, voters, and of each contest: code, invalid, for nobody, votes."""
        rng = random.Random(self.seed)
        for place in range(self.stations):
            seat, round_ = place % self.constituencies, place // self.constituencies
            area, number = f"s{seat}-{round_ % SUBDISTRICTS_EACH}", round_ // SUBDISTRICTS_EACH + 1
            voters = rng.randint(*VOTERS)
            cast = int(voters * rng.uniform(0.6, 0.85))
            contests = (("list", LISTS), (f"seat-{seat}", CANDIDATES))
            counts = tuple((contest, *_counted(cast, parties, rng)) for contest, parties in contests)
            yield f"{place:06}", area, number, voters, counts


def _counted(cast: int, parties: int, rng: random.Random) -> tuple[int, int, list[int]]:
    """Few parties have most of the votes, as they do."""
    invalid, nobody = rng.randint(0, cast // 30), rng.randint(0, cast // 40)
    left = cast - invalid - nobody
    votes = []
    for party in range(parties):
        share = 0 if party == parties - 1 else rng.uniform(0, 0.7 if party < 4 else 0.3)
        votes.append(left if party == parties - 1 and left < 5 else int(left * share))
        left -= votes[-1]
    votes[0] += left
    return invalid, nobody, votes


def write(nation: Nation, folder: Path) -> None:
    """All files of the package; some 40 MB for 95,000 stations."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "election.toml").write_text(MANIFEST, "utf-8")
    (folder / "SOURCES.md").write_text("Made up by bench/national_package.py.\n")
    _table(folder / "areas.csv", "code,level,parent,name_local,name_en", nation.areas())
    contests = "code,office,name_local,name_en,area,seats,voting_variation,votes_per_ballot"
    _table(folder / "contests.csv", contests, nation.contests())
    _table(folder / "candidates.csv", "contest,ballot_number,name_local,name_en,party_en", nation.candidates())
    sheets = list(nation.sheets())
    stations = ((code, area, number, f"หน่วย {code}", f"Station {code}") for code, area, number, _, _ in sheets)
    _table(folder / "stations.csv", "code,area,number,location_local,location_en", stations)
    registers = ((code, contest, voters) for code, _, _, voters, counts in sheets for contest, *_ in counts)
    _table(folder / "registers.csv", "station,contest,registered_voters", registers)
    counted = (
        (code, contest, invalid, nobody, " ".join(map(str, votes)))
        for code, _, _, _, counts in sheets
        for contest, invalid, nobody, votes in counts
    )
    _table(folder / "station_counts.csv", "station,contest,invalid_ballots,no_vote_ballots,votes", counted)


def _table(path: Path, heading: str, rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading.split(","))
        writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stations", type=int, default=95_000)
    parser.add_argument("--constituencies", type=int, default=400)
    arguments = parser.parse_args()
    write(Nation(arguments.stations, arguments.constituencies), arguments.folder)


if __name__ == "__main__":
    main()
