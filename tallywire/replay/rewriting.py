"""An entry of a recorded night as an entry of the rehearsal: marked as a test, under its ids, at its time."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ledger.leaf import commitment_of, instant
from tallywire.replay.recording import Leaf

# Any fixed one: the same tally of the same night has the same id in every rehearsal of that name.
TALLIES = uuid.UUID("6a1d5b0e-53c5-4ef1-9a7e-0f3c7a1f2b60")


@dataclass(slots=True)
class Rewriting:
    """`before`, `after`: ids of the elections. Where they differ, tallies get other ids too, beside the recorded ones.

    What is held commits to a tally with its id, so a commitment that is opened later is made anew.
    """

    before: str
    after: str
    _opened: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)

    def learn(self, entries: Iterable[Leaf]) -> "Rewriting":
        """Which commitments will be opened, and by what."""
        if self.before != self.after:
            for entry in entries:
                if entry["salt"] is not None and entry["tally"] is not None:
                    self._opened[entry["tallyId"]] = entry["salt"], entry["tally"]
        return self

    def entry(self, entry: Leaf, sequence: int, at: datetime | None) -> Leaf:
        """`at`: when it is played; None keeps the recorded time."""
        made = {**entry, "election": self.after, "sequence": sequence, "isTest": True}
        if at is not None:
            made["recordedAt"] = instant(at)
        if self.before == self.after:
            return made
        made["station"], made["contest"] = self._place(entry["station"]), self._place(entry["contest"])
        for name in ("tallyId", "previousId", "standingId"):
            made[name] = self._tally_id(entry[name])
        made["tally"], made["previous"] = self._tally(entry["tally"]), self._tally(entry["previous"])
        opened = self._opened.get(entry["tallyId"])
        if entry["commitment"] is not None and opened is not None:
            made["commitment"] = commitment_of(opened[0], self._tally(opened[1]) or {})
        return made

    def _place(self, id_: str) -> str:
        return self.after + id_.removeprefix(self.before)

    def _tally_id(self, id_: str | None) -> str | None:
        return None if id_ is None else str(uuid.uuid5(TALLIES, f"{self.after} {id_}"))

    def _tally(self, tally: dict[str, Any] | None) -> dict[str, Any] | None:
        return None if tally is None else {**tally, "id": self._tally_id(tally["id"])}
