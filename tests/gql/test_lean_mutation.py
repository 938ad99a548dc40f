"""The lean way for tallies gives, byte for byte, what GraphQL gives; and leaves to GraphQL what is not its own."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import pytest
from graphql import parse
from strawberry import Schema

from counting.vocabulary import Role
from gql.lean_mutation import LeanMutations
from gql.schema.build import build_schema
from tallywire.own_documents import client_documents
from tests.conftest import Night
from tests.gql.conftest import Hall
from tests.gql.documents import SUBMIT, SUBMIT_MANY, sheet

SUBMIT_WHOLE = """
mutation ($input: SubmitTallyInput!) { answer: submitTally(input: $input) { ... on TallyAccepted {
  was: replayed cursor ...T tally { again: id votes { votes candidate { id ballotNumber color __typename } } } }
  ... on TallyHeld { tally { id } ... on TallyHeld { replayed } } ... on TallyRejected { clientTallyId replayed } } }
fragment T on TallyAccepted { __typename tally { id revision coverage state validBallots invalidBallots noVoteBallots
  ballotsCast reporter confirmations countedAt recordedAt station { id number } contest { id office seats } } }
"""
WITH_CONTEXT = """
mutation ($input: SubmitTallyInput!) { submitTally(input: $input) { ... on TallyAccepted {
  replayed tally { id note findings { rule } } } } }
