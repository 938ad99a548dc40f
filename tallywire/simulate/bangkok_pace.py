"""Derives data/bkk2022/pace.csv from the volunteers' own live count: python -m tallywire.simulate.bangkok_pace.

Per district and office four points: the polls' close; 19:36, when the press had 11.82 percent; 22:49, with the
snapshot's progress_pct; and the end, 01:10 for the slowest district and sooner for faster ones. The share at
19:36 is the district's of 22:49, scaled alike in all districts; the ends are an assumption, for nobody kept them.
"""

import csv
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from tallywire.simulate.pace import COLUMNS

CLOSE = datetime.fromisoformat("2022-05-22T17:00:00+07:00")
EARLY, EARLY_SHARE = datetime.fromisoformat("2022-05-22T19:36:00+07:00"), 0.1182
SNAPSHOT = datetime.fromisoformat("2022-05-22T22:49:00+07:00")
END = datetime.fromisoformat("2022-05-23T01:10:00+07:00")
OFFICES = ("governor", "council")


def pace_rows(source: Path) -> Iterator[tuple[str, str, str, str]]:
    """The rows of pace.csv from the folder with the snapshot's two files. Raises OSError, KeyError, ValueError."""
    for office in OFFICES:
        snapshot = _snapshot(source / f"partial_{office}_by_district_20220522_2249.csv")
        voters = sum(eligible for _, eligible in snapshot.values())
        overall = sum(share * eligible for share, eligible in snapshot.values()) / voters
        slowest = min(share for share, _ in snapshot.values())
        for area, (share, _) in snapshot.items():
            left = ((1 - share) / (1 - slowest)) ** 0.5
            end = SNAPSHOT + timedelta(seconds=round((END - SNAPSHOT).total_seconds() * left))
            early = share * EARLY_SHARE / overall
            for at, reached in ((CLOSE, 0.0), (EARLY, early), (SNAPSHOT, share), (end, 1.0)):
                yield area, office, at.isoformat(), f"{reached:.4g}"


def _snapshot(path: Path) -> dict[str, tuple[float, int]]:
    """By district code: share counted at the snapshot, eligible voters."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {
            row["district_code"]: (float(row["progress_pct"]) / 100, int(row["eligible"]))
            for row in csv.DictReader(file)
        }


def main(folder: Path) -> None:
    """Writes `pace.csv` into the package at `folder`, from its `source` folder."""
    with (folder / "pace.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(pace_rows(folder / "source"))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data/bkk2022"))
