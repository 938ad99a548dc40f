"""What a reader of the feed must never see: a gap, a duplicate, an older value, a beginning anew.

What readers of results are told is held against the entries besides: each update brings what they changed, all of that
and nothing more. In the end everybody holds what is published.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from feed.position import decode

Key = tuple[str, str]
# What a reader asks of an entry: enough to add up the results of three levels of areas by itself.
ENTRY = """
sequence cursor kind station { id area { id parent { id parent { id } } } } contest { id }
tally { id votes { votes candidate { id } } }
"""


@dataclass(frozen=True)
class Published:
    """What a node answers: results by contest and area, and the election's phase."""

    results: Mapping[Key, Any]
    phase: str


@dataclass
class Check:
    """`take` is told every update, and whether it is the first of its connection."""

    name: str
    cursor: str | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def sequence(self) -> int:
        return decode(self.cursor).sequence if self.cursor else -1

    def take(self, update: dict[str, Any], first: bool) -> None:
        raise NotImplementedError

    def other(self, published: Published) -> str | None:
        """In which way what it holds is something else; None where it is the same."""
        raise NotImplementedError

    def fault(self, line: str) -> None:
        self.faults.append(f"{self.name}: {line}")


@dataclass
class ReportCheck(Check):
    """Every entry of the log, one after another; adds up by itself what counts.

    `touched`: by entry, the results that it changes where there are such.
    """

    touched: dict[int, frozenset[Key]] = field(default_factory=dict)
    _standing: dict[Key, dict[str, Any]] = field(default_factory=dict)
    _areas: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def take(self, update: dict[str, Any], first: bool) -> None:
        sequence = update["sequence"]
        if sequence != max(self.sequence, 0) + 1:
            self.fault(f"entry {sequence} after {self.sequence}")
        if decode(update["cursor"]).sequence != sequence:
            self.fault(f"entry {sequence} comes by the cursor of {decode(update['cursor']).sequence}")
        self.cursor = update["cursor"]
        self._fold(update)

    def _fold(self, entry: dict[str, Any]) -> None:
        station, contest, tally = entry["station"]["id"], entry["contest"]["id"], entry["tally"]
        areas = self._areas.setdefault(station, _path(entry["station"]["area"]))
        self.touched[entry["sequence"]] = frozenset((contest, area) for area in areas)
        if entry["kind"] in ("ACCEPTED", "CORRECTED"):
            self._standing[station, contest] = tally
        elif entry["kind"] == "WITHDRAWN" and self._standing.get((station, contest), {}).get("id") == tally["id"]:
            del self._standing[station, contest]

    def other(self, published: Published) -> str | None:
        votes: dict[Key, Counter[str]] = {key: Counter() for key in published.results}
        for (station, contest), tally in self._standing.items():
            for area in self._areas[station]:
                if (contest, area) in votes:
                    votes[contest, area].update({row["candidate"]["id"]: row["votes"] or 0 for row in tally["votes"]})
        for key, result in published.results.items():
            shown = {row["candidate"]["id"]: row["votes"] for row in result["rows"]}
            if shown != {candidate: votes[key][candidate] for candidate in shown}:
                return f"adds up {dict(votes[key])} for {key}, published are {shown}"
        return None


def _path(area: dict[str, Any] | None) -> tuple[str, ...]:
    """This area and those above it."""
    return (area["id"], *_path(area.get("parent"))) if area else ()


@dataclass
class ResultCheck(Check):
    """Holds results by what it is told; `every` steps entry by entry."""

    every: bool = False
    held: dict[Key, Any] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    # From which entry to which an update was about, and what it brought: not yet held against the entries.
    _told: list[tuple[int, int, frozenset[Key]]] = field(default_factory=list)

    def take(self, update: dict[str, Any], first: bool) -> None:
        place, before = decode(update["cursor"]).sequence, self.sequence
        if update["reset"] or (update["kind"] == "SNAPSHOT" and before >= 0):
            self.fault(f"begins anew at {place}, though it stood at {before}")
        if place < before:
            self.fault(f"goes back from {before} to {place}")
        if self.every and not first and update["kind"] == "DELTA" and place != before + 1:
            self.fault(f"EVERY steps from {before} to {place}")
        for result in update["results"]:
            self._hold(result, place)
        self.cursor = update["cursor"]
        self.kinds.append(update["kind"])
        if update["kind"] != "SNAPSHOT":
            keys = frozenset((result["contest"]["id"], result["area"]["id"]) for result in update["results"])
            self._told.append((before, place, keys))

    def _hold(self, result: dict[str, Any], place: int) -> None:
        key, newest = (result["contest"]["id"], result["area"]["id"]), decode(result["cursor"]).sequence
        held = self.held.get(key)
        if held is not None and decode(held["cursor"]).sequence >= newest:
            self.fault(f"{key} is told again, or an older one, at {place}")
        if newest > place:
            self.fault(f"{key} of entry {newest} is told at {place}")
        self.held[key] = result

    def hold_against(self, touched: Mapping[int, frozenset[Key]]) -> None:
        """Each update since the last time; those of entries that are not known yet wait for the next."""
        told, self._told = self._told, []
        for before, place, keys in told:
            if place > len(touched):
                self._told.append((before, place, keys))
                continue
            entries = [touched.get(number, frozenset()) for number in range(max(before, 0) + 1, place + 1)]
            changed = frozenset[Key]().union(*entries) & self.held.keys()
            if keys != changed:
                self.fault(f"from {before} to {place} it is told {sorted(keys)}, changed are {sorted(changed)}")

    def other(self, published: Published) -> str | None:
        for key in self.held.keys() | published.results.keys():
            if self.held.get(key) != published.results.get(key):
                return f"holds {self.held.get(key)}, published is {published.results.get(key)}"
        return None


@dataclass
class PhaseCheck(Check):
    """The phases of the election, as they were seen."""

    phases: list[str] = field(default_factory=list)

    def take(self, update: dict[str, Any], first: bool) -> None:
        if not first and update["phase"] == self.phases[-1]:
            self.fault(f"{update['phase']} was told twice")
        self.phases.append(update["phase"])

    def other(self, published: Published) -> str | None:
        last = self.phases[-1] if self.phases else None
        return None if last == published.phase else f"saw {last} last, published is {published.phase}"
