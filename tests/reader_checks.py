"""What a reader of the feed must never see: a gap, a duplicate, an older value, a beginning anew."""

from dataclasses import dataclass, field
from typing import Any

from feed.position import decode


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

    def fault(self, line: str) -> None:
        self.faults.append(f"{self.name}: {line}")


@dataclass
class ReportCheck(Check):
    """Every entry of the log, one after another."""

    def take(self, update: dict[str, Any], first: bool) -> None:
        if update["sequence"] != max(self.sequence, 0) + 1:
            self.fault(f"entry {update['sequence']} after {self.sequence}")
        self.cursor = update["cursor"]


@dataclass
class ResultCheck(Check):
    """Holds results by what it is told; `every` steps entry by entry."""

    every: bool = False
    held: dict[tuple[str, str], Any] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)

    def take(self, update: dict[str, Any], first: bool) -> None:
        place = decode(update["cursor"]).sequence
        resumed = first and self.cursor is not None
        if update["reset"] or (resumed and update["kind"] == "SNAPSHOT"):
            self.fault(f"begins anew at {place}, though it came back with {self.sequence}")
        if place < self.sequence:
            self.fault(f"goes back from {self.sequence} to {place}")
        if self.every and not first and update["kind"] == "DELTA" and place != self.sequence + 1:
            self.fault(f"EVERY steps from {self.sequence} to {place}")
        for result in update["results"]:
            key = result["contest"]["id"], result["area"]["id"]
            before = self.held.get(key)
            if before is not None and decode(before["cursor"]).sequence >= decode(result["cursor"]).sequence:
                self.fault(f"{key} is told again, or an older one, at {place}")
            self.held[key] = result
        self.cursor = update["cursor"]
        self.kinds.append(update["kind"])


@dataclass
class PhaseCheck(Check):
    """The phases of the election, as they were seen."""

    phases: list[str] = field(default_factory=list)

    def take(self, update: dict[str, Any], first: bool) -> None:
        if not first and update["phase"] == self.phases[-1]:
            self.fault(f"{update['phase']} was told twice")
        self.phases.append(update["phase"])
