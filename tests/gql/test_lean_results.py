"""Results that are read off the board, compiled, are byte for byte what GraphQL's own execution answers."""

import re
from typing import Any

import httpx
import pytest

from counting.vocabulary import Role
from tests.conftest import Night
from tests.edge.test_costs import WHOLE

EVERYTHING = WHOLE.split("{", 2)[2].rsplit("}", 2)[0]
# Asked beside it, nothing is compiled.
BESIDE = " viewer { role }"
RESULT = 'result(contestId: "bkk-2022/governor"%s) { %s }'
RESULTS = 'results(electionId: "bkk-2022"%s) { %s }'


def _data(night: Night, query: str, variables: dict[str, Any] | None = None, token: str | None = None) -> bytes:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = {"query": query, "variables": variables}
    answer = httpx.post(f"{night.url}/graphql", json=body, headers=headers, timeout=60)
    assert answer.status_code == 200
    return re.sub(rb',"viewer":(null|\{[^}]*\})', b"", answer.content)


@pytest.mark.parametrize(
    ("fields", "variables"),
    [
        (RESULTS % ("", EVERYTHING), {}),
        (RESULTS % (", level: CITY", "cursor __typename"), {}),
        (RESULTS % (", contestIds: [], areaIds: []", "cursor"), {}),
        (
            RESULTS % (", contestIds: $c, areaIds: $a", "area { name(lang: $l) children { id } }"),
            {"c": None, "l": "TH"},
        ),
        (RESULTS % (", contestIds: $c", "cursor"), {"c": "bkk-2022/governor"}),
        (RESULTS % (", contestIds: $c", "cursor"), {"c": ["nobody"]}),
        (RESULTS % (", contestIds: $c", "cursor"), {"c": 5}),
        (RESULTS % (", contestIds: $c", "cursor"), {"c": {}}),
        (RESULTS % ("", "rows { votes @skip(if: $s) @include(if: true) share } cursor @skip(if: $s)"), {"s": True}),
        ("one: " + RESULT % ("", "cursor") + " two: " + RESULT % (', areaId: "bkk-2022/1001"', "rows { rank }"), {}),
        (RESULT % ("", "...F ...F") + " ...R", {}),
        ('result(contestId: "nobody") { cursor }', {}),
        (RESULT % (', areaId: "nobody"', "cursor"), {}),
        (RESULT % (", areaId: null", "cursor contest { candidates { id color } }"), {}),
        (RESULT % (", at: $at", "cursor"), {"at": None}),
        (RESULT % (", at: $at", "cursor"), {"at": "nonsense"}),
        ('results(electionId: "nobody") { cursor }', {}),
        (RESULT % ("", "unit { id }"), {}),
    ],
    ids=str,
)
def test_both_ways_answer_the_same(bangkok_served: Night, fields: str, variables: dict[str, Any]) -> None:
    given = {"$c": "[ID!]", "$a": "[ID!]", "$l": "Language", "$s": "Boolean! = false", "$at": "Cursor"}
    used = ", ".join(f"{name}: {kind}" for name, kind in given.items() if re.search(rf"\{name}\b", fields))
    fragments = "fragment F on Result { status rows { candidate { name party(lang: EN) } } }"
    fragments += f" fragment R on Query {{ {RESULT % ('', 'margin')} }}"
    rest = fragments if "...F" in fields else ""
    head = f"query Q{f'({used})' if used else ''} "
    lean = [_data(bangkok_served, f"{head}{{ {fields} }} {rest}", variables) for _ in range(2)]
    whole = _data(bangkok_served, f"{head}{{ {fields} {BESIDE} }} {rest}", variables)
    assert lean[0] == lean[1]
    if b'"errors"' in whole:
        assert re.sub(rb'"(line|column)":\d+', b"", lean[0]) == re.sub(rb'"(line|column)":\d+', b"", whole)
    else:
        assert lean[0] == whole


def test_it_is_compiled_in_the_rights_of_who_asks(bangkok_night: Night) -> None:
    """Before counting an outlet sees zeros and an editor what there is; without a token nobody here sees anything."""
    bangkok_night.serve(TALLYWIRE_READERS_NEED_TOKEN="true")
    for token in (bangkok_night.token(Role.OUTLET), bangkok_night.token(Role.EDITOR)):
        lean = _data(bangkok_night, f"{{ {RESULTS % ('', EVERYTHING)} }}", token=token)
        assert lean == _data(bangkok_night, f"{{ {RESULTS % ('', EVERYTHING)} {BESIDE} }}", token=token)
        assert b'"cursor":"' in lean
    assert b"UNAUTHENTICATED" in _data(bangkok_night, f"{{ {RESULTS % ('', EVERYTHING)} }}")
