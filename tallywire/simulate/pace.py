"""How fast the count of each area comes in: curves from the package's `pace.csv`, or generic ones."""

import csv
import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from counting.election import Contest, Election

NIGHT_SECONDS = 8 * 3600 + 10 * 60
COLUMNS = ("area", "office", "at", "share")


class PaceError(ValueError):
    """`pace.csv` cannot be used; the text names file and line."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Share of an area's ballots counted over time: straight lines between (seconds, share in 0..1)."""

    points: tuple[tuple[float, float], ...]

    def time_at(self, share: float) -> float:
        """Seconds after polls close at which `share` of the ballots is counted."""
        shares = [point[1] for point in self.points]
        right = min(max(bisect_left(shares, share), 1), len(self.points) - 1)
        (t0, s0), (t1, s1) = self.points[right - 1], self.points[right]
        return t1 if s1 <= s0 else t0 + (t1 - t0) * min(max((share - s0) / (s1 - s0), 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Pace:
    """Curves by (area code, office or contest code); `end` is when the last station is done, in seconds."""

    curves: dict[tuple[str, str], Curve]
    end: float = NIGHT_SECONDS
    seed: int = 0

    def area_of(self, chain: Sequence[str]) -> str:
        """The area of `chain` (narrowest first) that has curves of its own; the narrowest where none has."""
        known = {area for area, _ in self.curves}
        return next((area for area in chain if area in known), chain[0])

    def curve(self, area: str, contest: Contest) -> Curve:
        """The curve of `contest` in `area`, by its code, else by its office, else a generic one."""
        for name in (contest.code, contest.office):
            if curve := self.curves.get((area, name)):
                return curve
        return self._generic(area)

    def _generic(self, area: str) -> Curve:
        """A slow start, a rush, a tail; each area with a speed of its own."""
        rng = random.Random(f"{self.seed}/pace/{area}")
        end, bend = self.end * rng.uniform(0.6, 0.97), rng.uniform(0.15, 0.5)
        return Curve(((self.end * 0.04, 0.0), (end * 0.45, bend), (end * 0.8, 0.5 + bend), (end, 1.0)))


def read_pace(folder: Path, election: Election, seed: int = 0) -> Pace:
    """The package's own pace where `pace.csv` is there, else the generic one.

    Columns: area, office (or contest code), at (RFC 3339 with offset), share (0..1, rising to 1).
    Raises PaceError.
    """
    path = folder / "pace.csv"
    if not path.exists():
        return Pace({}, seed=seed)
    points: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise PaceError(f"{path.name}, line 1: the columns must be {','.join(COLUMNS)}")
        for row in reader:
            point = _point(row, election, f"{path.name}, line {reader.line_num}")
            points.setdefault((row["area"], row["office"]), []).append(point)
    for (area, office), curve in points.items():
        _check_rising(curve, f"{path.name}: {office} in {area}")
    end = max(point[0] for curve in points.values() for point in curve) if points else NIGHT_SECONDS
    return Pace({key: Curve(tuple(curve)) for key, curve in points.items()}, end, seed)


def _point(row: dict[str, str], election: Election, where: str) -> tuple[float, float]:
    if row["area"] not in {area.code for area in election.areas}:
        raise PaceError(f"{where}: there is no area {row['area']!r}")
    try:
        at, share = datetime.fromisoformat(row["at"]), float(row["share"])
        return (at - election.polls_close_at).total_seconds(), share
    except (TypeError, ValueError) as fault:
        raise PaceError(f"{where}: {fault}") from fault


def _check_rising(points: list[tuple[float, float]], where: str) -> None:
    rising = all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(points))
    if len(points) < 2 or not rising or points[0][0] < 0 or points[0][1] != 0 or points[-1][1] != 1:
        raise PaceError(f"{where}: shares must rise from 0 to 1, times from the polls' close on")
