"""What a server publishes, read over its own API, to be held against the log."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from counting.result import AreaCount
from feed.board import Board
from feed.position import BadCursorError, decode
from tallywire.fsck_fault import Fault

ATTEMPTS = 5
QUERY = """
query Published($election: ID!, $contests: [ID!]) {
  before: election(id: $election) { cursor }
  results(electionId: $election, contestIds: $contests) {
    contest { id } area { id } validBallots invalidBallots noVoteBallots
    stationsReporting stationsFinal stationsDisputed stationsIncomplete
    outstanding { stations ballotsAtMost heldTallies }
    rows { candidate { id } votes }
  }
  after: election(id: $election) { cursor }
}
"""


class NotServedError(Exception):
    """The server does not answer, does not know the election, or never stood still."""


async def served_faults(url: str, token: str | None, board: Board) -> list[Fault]:
    """Where the served results differ from a board folded up to the same position. Raises NotServedError."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:
        return [
            fault
            for contest_id in board.definition.contests
            for fault in await _contest_faults(client, contest_id, board)
        ]


async def _contest_faults(client: httpx.AsyncClient, contest_id: str, board: Board) -> list[Fault]:
    variables = {"election": board.definition.id, "contests": [contest_id]}
    for _ in range(ATTEMPTS):
        try:
            answer = (await client.post("/graphql", json={"query": QUERY, "variables": variables})).json()
            data = answer["data"]
            before, after = data["before"]["cursor"], data["after"]["cursor"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise NotServedError(f"{client.base_url} does not serve {board.definition.id}") from error
        if before == after and _sequence(before) == board.sequence:
            return [fault for result in data["results"] for fault in _differences(board, result)]
    raise NotServedError(f"{client.base_url} is not at entry {board.sequence}: the count goes on, try again")


def _sequence(cursor: str) -> int:
    try:
        return max(0, decode(cursor).sequence)
    except BadCursorError as error:
        raise NotServedError(f"not a cursor: {cursor}") from error


def _differences(board: Board, result: dict[str, Any]) -> Iterator[Fault]:
    contest_id, area_id = result["contest"]["id"], result["area"]["id"]
    count = board.count(contest_id, area_id)
    if count is None:
        yield Fault("served", f"{contest_id} in {area_id} is no result of this election")
        return
    candidates = board.definition.contests[contest_id].facts.position
    for what, served, folded in _pairs(result, count, candidates):
        if served != folded:
            yield Fault("served", f"{contest_id} in {area_id}: {what} is {served}, by the log {folded}")


def _pairs(
    result: dict[str, Any], count: AreaCount, candidates: Mapping[str, int]
) -> Iterator[tuple[str, object, object]]:
    outstanding = result["outstanding"]
    for row in result["rows"]:
        candidate_id = row["candidate"]["id"]
        yield f"votes of {candidate_id}", row["votes"], count.votes[candidates[candidate_id]]
    yield "validBallots", result["validBallots"], count.valid
    yield "invalidBallots", result["invalidBallots"], count.invalid
    yield "noVoteBallots", result["noVoteBallots"], count.no_vote
    yield "stationsReporting", result["stationsReporting"], count.reporting
    yield "stationsFinal", result["stationsFinal"], count.final
    yield "stationsDisputed", result["stationsDisputed"], count.disputed
    yield "stationsIncomplete", result["stationsIncomplete"], count.incomplete
    yield "outstanding.stations", outstanding["stations"], count.outstanding
    yield "outstanding.ballotsAtMost", outstanding["ballotsAtMost"], count.at_most
    yield "outstanding.heldTallies", outstanding["heldTallies"], count.held
