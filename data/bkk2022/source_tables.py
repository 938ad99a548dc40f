"""The published tables in source/, as both scripts of this folder read them."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
OFFICES = ("governor", "council")
# Bueng Kum's council no-vote, published as 44,134, which cannot be: see SOURCES.md.
NO_VOTE_RECONCILED = {("council", "1027"): 5_248}


@dataclass(frozen=True, slots=True)
class DistrictCount:
    """The count to replay in one district for one office. `votes` in ballot order; `turnout` as published."""

    office: str
    district: str
    registered: int
    turnout: int
    votes: tuple[int, ...]
    invalid: int
    no_vote: int

    @property
    def contest(self) -> str:
        return self.office if self.office == "governor" else f"council-{self.district}"

    @property
    def cast(self) -> int:
        return sum(self.votes) + self.invalid + self.no_vote


def source_rows(name: str) -> list[dict[str, str]]:
    with (HERE / "source" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)


def district_counts(office: str) -> list[DistrictCount]:
    """One count a district, in the order of their codes."""
    votes: dict[str, dict[int, int]] = {}
    for row in source_rows(f"results_{office}_by_district.csv"):
        votes.setdefault(row["district_code"], {})[int(row["candidate_number"])] = int(row["votes_reconciled"])
    published = "" if office == "governor" else "_published"
    counts = []
    for row in source_rows(f"summary_{office}_by_district.csv"):
        code = row["district_code"]
        counts.append(
            DistrictCount(
                office=office,
                district=code,
                registered=int(row["eligible"]),
                turnout=int(row["turnout"]),
                votes=tuple(votes[code][number] for number in sorted(votes[code])),
                invalid=int(row[f"invalid{published}"]),
                no_vote=NO_VOTE_RECONCILED.get((office, code), int(row[f"no_vote{published}"])),
            )
        )
    return sorted(counts, key=lambda count: count.district)
