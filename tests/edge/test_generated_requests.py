"""Schemathesis asks whatever the schema allows, as everybody who may come: no answer is a fault of the server's."""

import httpx
import pytest
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st

from counting.vocabulary import Role
from gql.schema.build import build_schema
from tests.conftest import Night
from tests.edge.strangers import another

SCHEMA = schemathesis.graphql.from_file(build_schema().as_str())
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
INTERNAL = ("INTERNAL", "Traceback", "asyncpg", "sqlalchemy", "/gql/", "site-packages")
EXAMPLES = 12


@pytest.mark.parametrize("role", [None, *Role])
def test_no_request_that_the_schema_allows_is_a_fault_of_the_servers(guarded: Night, role: Role | None) -> None:
    token = guarded.token(role) if role else None
    cases = st.one_of([operation.as_strategy() for operation in OPERATIONS])

    @settings(max_examples=EXAMPLES, derandomize=True)
    @given(case=cases)
    def ask(case: schemathesis.Case) -> None:
        headers = another(guarded, token).headers
        answer = httpx.post(f"{guarded.url}/graphql", json={"query": case.body}, headers=headers, timeout=30)
        assert answer.status_code in (200, 400, 413, 429), answer.text
        assert not [word for word in INTERNAL if word in answer.text], (case.body, answer.text)

    ask()
