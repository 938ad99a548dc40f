"""An origin and followers of it, each a server of its own with a database of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from counting.vocabulary import Role
from feed.position import Position
from tests.conftest import Databases, Night
from tests.gql.conftest import _nothing
from tests.served import ServerProcess, wait_until

SECONDS = 60
RESULTS = """
query Results($election: ID!, $at: Cursor) {
  results(electionId: $election, at: $at) {
    contest { id } area { id } status rows { candidate { id } votes rank share leading } cursor decided margin turnout
    validBallots invalidBallots noVoteBallots ballotsCast stationsReporting stationsFinal stationsDisputed updatedAt
    outstanding { stations ballotsAtMost heldTallies }
  }
}
"""
SUBMIT = "mutation Submit($input: SubmitTallyInput!) { submitTally(input: $input) { __typename } }"
STATIONS = ("a-1", "a-2", "a-3", "b-1", "b-2", "b-3")
FOLLOWING = """
query Following($election: ID!) {
  election(id: $election) { phase cursor notice(lang: EN) following { origin state size verifiedAt reason heads } }
}
"""


def documented(origin: str, folder: Path) -> list[str]:
    """The options of the command that docs/followers.md begins with, for this origin and this folder."""
    page = (Path(__file__).parent.parent.parent / "docs" / "followers.md").read_text("utf-8")
    line = next(line for line in page.splitlines() if line.strip().startswith("tallywire serve --follow"))
    return [{"https://wire.example": origin, "outlet": str(folder)}.get(word, word) for word in line.split()[2:]]


class FollowerNode:
    """One `tallywire serve --follow`; `database_url` and `folder` are its own."""

    def __init__(self, database_url: str, folder: Path, origin: str, *arguments: str) -> None:
        self.night = Night(database_url, "small")
        self.folder = folder
        self.arguments = (*documented(origin, folder), *arguments)
        self.server = self.start()

    def start(self) -> ServerProcess:
        self.server = self.night.serve(*self.arguments)
        return self.server

    def following(self, election: str) -> dict[str, Any]:
        """The election as this node shows it; with `following` None where it is not there."""
        found = self.server.api(FOLLOWING, election=election)["election"]
        return found or {"following": {"state": None, "size": -1}, "cursor": None}

    def reach(self, election: str, size: int) -> None:
        """Waits until so many entries are verified and served."""
        wait_until(
            lambda: (
                (shown := self.following(election))["following"]["size"] >= size
                and shown["following"]["state"] == "FOLLOWING"
                and self.at(election, size)
            ),
            SECONDS,
            f"{size} entries at the follower",
        )

    def at(self, election: str, size: int) -> bool:
        """The board reached this position."""
        found = self.night.sql("SELECT epoch FROM election WHERE id = $1", election)
        shown = self.following(election)
        return bool(found) and shown["cursor"] == Position(found[0]["epoch"], size).encode()

    def state(self, election: str, wanted: str) -> dict[str, Any]:
        """Waits for this state; what is shown then."""
        wait_until(lambda: self.following(election)["following"]["state"] == wanted, SECONDS, wanted)
        found: dict[str, Any] = self.following(election)["following"]
        return found

    def ready(self) -> httpx.Response:
        return httpx.get(f"{self.server.url}/readyz", timeout=SECONDS)


def report_on(origin: Night, size: int, count: int) -> int:
    """So many partial counts more at an origin of `size` entries, each a vote above the one before; the new size."""
    api = origin.api.as_(origin.token(Role.VOLUNTEER, *STATIONS))
    for number in range(size + 1, size + count + 1):
        call = {
            "clientTallyId": f"call-{number}",
            "stationId": f"small/{STATIONS[number % 6]}",
            "contestId": "small/mayor",
            "coverage": "PARTIAL",
            "votes": [{"candidateId": f"small/mayor/{n}", "votes": number} for n in (1, 2, 3)],
        }
        assert api(SUBMIT, input=call)["submitTally"]["__typename"] == "TallyAccepted"
    return size + count


@contextmanager
def follower(databases: Databases, folder: Path, origin: str, *arguments: str) -> Iterator[FollowerNode]:
    node = FollowerNode(databases.fresh("template_empty", _nothing), folder, origin, *arguments)
    try:
        yield node
    finally:
        # How a node ends in order is seen elsewhere; three at once who tell their readers take seconds.
        for server in node.night.servers:
            server.kill()
