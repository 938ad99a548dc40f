"""One reader of each kind, over each way: each is checked at every update, and held against the board in the end."""

from collections.abc import Sequence
from types import TracebackType

import httpx

from tests.reader_checks import Published
from tests.served import Api, wait_until
from tests.tallywire.follower import Follower, PageFollower, PhaseFollower, ReportFollower, ResultFollower
from tests.tallywire.test_resume import REPORTS, UPDATES, WAYS

SECONDS = 60
SHORT = {"graphql-transport-ws": "ws", "graphql-sse": "SSE"}
PUBLISHED = """
query Published($election: ID!) {
  election(id: $election) { phase }
  results(electionId: $election) {
    contest { id } area { id } cursor status stationsReporting stationsFinal ballotsCast
    rows { candidate { id } votes rank leading }
  }
}
"""


def published(url: str, election: str) -> Published | None:
    """What this node answers now; None where it does not."""
    try:
        told = Api(url)(PUBLISHED, election=election)
    except httpx.HTTPError:
        return None
    results = {(result["contest"]["id"], result["area"]["id"]): result for result in told["results"]}
    return Published(results, told["election"]["phase"])


class Audience:
    """Results, the newest and every one, reports and phases, over sockets and over streams; and the feed by pages.

    `urls`: the nodes; of two readers of one kind each begins at another.
    """

    def __init__(self, urls: Sequence[str], election: str = "small") -> None:
        self.election = election
        self.results: list[ResultFollower] = []
        self.reports: list[ReportFollower] = []
        self.phases: list[PhaseFollower] = []
        for way, short in SHORT.items():
            here = list(urls) if way == next(iter(WAYS)) else list(urls)[::-1]
            for mode, where in (("LATEST", here), ("EVERY", here[::-1])):
                name = f"{mode.lower()} over {short}"
                self.results.append(ResultFollower(name, where, way, UPDATES, mode=mode, election=election))
            self.reports.append(ReportFollower(f"reports over {short}", here, way, REPORTS, election=election))
            self.phases.append(PhaseFollower(f"phases over {short}", here, way, election=election))
        self.pages = PageFollower("pages", list(urls)[::-1], election=election)

    @property
    def lines(self) -> list[Follower]:
        """Those who hold a line open."""
        return [*self.results, *self.reports, *self.phases]

    @property
    def sockets(self) -> list[Follower]:
        return [one for one in self.lines if one.name.endswith("ws")]

    @property
    def everybody(self) -> list[Follower]:
        return [*self.lines, self.pages]

    @property
    def cuts(self) -> dict[str, int]:
        """How often each line ended, by name; of phases nothing is told for long, and such a reader asks anew."""
        return {one.name: one.sent_away for one in self.lines}

    def __enter__(self) -> "Audience":
        """Everybody is in place: those who are told something at once have been."""
        wait_until(lambda: all(one.taken for one in (*self.results, *self.phases, self.pages)), SECONDS, "the audience")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()

    def end(self) -> None:
        for one in self.everybody:
            one.end()

    def go_to(self, urls: Sequence[str]) -> None:
        """Whoever is cut tries these, as a balancer would have it."""
        for one in self.everybody:
            one.go_to(urls)

    def late(self, head: int) -> list[Follower]:
        """Who is told of entries and has not this one; of a log that is empty nobody is told any."""
        return [one for one in (*self.results, *self.reports, self.pages) if max(one.sequence, 0) < head]

    def settle(self, head: int, *urls: str, phase: str = "COUNTING") -> None:
        """Everybody has everything, nobody ever saw what must not be, and all hold what these nodes publish."""
        wait_until(lambda: not self.late(head), SECONDS, _Late(self, head))
        assert not (faults := self.faults), faults[:5]
        for url in urls:
            wait_until(lambda url=url: not self.others(url, phase), SECONDS, _Others(self, url, phase))

    @property
    def faults(self) -> list[str]:
        """All that anybody was told and must not be."""
        for one in self.results:
            one.check.hold_against(self.reports[0].check.touched)
        return [fault for one in self.everybody for fault in one.faults]

    def others(self, url: str, phase: str) -> list[str]:
        """Who holds something else than this node publishes, once that is of this phase."""
        shown = published(url, self.election)
        if shown is None or shown.phase != phase:
            return [f"{url} answers {shown and shown.phase}"]
        found = {one.name: one.check.other(shown) for one in self.everybody}
        return [f"{name} {other}" for name, other in found.items() if other]


class _Late:
    """Who is late, as of when it is printed."""

    def __init__(self, audience: Audience, head: int) -> None:
        self._audience = audience
        self._head = head

    def __str__(self) -> str:
        return f"entry {self._head} at " + ", ".join(map(str, self._audience.late(self._head)))


class _Others:
    def __init__(self, audience: Audience, url: str, phase: str) -> None:
        self._audience = audience
        self._at = url, phase

    def __str__(self) -> str:
        return f"the board in every hand: {self._audience.others(*self._at)[:3]}"
