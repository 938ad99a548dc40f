"""A reader that is never content: it comes back at another node after each cut, and checks everything that it is told.

No gap, no duplicate, no reordering; in the end what it holds is what the board holds.
"""

import threading
from collections.abc import Sequence
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from feed.position import decode
from tests.served import Api
from tests.tallywire.test_resume import WAYS

CUTS = (ConnectionClosed, InvalidHandshake, httpx.HTTPError, OSError, TimeoutError, EOFError, AssertionError)
AGAIN_SECONDS = 0.1


class Follower(threading.Thread):
    """`urls`: the nodes, in the order in which it tries them. Subclasses say what an update must be."""

    field = ""

    def __init__(self, name: str, urls: Sequence[str], way: str, query: str, **variables: Any) -> None:
        super().__init__(name=name, daemon=True)
        self.urls = list(urls)
        self._way = WAYS[way]
        self._query = query
        self._variables = variables
        self._over = threading.Event()
        self.cursor: str | None = None
        self.cuts = 0
        self.reasons: list[str] = []
        self.close_codes: list[int] = []
        self.taken = 0
        self.faults: list[str] = []
        self.start()

    @property
    def sequence(self) -> int:
        return decode(self.cursor).sequence if self.cursor else -1

    @property
    def sent_away(self) -> int:
        """Cuts that were not of its own impatience: of a phase nothing is told for long."""
        return self.cuts - sum(reason.startswith("TimeoutError") for reason in self.reasons)

    def run(self) -> None:
        while not self._over.is_set():
            try:
                self._follow(Api(self.urls[self.cuts % len(self.urls)]))
            except CUTS as cut:
                if isinstance(cut, ConnectionClosed) and cut.rcvd is not None:
                    self.close_codes.append(cut.rcvd.code)
                self.reasons.append(repr(cut))
            self.cuts += 1
            self._over.wait(AGAIN_SECONDS)

    def _follow(self, api: Api) -> None:
        with self._way(api, self._query, election="small", after=self.cursor, **self._variables) as source:
            first = True
            for data in source:
                if self._over.is_set():
                    return
                self.take(data[self.field], first)
                first = False
                self.taken += 1

    def take(self, update: dict[str, Any], first: bool) -> None:
        raise NotImplementedError

    def fault(self, line: str) -> None:
        self.faults.append(f"{self.name}: {line}")

    def end(self) -> None:
        self._over.set()


class ReportFollower(Follower):
    """Every entry of the log, one after another."""

    field = "tallyReports"

    def take(self, update: dict[str, Any], first: bool) -> None:
        if update["sequence"] != max(self.sequence, 0) + 1:
            self.fault(f"entry {update['sequence']} after {self.sequence}")
        self.cursor = update["cursor"]


class ResultFollower(Follower):
    """Holds results by what it is told; `EVERY` steps entry by entry."""

    field = "resultUpdates"

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.held: dict[tuple[str, str], Any] = {}
        self.kinds: list[str] = []
        super().__init__(*arguments, **named)

    def take(self, update: dict[str, Any], first: bool) -> None:
        place = decode(update["cursor"]).sequence
        resumed = first and self.cursor is not None
        if update["reset"] or (resumed and update["kind"] == "SNAPSHOT"):
            self.fault(f"begins anew at {place}, though it came back with {self.sequence}")
        if place < self.sequence:
            self.fault(f"goes back from {self.sequence} to {place}")
        stepping = update["kind"] == "DELTA" and not first and self._variables.get("mode") == "EVERY"
        if stepping and place != self.sequence + 1:
            self.fault(f"EVERY steps from {self.sequence} to {place}")
        for result in update["results"]:
            key = result["contest"]["id"], result["area"]["id"]
            before = self.held.get(key)
            if before is not None and decode(before["cursor"]).sequence >= decode(result["cursor"]).sequence:
                self.fault(f"{key} is told again, or an older one, at {place}")
            self.held[key] = result
        self.cursor = update["cursor"]
        self.kinds.append(update["kind"])


class PhaseFollower(Follower):
    """The phases of the election, as they were seen."""

    field = "electionChanged"

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.phases: list[str] = []
        super().__init__(*arguments, **named)

    def take(self, update: dict[str, Any], first: bool) -> None:
        if not first and update["phase"] == self.phases[-1]:
            self.fault(f"{update['phase']} was told twice")
        self.phases.append(update["phase"])
