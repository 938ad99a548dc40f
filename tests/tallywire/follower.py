"""A reader that is never content: it comes back at another node after each cut, and checks everything that it is told.

No gap, no duplicate, no reordering; in the end what it holds is what the board holds.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from tests.reader_checks import ENTRY, Check, PhaseCheck, ReportCheck, ResultCheck
from tests.served import Api
from tests.tallywire.test_resume import WAYS

PHASES = "subscription Phases($election: ID!) { electionChanged(electionId: $election) { phase } }"
PAGES = (
    "query Pages($election: ID!, $after: Cursor, $first: Int) { feed(electionId: $election, after: $after,"
    f" first: $first) {{ cursor hasMore reports {{ {ENTRY} }} }} }}"
)
PAGE = 7
CUTS = (ConnectionClosed, InvalidHandshake, httpx.HTTPError, OSError, TimeoutError, EOFError, AssertionError)
AGAIN_SECONDS = 0.1
# From these a reader comes back, as graphql-ws does; 1006 is a line that broke.
COME_BACK = frozenset({1006, 1012, 1013, 4408})
# Answers that say that it may: anything else that is told is a fault.
AWAY = ("UNAVAILABLE", "status 503")


class Follower(threading.Thread):
    """`urls`: the nodes, in the order in which it tries them. Subclasses say which check holds what it is told."""

    field = ""
    check: Check

    def __init__(self, name: str, urls: Sequence[str], way: str, query: str, **variables: Any) -> None:
        super().__init__(name=name, daemon=True)
        self.urls = list(urls)
        self._way = _WAYS[way]
        self._query = query
        self._variables = variables
        self._over = threading.Event()
        self._turn = 0
        self.cuts = 0
        self.reasons: list[str] = []
        self.close_codes: list[int] = []
        self.taken = 0
        self.start()

    @property
    def url(self) -> str:
        """Of the node that it is at, or tries next."""
        return self.urls[self._turn % len(self.urls)]

    def go_to(self, urls: Sequence[str]) -> None:
        """Once it is cut, it tries these, as a balancer would have it."""
        self.urls, self._turn = [self.url, *urls], 0

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

    def __str__(self) -> str:
        return f"{self.name} (at {self.sequence}, cut {self.cuts} times: {self.reasons[-1:]})"

    def run(self) -> None:
        while not self._over.is_set():
            try:
                self._follow(Api(self.url))
            except CUTS as cut:
                self._note(cut)
            self.cuts += 1
            self._turn += 1
            self._over.wait(AGAIN_SECONDS)

    def _note(self, cut: BaseException) -> None:
        """Why its line ended; a fault where no reader would come back from that."""
        if isinstance(cut, ConnectionClosed) and cut.rcvd is not None:
            self.close_codes.append(cut.rcvd.code)
            if cut.rcvd.code not in COME_BACK:
                self.check.fault(f"closed with {cut.rcvd.code}")
        if isinstance(cut, InvalidStatus) and cut.response.status_code != 503:
            self.check.fault(f"refused with {cut.response.status_code}")
        if isinstance(cut, AssertionError) and not any(sign in str(cut) for sign in AWAY):
            self.check.fault(f"told {cut}")
        self.reasons.append(repr(cut))

    def _follow(self, api: Api) -> None:
        with self._way(api, self._query, **{"election": "small", **self._variables}, after=self.cursor) as source:
            first = True
            for data in source:
                if self._over.is_set():
                    return
                self._take(data[self.field], first)
                first = False
                self.taken += 1

    def _take(self, told: Any, first: bool) -> None:
        self.check.take(told, first)

    def end(self) -> None:
        self._over.set()


class ReportFollower(Follower):
    field = "tallyReports"

    def __init__(self, name: str, *arguments: Any, **variables: Any) -> None:
        self.check: ReportCheck = ReportCheck(name)
        super().__init__(name, *arguments, **variables)


class PageFollower(Follower):
    """Asks for page after page of the feed, and at its end for the next one until there is more."""

    field = "feed"

    def __init__(self, name: str, urls: Sequence[str], **variables: Any) -> None:
        self.check: ReportCheck = ReportCheck(name)
        super().__init__(name, urls, "pages", PAGES, **variables)

    def _take(self, told: Any, first: bool) -> None:
        for place, report in enumerate(told["reports"]):
            self.check.take(report, first and place == 0)
        if told["reports"] and told["cursor"] != self.cursor:
            self.check.fault(f"a page that ends with {self.sequence} goes on elsewhere")


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

    def __init__(self, name: str, urls: Sequence[str], way: str, **variables: Any) -> None:
        self.check: PhaseCheck = PhaseCheck(name)
        super().__init__(name, urls, way, PHASES, **variables)

    @property
    def phases(self) -> list[str]:
        return self.check.phases


@contextmanager
def _pages(api: Api, query: str, after: str | None = None, **variables: Any) -> Iterator[Iterator[dict[str, Any]]]:
    with httpx.Client(base_url=api.url, timeout=30) as client:

        def all_of_it() -> Iterator[dict[str, Any]]:
            place, wait = after, threading.Event()
            while True:
                body = {"query": query, "variables": {**variables, "after": place, "first": PAGE}}
                answer = client.post("/graphql", json=body)
                assert answer.status_code == 200, f"status {answer.status_code}: {answer.text}"
                told = answer.json()
                assert "errors" not in told, told
                place = told["data"]["feed"]["cursor"]
                yield told["data"]
                if not told["data"]["feed"]["hasMore"]:
                    wait.wait(AGAIN_SECONDS)

        yield all_of_it()


_WAYS = {**WAYS, "pages": _pages}
