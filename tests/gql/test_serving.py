"""What everybody sees first: an election over HTTP and over a socket."""

from tests.conftest import Night
from tests.gql.documents import UPDATES, sheet, submit
from tests.served import Api


def test_an_accepted_tally_reaches_a_subscriber_and_the_result(night: Night, volunteer: Api) -> None:
    with night.api.socket() as socket:
        updates = socket.subscribe(UPDATES, election=night.election_id)
        assert socket.next(updates)["resultUpdates"]["kind"] == "SNAPSHOT"
        answer = submit(volunteer, sheet(night, "a-1", [10, 20, 30]))
        assert (answer["__typename"], answer["tally"]["state"]) == ("TallyAccepted", "ACCEPTED")
        delta = socket.next(updates)["resultUpdates"]
    assert delta["kind"] == "DELTA"
    assert {result["area"]["id"] for result in delta["results"]} == {night.id("city"), night.id("a")}
    (city, *_) = delta["results"]
    assert [(row["candidate"]["id"], row["votes"]) for row in city["rows"]] == [
        (night.id("mayor/3"), 30),
        (night.id("mayor/2"), 20),
        (night.id("mayor/1"), 10),
    ]
