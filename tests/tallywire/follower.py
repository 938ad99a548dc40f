"""A reader that is never content: it comes back at another node after each cut, and checks everything that it is told.

No gap, no duplicate, no reordering; in the end what it holds is what the board holds.
"""

import threading
from collections.abc import Sequence
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.reader_checks import Check, PhaseCheck, ReportCheck, ResultCheck
from tests.served import Api
from tests.tallywire.test_resume import WAYS

CUTS = (ConnectionClosed, InvalidHandshake, httpx.HTTPError, OSError, TimeoutError, EOFError, AssertionError)
AGAIN_SECONDS = 0.1


class Follower(threading.Thread):
    """`urls`: the nodes, in the order in which it tries them. Subclasses say which check holds what it is told."""

    field = ""
    check: Check

    def __init__(self, name: str, urls: Sequence[str], way: str, query: str, **variables: Any) -> None:
        super().__init__(name=name, daemon=True)
        self.urls = list(urls)
        self._way = WAYS[way]
        self._query = query
        self._variables = variables
        self._over = threading.Event()
        self.cuts = 0
        self.reasons: list[str] = []
        self.close_codes: list[int] = []
        self.taken = 0
        self.start()

    @property
    def cursor(self) -> str | None:
        return self.check.cursor

    @property
    def sequence(self) -> int:
        return self.check.sequence

    @property
    def faults(self) -> list[str]:
        return self.check.faults

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
        with self._way(api, self._query, **{"election": "small", **self._variables}, after=self.cursor) as source:
            first = True
            for data in source:
                if self._over.is_set():
                    return
                self.check.take(data[self.field], first)
                first = False
                self.taken += 1

    def end(self) -> None:
        self._over.set()


class ReportFollower(Follower):
    field = "tallyReports"

    def __init__(self, name: str, *arguments: Any, **variables: Any) -> None:
        self.check = ReportCheck(name)
        super().__init__(name, *arguments, **variables)


class ResultFollower(Follower):
    field = "resultUpdates"

    def __init__(self, name: str, *arguments: Any, **variables: Any) -> None:
        self.check: ResultCheck = ResultCheck(name, every=variables.get("mode") == "EVERY")
        super().__init__(name, *arguments, **variables)

    @property
    def held(self) -> dict[tuple[str, str], Any]:
        return self.check.held

    @property
    def kinds(self) -> list[str]:
        return self.check.kinds


class PhaseFollower(Follower):
    field = "electionChanged"

    def __init__(self, name: str, *arguments: Any, **variables: Any) -> None:
        self.check: PhaseCheck = PhaseCheck(name)
        super().__init__(name, *arguments, **variables)

    @property
    def phases(self) -> list[str]:
        return self.check.phases
