"""The documents that these tests send, and sheets of the small election."""

from collections.abc import Iterable
from typing import Any

from tests.conftest import Night
from tests.served import Api, wait_until

SUBMISSION = """
    __typename
    ... on TallyAccepted { tally { id revision state confirmations } cursor replayed }
    ... on TallyHeld { tally { id revision state } findings { ...Told } replayed }
    ... on TallyRejected { clientTallyId findings { ...Told } replayed }
"""
TOLD = "fragment Told on Finding { rule verdict field th: message(lang: TH) en: message(lang: EN) }"
SUBMIT = "mutation Submit($input: SubmitTallyInput!) { submitTally(input: $input) {" + SUBMISSION + "} }" + TOLD
SUBMIT_MANY = (
    "mutation SubmitMany($inputs: [SubmitTallyInput!]!) { submitTallies(inputs: $inputs) {" + SUBMISSION + "} }" + TOLD
)
UPDATES = """
subscription Updates($election: ID!, $after: Cursor) {
  resultUpdates(electionId: $election, after: $after) {
    kind cursor reset results { contest { id } area { id } status rows { votes candidate { id } } stationsReporting }
  }
}
"""
# Everything that a tally could leave a trace in.
TRACES = """
query Traces($election: ID!, $station: ID!) {
  election(id: $election) { cursor lastReportAt }
  results(electionId: $election) {
    contest { id } area { id } rows { candidate { id } votes } ballotsCast stationsReporting stationsDisputed
    outstanding { stations ballotsAtMost heldTallies }
  }
  station(id: $station) { history { id } }
  tallies(electionId: $election) { totalCount edges { node { id } } }
  feed(electionId: $election) { cursor reports { sequence } }
}
"""
FEED = """
query Feed($election: ID!, $after: Cursor, $first: Int) {
  feed(electionId: $election, after: $after, first: $first) {
    cursor hasMore
    reports {
      sequence cursor kind station { id } contest { id } tally { id } previous { id } commitment salt reason decidedBy
    }
  }
}
"""
CURSOR = "query Cursor($election: ID!) { election(id: $election) { cursor } }"
PHASE = """
mutation Phase($election: ID!, $phase: ElectionPhase!) { setElectionPhase(electionId: $election, phase: $phase) {
  phase } }
"""


def sheet(night: Night, station: str, by_number: Iterable[int | None], **more: Any) -> dict[str, Any]:
    """A FINAL of the mayor's contest that adds up: the votes by ballot number, 2 invalid, 3 for nobody."""
    counts = list(by_number)
    contest = more.pop("contest", "mayor")
    return {
        "clientTallyId": more.pop("id", f"{station}-1"),
        "stationId": night.id(station),
        "contestId": night.id(contest),
        "votes": rows(night, contest, counts),
        "invalidBallots": 2,
        "noVoteBallots": 3,
        "ballotsCast": sum(count or 0 for count in counts) + 5,
        **more,
    }


def rows(night: Night, contest: str, counts: Iterable[int | None]) -> list[dict[str, Any]]:
    return [
        {"candidateId": night.id(f"{contest}/{number}"), "votes": count} for number, count in enumerate(counts, start=1)
    ]


def submit(api: Api, tally: dict[str, Any]) -> dict[str, Any]:
    """The answer to one tally; raises QueryFailedError."""
    answer: dict[str, Any] = api(SUBMIT, input=tally)["submitTally"]
    return answer


def accepted(api: Api, tally: dict[str, Any]) -> dict[str, Any]:
    """The answer to a tally that counts, once the server's own results have it."""
    answer = submit(api, tally)
    assert answer["__typename"] == "TallyAccepted", answer
    settle(api, tally["stationId"].split("/")[0], answer["cursor"])
    return answer


def settle(api: Api, election: str, cursor: str) -> None:
    """Waits until the server has read its own log up to a position."""
    wait_until(lambda: api(CURSOR, election=election)["election"]["cursor"] == cursor, what=f"position {cursor}")
