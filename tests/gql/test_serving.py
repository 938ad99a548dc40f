"""What everybody sees first: an election over HTTP and over a socket."""

from counting.vocabulary import Role
from tests.conftest import Night

SUBMIT = """
mutation Submit($input: SubmitTallyInput!) {
  submitTally(input: $input) {
    __typename
    ... on TallyAccepted { tally { id revision state } cursor replayed }
    ... on TallyHeld { tally { id state } findings { rule verdict message(lang: EN) } replayed }
    ... on TallyRejected { clientTallyId findings { rule verdict field message th: message(lang: TH) } replayed }
  }
}
"""
UPDATES = """
subscription Updates($election: ID!, $after: Cursor) {
  resultUpdates(electionId: $election, after: $after) {
    kind cursor reset results { contest { id } area { id } rows { votes candidate { id } } stationsReporting }
  }
}
"""


def sheet(night: Night, station: str, votes: list[int], **more: object) -> dict[str, object]:
    return {
        "clientTallyId": more.pop("id", f"{station}-1"),
        "stationId": night.id(station),
        "contestId": night.id("mayor"),
        "votes": [
            {"candidateId": night.id(f"mayor/{number}"), "votes": count} for number, count in enumerate(votes, start=1)
        ],
        "invalidBallots": 2,
        "noVoteBallots": 3,
        "ballotsCast": sum(votes) + 5,
        **more,
    }


def test_an_accepted_tally_reaches_a_subscriber_and_the_result(served: Night) -> None:
    volunteer = served.api.as_(served.token(Role.VOLUNTEER, "a-1"))
    with served.api.socket() as socket:
        updates = socket.subscribe(UPDATES, election="small")
        assert socket.next(updates)["resultUpdates"]["kind"] == "SNAPSHOT"
        answer = volunteer(SUBMIT, input=sheet(served, "a-1", [10, 20, 30]))["submitTally"]
        assert (answer["__typename"], answer["tally"]["state"]) == ("TallyAccepted", "ACCEPTED")
        delta = socket.next(updates)["resultUpdates"]
    assert delta["kind"] == "DELTA"
    assert {result["area"]["id"] for result in delta["results"]} == {"small/city", "small/a"}
    (city, *_) = delta["results"]
    assert [(row["candidate"]["id"], row["votes"]) for row in city["rows"]] == [
        ("small/mayor/3", 30),
        ("small/mayor/2", 20),
        ("small/mayor/1", 10),
    ]
