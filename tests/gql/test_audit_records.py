"""The audit: every change has its record; operators read it, nobody changes it, addresses can be forgotten."""

from typing import Any

import asyncpg
import pytest

from counting.vocabulary import Role
from tests.conftest import Night
from tests.gql.documents import PHASE, accepted, sheet
from tests.gql.holders import bound
from tests.served import Api

AUDIT = """
query Audit($e: ID, $action: AuditAction, $first: Int, $after: String) {
  auditRecords(electionId: $e, action: $action, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node { id electionId actor actorRole action subject details recordedAt address } }
  }
}
"""
CODES = 'mutation { createEnrolmentCodes(input: {electionId: "%s", role: VOLUNTEER, count: 2}) { code } }'
ENROL = 'mutation { enrol(input: {code: "%s", displayName: "x"}) { ... on Enrolled { viewer { reporter } } } }'
WITHDRAW = 'mutation { withdrawTally(input: {tallyId: "%s", reason: "wrong station"}) { __typename } }'
WHO = "{ viewer { reporter } }"


def _records(operator: Api, night: Night, **more: Any) -> list[dict[str, Any]]:
    edges = operator(AUDIT, e=night.election_id, **more)["auditRecords"]["edges"]
    return [edge["node"] for edge in edges]


def test_every_change_is_recorded_with_who_what_and_from_where(night: Night, volunteer: Api, operator: Api) -> None:
    (code, _) = operator(CODES % night.election_id)["createEnrolmentCodes"]
    enrolled = night.api(ENROL % code["code"])["enrol"]["viewer"]["reporter"]
    tally = accepted(volunteer, sheet(night, "a-1", [1, 2, 3]))["tally"]["id"]
    assert volunteer(WITHDRAW % tally)["withdrawTally"]["__typename"] == "TallyWithdrawn"
    operator(PHASE, election=night.election_id, phase="CLOSED")
    me, reporter = operator(WHO)["viewer"]["reporter"], volunteer(WHO)["viewer"]["reporter"]
    records = _records(operator, night)[::-1]
    told = [(one["action"], one["actor"], one["actorRole"], one["subject"], one["address"]) for one in records]
    assert told == [
        ("PACKAGE_IMPORTED", "command-line", None, night.election_id, None),
        ("PHASE_CHANGED", "command-line", None, night.election_id, None),
        ("PHASE_CHANGED", "command-line", None, night.election_id, None),
        ("CODES_CREATED", me, "OPERATOR", None, "127.0.0.1"),
        ("CODE_USED", enrolled, "VOLUNTEER", enrolled, "127.0.0.1"),
        ("TALLY_WITHDRAWN", reporter, "VOLUNTEER", tally, "127.0.0.1"),
        ("PHASE_CHANGED", me, "OPERATOR", night.election_id, "127.0.0.1"),
    ]
    assert records[-1]["details"] == {"before": "COUNTING", "after": "CLOSED"}
    assert records[3]["details"] == {"role": "VOLUNTEER", "count": 2, "stations": 0, "expiresAt": None}
    assert records[4]["details"]["createdBy"] == me
    assert _records(operator, night, action="CODE_USED") == [records[4]]


def test_what_was_refused_or_changed_nothing_leaves_no_record(
    night: Night, volunteer: Api, editor: Api, operator: Api
) -> None:
    accepted(volunteer, sheet(night, "a-1", [1, 2, 3]))
    before = _records(operator, night)
    assert operator.code(PHASE, election=night.election_id, phase="SETUP") == "PHASE_NOT_ALLOWED"
    operator(PHASE, election=night.election_id, phase="COUNTING")
    assert editor.code(CODES % night.election_id) == "FORBIDDEN"
    assert _records(operator, night) == before


def test_pages_hold_each_record_once_the_newest_first(night: Night, operator: Api) -> None:
    for _ in range(3):
        operator(CODES % night.election_id)
    found: list[str] = []
    after = None
    while True:
        page = operator(AUDIT, e=night.election_id, first=2, after=after)["auditRecords"]
        found += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert found == [record["id"] for record in _records(operator, night)]
    assert len(found) == page["totalCount"] == 6


@pytest.mark.parametrize("after", ["nonsense", "MQ==", "LTE", "w6k"])
def test_a_cursor_that_none_gave_out_is_refused(night: Night, operator: Api, after: str) -> None:
    assert operator.code(AUDIT, e=night.election_id, after=after) == "BAD_USER_INPUT"


def test_an_operator_of_one_election_reads_of_it_alone(night: Night) -> None:
    own = night.api.as_(bound(night, Role.OPERATOR))
    assert {record["electionId"] for record in _records(own, night)} == {night.election_id}
    assert own.code(AUDIT) == "FORBIDDEN"


@pytest.mark.parametrize(
    "statement", ["DELETE FROM audit_record", "UPDATE audit_record SET actor = 'x'", "TRUNCATE audit_record CASCADE"]
)
def test_no_record_is_ever_changed_or_taken_out(night: Night, operator: Api, statement: str) -> None:
    with pytest.raises(asyncpg.RestrictViolationError, match="the audit is append-only"):
        night.sql(statement)
    assert _records(operator, night)
