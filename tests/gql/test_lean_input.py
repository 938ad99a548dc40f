"""Whatever JSON comes: the lean way reads what GraphQL reads, or leaves it to GraphQL."""

from typing import Any

import pytest
from graphql import GraphQLInputType, Undefined
from graphql.utilities import coerce_input_value
from hypothesis import given, settings
from hypothesis import strategies as st

from gql.lean_input import IrregularError, read_input
from gql.schema.build import build_schema

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**33), 2**33),
    st.floats(allow_nan=False),
    st.text(max_size=3),
    st.sampled_from(["FINAL", "PARTIAL", "2022-05-22T20:41:00+07:00", "2022-05-22"]),
)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner))
ROWS = st.lists(
    st.fixed_dictionaries({"candidateId": st.text(max_size=3)}, optional={"votes": SCALARS, "more": SCALARS}),
    max_size=3,
)
INPUTS = st.fixed_dictionaries(
    {
        "clientTallyId": st.text(max_size=3),
        "stationId": SCALARS,
        "contestId": st.text(max_size=3),
        "votes": ROWS | JSON,
    },
    optional={
        "coverage": SCALARS,
        "validBallots": SCALARS,
        "invalidBallots": st.integers(-5, 5),
        "asWritten": SCALARS,
        "replaces": SCALARS,
        "evidence": st.lists(SCALARS, max_size=2),
        "countedAt": SCALARS,
        "note": SCALARS,
        "surprise": SCALARS,
    },
)


@pytest.fixture(scope="module")
def type_() -> GraphQLInputType:
    mutation = build_schema()._schema.mutation_type
    assert mutation is not None
    return mutation.fields["submitTally"].args["input"].type


@settings(max_examples=300)
@given(value=INPUTS | JSON)
def test_what_is_read_is_what_graphql_reads(type_: GraphQLInputType, value: Any) -> None:
    try:
        read = read_input(type_)(value)
    except IrregularError:
        return
    assert read == coerce_input_value(value, type_)


def test_a_sheet_as_phones_send_it_is_read(type_: GraphQLInputType) -> None:
    value = {
        "clientTallyId": "a",
        "stationId": "e/s",
        "contestId": "e/c",
        "coverage": "PARTIAL",
        "votes": [{"candidateId": "e/c/1", "votes": 5}, {"candidateId": "e/c/2", "votes": None}, {"candidateId": "x"}],
        "ballotsCast": 2**31 - 1,
        "countedAt": "2022-05-22T20:41:00+07:00",
        "evidence": ["f" * 64],
    }
    assert read_input(type_)(value) == coerce_input_value(value, type_)


@pytest.mark.parametrize("value", [None, {}, [], 5, {"clientTallyId": "a"}])
def test_what_graphql_refuses_is_irregular(type_: GraphQLInputType, value: Any) -> None:
    assert coerce_input_value(value, type_) is Undefined
    with pytest.raises(IrregularError):
        read_input(type_)(value)
