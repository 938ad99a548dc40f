"""What a server gives out besides its log: results, and the tallies of stations, to be held against the entries."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

from feed.position import Position
from ledger.sheets import Tally
from ledger.strict_json import BadJsonError, strict
from ledger.verify import Fault, Verified
from tallywire.verify.fetching import Fetcher, SourceError, UnsoundError

AT_ONCE = 4
PAGE = 500
ELECTIONS = "query { elections { id } }"
CURSOR = "query Cursor($election: ID!) { election(id: $election) { cursor } }"
RESULTS = """
query Results($election: ID!, $contest: ID!, $at: Cursor) {
  results(electionId: $election, contestIds: [$contest], at: $at) {
    contest { id } area { id } rows { candidate { id } votes rank share leading } margin decided
    validBallots invalidBallots noVoteBallots ballotsCast registeredVoters turnout
    stationsTotal stationsReporting stationsFinal stationsDisputed stationsIncomplete
    outstanding { stations ballotsAtMost heldTallies }
  }
}
"""
STATIONS = """
query Stations($election: ID!, $contest: ID!, $area: ID, $first: Int!, $after: String) {
  stations(electionId: $election, contestId: $contest, areaId: $area, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node { id tally(contestId: $contest) {
      id coverage votes { candidate { id } votes } validBallots invalidBallots noVoteBallots ballotsCast
    } } }
  }
}
"""
NUMBERS = ("id", "coverage", "validBallots", "invalidBallots", "noVoteBallots", "ballotsCast")


class Served:
    """One server's API, as the fetcher's client may read it. What is no answer of tallywire is an UnsoundError."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def elections(self) -> list[str]:
        return [str(one["id"]) for one in await self._list("elections", ELECTIONS)]

    async def is_at(self, election: str, epoch: str, size: int) -> bool:
        """Nothing has followed the entry of this number yet."""
        found = (await self._ask(CURSOR, election=election)).get("election")
        return isinstance(found, dict) and found.get("cursor") == Position(epoch, size).encode()

    async def results(self, election: str, epoch: str, size: int, contests: list[str]) -> list[dict[str, Any]]:
        """Every result as it stands right after entry `size`: as all readers are given it now, if nothing followed."""
        live = await self.is_at(election, epoch, size)
        at = None if live else Position(epoch, max(0, size)).encode()
        found = await self._of_each(election, contests, at)
        if live and not await self.is_at(election, epoch, size):
            found = await self._of_each(election, contests, Position(epoch, size).encode())
        return found

    async def _of_each(self, election: str, contests: list[str], at: str | None) -> list[dict[str, Any]]:
        turn = asyncio.Semaphore(AT_ONCE)

        async def one(contest: str) -> list[dict[str, Any]]:
            async with turn:
                return await self._list("results", RESULTS, election=election, contest=contest, at=at)

        return [result for part in await asyncio.gather(*(one(contest) for contest in contests)) for result in part]

    async def stations(
        self, election: str, contest: str, area: str | None, at_most: int
    ) -> AsyncIterator[dict[str, Any]]:
        """Each station's id, and the tally that is shown for it; no more than there are."""
        after: str | None = None
        for _ in range(-(-at_most // PAGE) + 1):
            asked = {"election": election, "contest": contest, "area": area, "first": PAGE, "after": after}
            page = (await self._ask(STATIONS, **asked)).get("stations")
            try:
                for edge in page["edges"]:  # type: ignore[index]
                    yield edge["node"]
                after = page["pageInfo"]["endCursor"]  # type: ignore[index]
                if not page["pageInfo"]["hasNextPage"]:  # type: ignore[index]
                    return
            except (KeyError, TypeError) as error:
                raise self._strange(error) from error
        raise UnsoundError(f"{self._fetcher.name} shows more stations of {contest} than its {at_most:,}")

    async def _list(self, name: str, query: str, **variables: Any) -> list[dict[str, Any]]:
        found = (await self._ask(query, **variables)).get(name)
        if not isinstance(found, list) or not all(isinstance(one, dict) and one for one in found):
            raise self._strange(f"{name} is no list")
        return found

    async def _ask(self, query: str, **variables: Any) -> dict[str, Any]:
        content = await self._fetcher.post("/graphql", {"query": query, "variables": variables})
        try:
            answer = strict(content)
            if answer.get("errors"):
                raise SourceError(f"{self._fetcher.name}/graphql: {answer['errors'][0]['message']}")
            return dict(answer["data"])
        except (BadJsonError, KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
            raise self._strange(error) from error

    def _strange(self, why: object) -> UnsoundError:
        return UnsoundError(f"{self._fetcher.name}/graphql does not answer as tallywire does: {why!r:.200}")


def station_faults(found: Verified, contest_id: str, station: dict[str, Any]) -> Iterator[Fault]:
    """Where the tally that is shown for a station is not the one that the entries left."""
    sheet = found.sheets.sheets.get((contest_id, station["id"]))
    standing = sheet.standing if sheet else None
    shown, candidates = station["tally"], found.terms.contests[contest_id].candidates
    place = found.terms.place(station["id"])
    if (shown is None) != (standing is None):
        there, not_there = (
            ("the server shows", "the entries have") if shown else ("the entries have", "the server shows")
        )
        yield Fault(place, f"{there} a tally for {contest_id}, {not_there} none")
    elif shown is not None and standing is not None:
        changes = "; ".join(_changes(shown, standing, candidates))
        if changes:
            yield Fault(place, f"the tally shown for {contest_id} is not that of the entries: {changes}")


def _changes(shown: dict[str, Any], standing: Tally, candidates: tuple[str, ...]) -> Iterator[str]:
    votes = {row["candidate"]["id"]: row["votes"] for row in shown["votes"]}
    for candidate, ours in zip(candidates, standing["votes"], strict=True):
        if votes.get(candidate) != ours:
            yield f"votes of {candidate} are shown as {votes.get(candidate)}, by the entries {ours}"
    for name in NUMBERS:
        if shown[name] != standing[name]:
            yield f"{name} is shown as {shown[name]}, by the entries {standing[name]}"


def smallest_areas(found: Verified, faults: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of results that differ (contest, area), those that no smaller one of the same contest lies in."""
    paths = found.terms.area_paths
    return [
        (contest, area)
        for contest, area in sorted(set(faults))
        if not any(other == contest and area in paths.get(inside, ())[1:] for other, inside in faults)
    ]
