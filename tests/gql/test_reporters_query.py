"""How each reporter's sheets fared, held against nights that were played; and whom the desk looks at first."""

from typing import Any

import pytest

from counting.vocabulary import Role
from tests.conftest import Night
from tests.gql.documents import accepted, sheet, submit
from tests.served import Api

REPORTERS = """
query Reporters($e: ID!, $order: ReporterOrder, $since: DateTime, $first: Int, $after: String) {
  reporters(electionId: $e, orderBy: $order, silentSince: $since, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node {
      id displayName accepted held rejected confirmedByOthers contradictedByOthers lastSeenAt
    } }
  }
}
"""
OF_ROLE = """query R($e: ID!, $role: Role, $revoked: Boolean) {
    reporters(electionId: $e, role: $role, revoked: $revoked) { totalCount edges { node { id } } } }"""
CODE = "mutation C($input: CreateEnrolmentCodesInput!) { createEnrolmentCodes(input: $input) { code } }"
ENROL = "mutation E($input: EnrolInput!) { enrol(input: $input) { __typename } }"
REVIEW = 'mutation { reviewTally(input: {tallyId: "%s", decision: %s, reason: "looked"}) { __typename } }'
COUNTED = ("accepted", "held", "rejected", "confirmedByOthers", "contradictedByOthers")


def _who(api: Api) -> str:
    return str(api("{ viewer { reporter } }")["viewer"]["reporter"])


def _rows(editor: Api, night: Night, **more: Any) -> list[dict[str, Any]]:
    return [edge["node"] for edge in editor(REPORTERS, e=night.election_id, **more)["reporters"]["edges"]]


@pytest.fixture
def silent(night: Night) -> str:
    return _who(night.api.as_(night.token(Role.VOLUNTEER, "b-2")))


@pytest.fixture
def played(night: Night, volunteer: Api, another_volunteer: Api, editor: Api, silent: str) -> dict[str, str]:
    """Good: two accepted, one confirmed, one contradicted. Bad: one accepted, three held, one of them refused."""
    good, bad = volunteer, another_volunteer
    accepted(good, sheet(night, "a-1", [11, 22, 33]))
    accepted(good, sheet(night, "a-2", [44, 55, 66]))
    submit(bad, sheet(night, "a-1", [11, 22, 33], id="confirms"))
    submit(bad, sheet(night, "a-2", [44, 55, 60], id="contradicts"))
    for station, decision in (("a-3", "REJECT"), ("b-3", "ACCEPT")):
        held = submit(bad, sheet(night, station, [7, 8, 9]))
        assert held["__typename"] == "TallyHeld"
        editor(REVIEW % (held["tally"]["id"], decision))
    refused = submit(bad, sheet(night, "b-1", [1, 2, 3], ballotsCast=90))
    assert refused["__typename"] == "TallyRejected"
    return {_who(good): "good", _who(bad): "bad", silent: "silent"}


def test_each_record_is_what_was_played(night: Night, editor: Api, played: dict[str, str]) -> None:
    rows = {played[row["id"]]: row for row in _rows(editor, night)}
    found = {name: tuple(row[what] for what in COUNTED) for name, row in rows.items()}
    assert found == {"good": (2, 0, 0, 1, 1), "bad": (2, 3, 2, 0, 1), "silent": (0, 0, 0, 0, 0)}
    assert rows["silent"]["lastSeenAt"] is None
    assert rows["good"]["lastSeenAt"] < rows["bad"]["lastSeenAt"]
    assert {row["displayName"] for row in rows.values()} == {"Somebody"}


@pytest.mark.parametrize(
    ("order", "first"),
    [
        *(("HELD", "bad"), ("REJECTED", "bad"), ("CONFIRMED", "good"), ("SILENT_LONGEST", "silent")),
    ],
)
def test_the_desk_sees_first_whom_it_asks_for(
    night: Night, editor: Api, played: dict[str, str], order: str, first: str
) -> None:
    assert played[_rows(editor, night, order=order)[0]["id"]] == first


@pytest.mark.parametrize("order", ["ID", "ACCEPTED", "HELD", "CONTRADICTED", "SILENT_LONGEST", None])
def test_pages_in_any_order_hold_each_reporter_once(
    night: Night, editor: Api, played: dict[str, str], order: str | None
) -> None:
    found: list[str] = []
    after = None
    while True:
        page = editor(REPORTERS, e=night.election_id, order=order, first=1, after=after)["reporters"]
        found += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert found == [row["id"] for row in _rows(editor, night, order=order)]
    assert sorted(found) == sorted(played)


def test_those_not_heard_of_since_then(night: Night, editor: Api, played: dict[str, str], silent: str) -> None:
    names = {name: row for row in _rows(editor, night) for name in [played[row["id"]]]}
    since = names["bad"]["lastSeenAt"]
    quiet = {played[row["id"]] for row in _rows(editor, night, since=since)}
    assert quiet == {"silent", "good"}


def test_those_who_are_named_are_asked_for_alone(night: Night, editor: Api, played: dict[str, str]) -> None:
    bad = next(who for who, name in played.items() if name == "bad")
    asked = (
        "query R($e: ID!, $ids: [ID!]) { reporters(electionId: $e, ids: $ids) { totalCount edges { node { id } } } }"
    )
    found = editor(asked, e=night.election_id, ids=[bad, "nobody", "a\0b"])["reporters"]
    assert found == {"totalCount": 1, "edges": [{"node": {"id": bad}}]}
    assert editor(asked, e=night.election_id, ids=[])["reporters"]["totalCount"] == 0
    assert editor.code(asked, e=night.election_id, ids=["x"] * 1_001) == "BAD_USER_INPUT"


def test_volunteers_whose_right_stands_are_asked_for_without_editors_and_the_revoked(
    night: Night, editor: Api, played: dict[str, str], silent: str
) -> None:
    operator = night.api.as_(night.token(Role.OPERATOR))
    made = operator(CODE, input={"electionId": night.election_id, "role": "EDITOR", "count": 1})
    night.api(ENROL, input={"code": made["createEnrolmentCodes"][0]["code"], "displayName": "Somebody"})
    operator("mutation R($id: String!) { revokeReporter(reporter: $id) }", id=silent)

    def found(**asked: Any) -> set[str]:
        answer = editor(OF_ROLE, e=night.election_id, **asked)["reporters"]
        assert answer["totalCount"] == len(answer["edges"])
        return {played.get(edge["node"]["id"], "editor") for edge in answer["edges"]}

    assert found() == {"good", "bad", "silent", "editor"}
    assert found(role="VOLUNTEER") == {"good", "bad", "silent"}
    assert found(role="VOLUNTEER", revoked=False) == {"good", "bad"}
    assert found(revoked=True) == {"silent"}