"""
PHONES = client_documents()
TWINS = itertools.count(1)
LEAN = {
    "tests": (SUBMIT, "Submit"),
    "whole": (SUBMIT_WHOLE, None),
    "phones": (PHONES["SubmitTally"], None),
    "several": (SUBMIT_MANY, "SubmitMany"),
    "several of phones": (PHONES["SubmitTallies"], "SubmitTallies"),
}
NOT_LEAN = {
    "directive": SUBMIT.replace("cursor", "cursor @include(if: true)"),
    "two fields": SUBMIT.replace("submitTally(", "again: submitTally(input: $input) { __typename } submitTally("),
    "literal": 'mutation { submitTally(input: {clientTallyId: "a", stationId: "b", contestId: "c", votes: []}) '
    "{ __typename } }",
    "default": SUBMIT.replace(
        "SubmitTallyInput!", 'SubmitTallyInput! = {clientTallyId: "a", stationId: "b", contestId: "c", votes: []}'
    ),
    "two operations": SUBMIT + " query Other { viewer { id } }",
    "query": "query submitTally { viewer { id } }",
}


@pytest.fixture(scope="module")
def schema() -> Schema:
    return build_schema()


@dataclass(frozen=True)
class Phone:
    """A volunteer of a small election, with one connection for all that is sent."""

    night: Night
    client: httpx.Client
    token: str | None

    def answer(self, query: str, **body: Any) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self.client.post("/graphql", json={"query": query, **body}, headers=headers)
        return answer.status_code, answer.content

    def both_ways(self, query: str, **body: Any) -> tuple[int, bytes]:
        """The answer of a document that is known by now, held to that of its twin, which no server has ever seen."""
        twin = self.answer(f"{query} # {next(TWINS)}", **body)
        assert self.answer(query, **body) == twin
        return twin


@pytest.fixture(scope="module")
def phone(hall: Hall) -> Iterator[Phone]:
    """One tally of each outcome was sent, by documents that are known since."""
    night = hall.take()
    with httpx.Client(base_url=night.url, timeout=60) as client:
        phone = Phone(night, client, night.token(Role.VOLUNTEER, "a-1", "a-2", "b-1"))
        for query in (SUBMIT, SUBMIT_WHOLE, WITH_CONTEXT, PHONES["SubmitTally"]):
            for tally in (_accepted, _held, _rejected):
                phone.answer(query, variables={"input": tally(night)})
        for query in (SUBMIT_MANY, PHONES["SubmitTallies"]):
            phone.answer(query, variables={"inputs": [_accepted(night)]})
        yield phone


def _accepted(night: Night) -> dict[str, Any]:
    return sheet(night, "a-1", [10, 20, 30], countedAt="2022-05-22T20:41:00.250+07:00", note="ดีมาก")


def _held(night: Night) -> dict[str, Any]:
    return sheet(night, "a-2", [30, 30, 36])


def _rejected(night: Night) -> dict[str, Any]:
    return sheet(night, "b-1", [10, 20, -1])


@pytest.mark.parametrize("name", LEAN)
def test_what_phones_send_is_lean(schema: Schema, name: str) -> None:
    query, operation_name = LEAN[name]
    lean = LeanMutations(schema)
    assert lean.find(query, operation_name) is None
    lean.learn(query, operation_name, parse(query))
    assert lean.find(query, operation_name) is not None


@pytest.mark.parametrize("name", NOT_LEAN)
def test_other_documents_are_left_to_graphql(schema: Schema, name: str) -> None:
    lean = LeanMutations(schema)
    lean.learn(NOT_LEAN[name], None, parse(NOT_LEAN[name]))
    assert lean.find(NOT_LEAN[name], None) is None


@pytest.mark.parametrize("query", [SUBMIT, SUBMIT_WHOLE, WITH_CONTEXT, PHONES["SubmitTally"]])
@pytest.mark.parametrize("tally", [_accepted, _held, _rejected])
def test_each_answer_is_the_same_both_ways(phone: Phone, query: str, tally: Any) -> None:
    status, body = phone.both_ways(query, variables={"input": tally(phone.night), "unused": 5})
    assert status == 200 and b'"errors"' not in body


@pytest.mark.parametrize("query", [SUBMIT_MANY, PHONES["SubmitTallies"]])
@pytest.mark.parametrize("several", [(_accepted,), (_accepted, _accepted), (_accepted, _held, _rejected), ()])
def test_several_are_answered_the_same_both_ways(phone: Phone, query: str, several: tuple[Any, ...]) -> None:
    inputs = [tally(phone.night) for tally in several]
    status, body = phone.both_ways(query, variables={"inputs": inputs})
    assert status == 200 and body.count(b"replayed") == len(several)


ODD = {
    "an id as a number": {"clientTallyId": 5},
    "one row for a list": {"votes": {"candidateId": "x", "votes": 1}},
    "votes as a float": {"invalidBallots": 2.0},
    "votes as a fraction": {"invalidBallots": 2.5},
    "votes as text": {"invalidBallots": "2"},
    "votes as truth": {"invalidBallots": True},
    "too large for Int": {"invalidBallots": 2**31},
    "a field too many": {"surprise": 1},
    "no station": {"stationId": None},
    "an unknown coverage": {"coverage": "SOME"},
    "coverage as null": {"coverage": None},
    "a date without an offset": {"countedAt": "2022-05-22T20:41:00"},
    "evidence that is no digest": {"evidence": ["x"]},
    "an empty id": {"clientTallyId": ""},
    "a station of nowhere": {"stationId": "nowhere/1"},
    "rows as text": {"votes": "many"},
    "a row too many fields": {"votes": [{"candidateId": "x", "votes": 1, "more": 1}]},
    "a row without a candidate": {"votes": [{"votes": 1}]},
}


@pytest.mark.parametrize("name", ODD)
def test_odd_inputs_are_answered_the_same_both_ways(phone: Phone, name: str) -> None:
    odd = _accepted(phone.night) | {"clientTallyId": name} | ODD[name]
    phone.answer(SUBMIT, variables={"input": odd})
    phone.both_ways(SUBMIT, variables={"input": odd})


@pytest.mark.parametrize("variables", [None, {}, {"input": None}, {"input": 5}, {"input": []}, {"inputs": {}}])
def test_variables_that_lack_the_input_are_answered_the_same_both_ways(
    phone: Phone, variables: dict[str, Any] | None
) -> None:
    _, body = phone.both_ways(SUBMIT, variables=variables)
    assert b"BAD_USER_INPUT" in body


@pytest.mark.parametrize("operation_name", [None, "Submit", "Other", ""])
def test_the_name_of_the_operation_is_heeded_both_ways(phone: Phone, operation_name: str | None) -> None:
    body = {"variables": {"input": _accepted(phone.night)}, "operationName": operation_name}
    phone.both_ways(SUBMIT, **body)


def test_rights_are_asked_on_the_lean_way_too(phone: Phone) -> None:
    variables = {"input": _accepted(phone.night)}
    for token, code in (
        (None, b"UNAUTHENTICATED"),
        ("tw_x", b"UNAUTHENTICATED"),
        (phone.night.token(Role.OUTLET), b"FORBID"),
    ):
        _, body = Phone(phone.night, phone.client, token).both_ways(SUBMIT, variables=variables)
        assert code in body and b"TallyAccepted" not in body


def test_fifty_one_are_refused_both_ways(phone: Phone) -> None:
    _, body = phone.both_ways(SUBMIT_MANY, variables={"inputs": [_accepted(phone.night)] * 51})
    assert b"at most 50" in body


def test_an_answer_that_is_left_to_graphql_halfway_is_of_one_submission(phone: Phone) -> None:
    tally = sheet(phone.night, "b-1", [1, 2, 3], id="halfway", coverage="PARTIAL", note="อ่านยาก")
    _, body = phone.answer(WITH_CONTEXT, variables={"input": tally})
    told = orjson.loads(body)["data"]["submitTally"]
    assert (told["replayed"], told["tally"]["note"], told["tally"]["findings"]) == (False, "อ่านยาก", [])
    _, body = phone.answer(WITH_CONTEXT, variables={"input": tally})
    assert orjson.loads(body)["data"]["submitTally"] == told | {"replayed": True}
