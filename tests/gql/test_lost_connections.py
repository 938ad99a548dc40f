"""Phones that lose their network in the middle: what was accepted stays, nothing is half, and sending again tells."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from feed.position import decode
from tests.conftest import Night
from tests.gql.documents import CURSOR, FEED, SUBMIT, SUBMIT_MANY, sheet
from tests.served import Api, wait_until

HALVES = """
SELECT s.client_tally_id, t.id AS tally_id, e.sequence
FROM submission s LEFT JOIN tally t ON t.id = s.tally_id LEFT JOIN log_entry e ON e.tally_id = t.id
WHERE s.election_id = $1 AND (t.id IS NULL OR e.sequence IS NULL OR e.sequence <> s.sequence)
"""


def _request(api: Api, query: str, variables: dict[str, Any]) -> bytes:
    body = json.dumps({"query": query, "variables": variables}).encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: phones\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {api.token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _send_and_go(api: Api, request: bytes) -> None:
    address = httpx.URL(api.url)
    with socket.create_connection((address.host, address.port or 80), timeout=60) as connection:
        connection.sendall(request)


def _partials(night: Night, numbers: range) -> list[dict[str, Any]]:
    return [sheet(night, "a-1", [number, 0, 0], id=f"lost-{number}", coverage="PARTIAL") for number in numbers]


def test_phones_that_go_away_at_once_lose_no_accepted_tally_and_leave_no_half(night: Night, volunteer: Api) -> None:
    tallies = _partials(night, range(1, 31))
    # From here on the document is known, and goes the lean way.
    volunteer(SUBMIT, input=sheet(night, "a-2", [1, 2, 3]))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda tally: _send_and_go(volunteer, _request(volunteer, SUBMIT, {"input": tally})), tallies))
        _send_and_go(volunteer, _request(volunteer, SUBMIT_MANY, {"inputs": tallies})[:-200])
    answers = volunteer(SUBMIT_MANY, inputs=tallies)["submitTallies"]
    assert night.sql(HALVES, night.election_id) == []
    reports = _reports(night, volunteer, answers)
    assert [report["sequence"] for report in reports] == [*range(1, len(reports) + 1)]
    # Each was written once: for the phone that went away, or when it was sent again.
    assert night.sql("SELECT count(*) AS n FROM submission WHERE election_id = $1", night.election_id)[0]["n"] == 31
    again = volunteer(SUBMIT_MANY, inputs=tallies)["submitTallies"]
    assert all(answer["replayed"] for answer in again)
    assert [answer["tally"]["id"] for answer in again] == [answer["tally"]["id"] for answer in answers]


def test_a_phone_that_goes_away_before_fifty_are_answered_finds_them_all(night: Night, volunteer: Api) -> None:
    tallies = _partials(night, range(1, 51))
    tallies[20] = sheet(night, "a-1", [1, 2, -3], id="lost-21", coverage="PARTIAL")
    request = _request(volunteer, SUBMIT_MANY, {"inputs": tallies})
    # The first call makes the document known; its phone does not wait for it either.
    _send_and_go(volunteer, request)
    _send_and_go(volunteer, request)
    answers = volunteer(SUBMIT_MANY, inputs=tallies)["submitTallies"]
    kinds = [answer["__typename"] for answer in answers]
    assert kinds[20] == "TallyRejected" and kinds.count("TallyAccepted") == 49
    revisions = [answer["tally"]["revision"] for answer in answers if answer["__typename"] == "TallyAccepted"]
    assert revisions == [*range(1, 50)]
    assert [report["sequence"] for report in _reports(night, volunteer, answers)] == [*range(1, 50)]


def _reports(night: Night, volunteer: Api, answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The whole feed, once the server has read it up to the newest answer."""
    cursors = [answer["cursor"] for answer in answers if "cursor" in answer]
    newest = max(cursors, key=lambda cursor: decode(cursor).sequence)
    wait_until(
        lambda: (
            decode(volunteer(CURSOR, election=night.election_id)["election"]["cursor"]).sequence
            >= decode(newest).sequence
        ),
        seconds=60,
        what="the newest answer in the feed",
    )
    found: list[dict[str, Any]] = volunteer(FEED, election=night.election_id, first=200)["feed"]["reports"]
    return found
