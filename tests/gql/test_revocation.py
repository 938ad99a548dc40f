"""Taking a token back: at once, on every node, open sockets and event streams included."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from counting.vocabulary import Role
from tests.conftest import Night
from tests.gql.conftest import Hall
from tests.gql.documents import FEED, SUBMIT, UPDATES, accepted, sheet, submit
from tests.served import Api, ServerProcess, Socket, wait_until

REVOKE = """
mutation Revoke($reporter: String!, $hold: Boolean, $reason: String) {
  revokeReporter(reporter: $reporter, holdTheirTallies: $hold, reason: $reason)
}
"""
WHO = "{ viewer { reporter role } }"
REPORTERS = """
query Reporters($e: ID!) { reporters(electionId: $e) { edges { node { id revokedAt held accepted } } } }
"""
PATIENCE = 60
EVENTS = "text/event-stream"
PARTS = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json"


@pytest.fixture(scope="module")
def other_node(hall: Hall) -> Iterator[ServerProcess]:
    """A second process over the same database; the two share no doorbell."""
    server = ServerProcess("--database-url", hall.whole.database_url).start()
    yield server
    server.stop()


def _pseudonym(api: Api) -> str:
    return str(api(WHO)["viewer"]["reporter"])


def _revoke(operator: Api, reporter: str, **more: Any) -> None:
    assert operator(REVOKE, reporter=reporter, **more) == {"revokeReporter": True}


def _closed(socket: Socket) -> tuple[int, str]:
    """How the server ends the connection, whatever it sends before."""
    with pytest.raises(ConnectionClosed) as closing:
        while True:
            socket.receive(PATIENCE)
    assert closing.value.rcvd is not None
    return closing.value.rcvd.code, closing.value.rcvd.reason


def test_a_revoked_token_works_no_more_and_the_others_do(
    night: Night, volunteer: Api, another_volunteer: Api, operator: Api
) -> None:
    reporter = _pseudonym(volunteer)
    _revoke(operator, reporter)
    assert volunteer.code(WHO) == "UNAUTHENTICATED"
    assert volunteer.code(SUBMIT, input=sheet(night, "a-1", [1, 2, 3])) == "UNAUTHENTICATED"
    assert volunteer.code("{ elections { id } }") == "UNAUTHENTICATED"
    assert submit(another_volunteer, sheet(night, "a-1", [1, 2, 3]))["__typename"] == "TallyAccepted"
    rows = operator(REPORTERS, e=night.election_id)["reporters"]["edges"]
    assert [row["node"]["id"] for row in rows if row["node"]["revokedAt"]] == [reporter]


def test_revoking_closes_that_persons_sockets_and_nobody_elses(
    night: Night, volunteer: Api, another_volunteer: Api, operator: Api
) -> None:
    reporter = _pseudonym(volunteer)
    with volunteer.socket() as first, volunteer.socket() as idle, another_volunteer.socket() as other:
        watching = first.subscribe(UPDATES, election=night.election_id)
        first.next(watching)
        _revoke(operator, reporter)
        assert _closed(first) == (4403, "Revoked")
        assert _closed(idle) == (4403, "Revoked")
        going_on = other.subscribe(UPDATES, election=night.election_id)
        assert other.next(going_on)["resultUpdates"]["kind"] == "SNAPSHOT"


def test_a_token_given_in_the_handshake_is_closed_all_the_same(night: Night, operator: Api) -> None:
    token = night.token(Role.OUTLET)
    outlet = night.api.as_(token)
    reporter = _pseudonym(outlet)
    with night.api.socket(authorization=f"bearer {token}") as socket:
        _revoke(operator, reporter)
        assert _closed(socket) == (4403, "Revoked")


def test_whoever_comes_back_with_a_revoked_token_is_refused(night: Night, volunteer: Api, operator: Api) -> None:
    _revoke(operator, _pseudonym(volunteer))
    with pytest.raises(ConnectionClosed) as refusal, volunteer.socket():
        pass
    assert refusal.value.rcvd is not None and refusal.value.rcvd.code == 4403


@pytest.mark.parametrize("kind", [EVENTS, PARTS], ids=["events", "parts"])
def test_other_nodes_close_what_is_open_there_too(
    night: Night, volunteer: Api, operator: Api, other_node: ServerProcess, kind: str
) -> None:
    there = Api(other_node.url, volunteer.token)
    wait_until(lambda: there.send(WHO).get("data"), what="the other node")
    reporter = _pseudonym(volunteer)
    query = {"query": UPDATES, "variables": {"election": night.election_id}}
    headers = {**there.headers, "accept": kind}
    with (
        there.socket() as socket,
        httpx.stream("POST", f"{there.url}/graphql", json=query, headers=headers, timeout=PATIENCE) as stream,
    ):
        told = stream.iter_lines()
        assert next(line for line in told if "resultUpdates" in line)
        _revoke(operator, reporter)
        assert _closed(socket) == (4403, "Revoked")
        rest = "\n".join(told)
    if kind == EVENTS:
        assert '"UNAUTHENTICATED"' in rest and rest.rstrip().endswith("event: complete\ndata:")
    else:
        # To Apollo's client an error beside no payload is one of the line: it gives up, and begins no other.
        last, end = rest.split("--graphql")[-2:]
        assert end == "--"
        told_last = json.loads(last.partition("\n\n")[2])
        assert told_last["payload"] is None
        assert [error["extensions"]["code"] for error in told_last["errors"]] == ["UNAUTHENTICATED"]
    wait_until(lambda: there.send(WHO).get("errors"), what="the token being refused there")


def test_revoking_twice_is_no_error_and_one_record(night: Night, volunteer: Api, operator: Api) -> None:
    reporter = _pseudonym(volunteer)
    _revoke(operator, reporter, reason="lost the phone")
    (before,) = night.sql("SELECT revoked_at FROM reporter WHERE id = $1", reporter)
    _revoke(operator, reporter)
    assert night.sql("SELECT revoked_at FROM reporter WHERE id = $1", reporter) == [before]
    records = night.sql("SELECT action, actor, details FROM audit_record WHERE subject = $1", reporter)
    assert [(row["action"], row["actor"]) for row in records] == [("REPORTER_REVOKED", _pseudonym(operator))]
    assert records[0]["details"] == {"role": "VOLUNTEER", "reason": "lost the phone"}


def test_what_nobody_else_confirmed_goes_back_before_an_editor(
    night: Night, volunteer: Api, another_volunteer: Api, operator: Api, editor: Api
) -> None:
    alone = accepted(volunteer, sheet(night, "a-1", [10, 20, 30]))["tally"]["id"]
    confirmed = accepted(volunteer, sheet(night, "a-2", [30, 20, 10]))["tally"]["id"]
    assert submit(another_volunteer, sheet(night, "a-2", [30, 20, 10]))["tally"]["confirmations"] == 1
    reporter = _pseudonym(volunteer)
    _revoke(operator, reporter, hold=True, reason="made numbers up")
    states = dict(map(tuple, night.sql("SELECT id, state FROM tally WHERE reporter_id = $1", reporter)))
    assert states == {alone: "HELD", confirmed: "ACCEPTED"}
    entry = wait_until(lambda: _third_entry(editor, night), what="the entry")
    assert (entry["kind"], entry["reason"], entry["decidedBy"]) == (
        "WITHDRAWN",
        "made numbers up",
        _pseudonym(operator),
    )
    (record,) = night.sql(
        "SELECT details FROM audit_record WHERE action = 'TALLIES_HELD_AGAIN' AND subject = $1", reporter
    )
    assert record["details"] == {"tallies": 1, "reason": "made numbers up"}
    row = next(
        edge["node"]
        for edge in editor(REPORTERS, e=night.election_id)["reporters"]["edges"]
        if edge["node"]["id"] == reporter
    )
    assert (row["accepted"], row["held"]) == (2, 1)


def _third_entry(api: Api, night: Night) -> dict[str, Any] | None:
    reports = api(FEED, election=night.election_id)["feed"]["reports"]
    return reports[2] if len(reports) == 3 else None


@pytest.mark.parametrize("reporter", ["nobody", "", "v-\0", "x" * 5_000])
def test_nobody_is_revoked_who_is_not_there(operator: Api, reporter: str) -> None:
    assert operator.code(REVOKE, reporter=reporter) == "NOT_FOUND"


@pytest.mark.parametrize("reason", ["two\nlines", "x" * 5_000])
def test_a_reason_that_cannot_be_shown_revokes_nobody(volunteer: Api, operator: Api, reason: str) -> None:
    assert operator.code(REVOKE, reporter=_pseudonym(volunteer), reason=reason) == "BAD_USER_INPUT"
    assert volunteer(WHO)["viewer"]["role"] == "VOLUNTEER"


def test_an_operator_of_one_election_revokes_nobody_of_another(hall: Hall, night: Night, volunteer: Api) -> None:
    elsewhere = night.api.as_(bound_token(hall.take(), Role.OPERATOR))
    assert elsewhere.code(REVOKE, reporter=_pseudonym(volunteer)) == "NOT_FOUND"
    everywhere = _pseudonym(night.api.as_(night.token(Role.EDITOR)))
    assert elsewhere.code(REVOKE, reporter=everywhere) == "NOT_FOUND"
    assert volunteer(WHO)["viewer"]["role"] == "VOLUNTEER"


def bound_token(night: Night, role: Role) -> str:
    """A token of this one election."""
    token = night.token(role)
    digest = "encode(sha256(convert_to($1, 'UTF8')), 'hex')"
    night.sql(f"UPDATE reporter SET election_id = $2 WHERE token_sha256 = {digest}", token, night.election_id)
    return token
