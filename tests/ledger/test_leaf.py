"""Leaves: the vectors of docs/ledger.md, and canonical JSON as another implementation has it."""

import hashlib
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from db.plan import commitment
from ledger.entry import entry_in
from ledger.leaf import BadLeafError, canonical, commitment_of, leaf_of, parsed
from ledger.merkle import leaf_hash, root_of
from tests.tallywire import auditor

PAGE = (Path(__file__).parent.parent.parent / "docs" / "ledger.md").read_text("utf-8")
NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)
TALLY: dict[str, Any] = {
    "id": "6b1f3a52-8a06-4d3e-9d3c-0f5d8f0f7c11",
    "revision": 1,
    "coverage": "FINAL",
    "votes": [10, None, 30],
    "validBallots": 40,
    "invalidBallots": 2,
    "noVoteBallots": 3,
    "ballotsCast": None,
    "asWritten": False,
    "reporter": "v-0123456789",
    "evidence": [],
    "countedAt": "2022-05-22T10:30:00+00:00",
}


def entry(**changed: Any) -> dict[str, Any]:
    """The columns of one log entry."""
    return {
        "election_id": "small",
        "sequence": 1,
        "kind": "ACCEPTED",
        "station_id": "small/a-1",
        "contest_id": "small/mayor",
        "tally_id": TALLY["id"],
        "tally": TALLY,
        "previous_id": None,
        "previous": None,
        "standing_id": TALLY["id"],
        "held": 0,
        "held_before": 0,
        "disputed": False,
        "disputed_before": False,
        "commitment": None,
        "salt": None,
        "reason": None,
        "decided_by": None,
        "ruleset": "small.1",
        "is_test": False,
        "recorded_at": datetime.fromisoformat("2022-05-22T17:31:04.5+07:00"),
        **changed,
    }


def vectors() -> list[tuple[str, str]]:
    """The leaves of the page and the hash that it gives for each."""
    blocks = re.findall(r"^```json\n(.+?)\n```\n+leaf hash `([0-9a-f]{64})`", PAGE, re.MULTILINE | re.DOTALL)
    return [(leaf, digest) for leaf, digest in blocks]


SALT = "00112233445566778899aabbccddeeff"
HELD = entry(
    sequence=2,
    kind="HELD",
    tally=None,
    standing_id=None,
    held=1,
    commitment=commitment_of(SALT, TALLY),
    reason="ไม่ชัด “x”\n",
)


def test_the_page_shows_the_leaves_that_are_made() -> None:
    definition = hashlib.sha256(b"{}").hexdigest()
    made = [leaf_of(entry(), definition), leaf_of(HELD, definition)]
    assert vectors() == [(leaf.decode(), leaf_hash(leaf).hex()) for leaf in made]
    assert f"root over both `{root_of([leaf_hash(leaf) for leaf in made]).hex()}`" in PAGE
    assert f"salt `{SALT}`" in PAGE and HELD["commitment"] in PAGE


def test_the_page_s_vectors_are_what_other_implementations_make_of_them() -> None:
    """Canonical JSON by another library; hashes and root by the auditor's own code."""
    hashes = []
    for leaf, digest in vectors():
        assert rfc8785.dumps(json.loads(leaf)) == leaf.encode()
        hashes.append(auditor.leaf(leaf))
        assert hashes[-1].hex() == digest
    assert len(hashes) == 2 and f"`{auditor.node(*hashes).hex()}`" in PAGE
    committed, tally = (json.loads(leaf) for leaf, _ in reversed(vectors()))
    opened = SALT.encode() + rfc8785.dumps(tally["tally"])
    assert hashlib.sha256(opened).hexdigest() == committed["commitment"]


EDGES = {
    "what must be escaped": '\b\t\n\f\r"\\\x00\x1f',
    "what must not": "/\x7f\x80\u2028\u2029\ufeff<>&é ไม่ชัด \U0001f5f3 \ue000",
    "numbers": [0, -1, 1, 2**53 - 1, -(2**53) + 1],
    "nothing": [None, True, False, "", [], {}],
    "B": 1,
    "a": 2,
    "A": 3,
    "": 4,
    "a b": 5,
    "a!": 6,
}


def test_the_edges_of_canonical_json_are_those_of_another_implementation() -> None:
    assert canonical(EDGES) == rfc8785.dumps(EDGES) and parsed(rfc8785.dumps(EDGES)) == EDGES


def test_every_column_of_an_entry_that_the_public_may_see_is_in_its_leaf() -> None:
    leaf = parsed(leaf_of(entry(), "d"))
    assert set(leaf) - {"format", "definition"} == {_camel(name) for name in entry()}


def _camel(column: str) -> str:
    words = column.removesuffix("_id") if column in ("election_id", "station_id", "contest_id") else column
    first, *rest = words.split("_")
    return first + "".join(word.title() for word in rest)


def test_a_held_entry_shows_no_number_and_can_be_opened_with_its_salt() -> None:
    leaf = parsed(leaf_of(HELD, "d"))
    assert leaf["tally"] is None and leaf["salt"] is None
    assert leaf["commitment"] == commitment_of(SALT, TALLY) == commitment(SALT, TALLY)
    assert commitment_of(SALT, {**TALLY, "votes": [11, None, 30]}) != leaf["commitment"]


@given(VALUES)
def test_canonical_json_is_what_another_implementation_makes_of_it(value: Any) -> None:
    try:
        theirs = rfc8785.dumps(value)
    except rfc8785.CanonicalizationError:
        return  # text that is no Unicode; PostgreSQL takes none either
    assert canonical(value) == theirs


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_a_leaf_is_read_as_it_was_written(value: dict[str, Any]) -> None:
    try:
        leaf = rfc8785.dumps(value)
    except rfc8785.CanonicalizationError:
        return
    assert parsed(leaf) == json.loads(leaf)


def test_names_that_sort_another_way_by_utf_16_make_no_entry() -> None:
    """RFC 8785 sorts by UTF-16, where a name beyond U+FFFF comes before one of U+E000: so entries have ASCII names."""
    names = {"\ue000": 1, "\U0001f5f3": 2}
    for leaf in (rfc8785.dumps(names), canonical(names), rfc8785.dumps({**json.loads(leaf_of(entry(), "d")), **names})):
        with pytest.raises(BadLeafError):
            entry_in(leaf)
    assert entry_in(leaf_of(entry(), "d"))["sequence"] == 1


@pytest.mark.parametrize(
    "leaf",
    [
        *(b"", b"[]", b"1", b"{", b'{"a": 1}', b'{"b":1,"a":2}', b'{"a":1,"a":2}', b'{"a":1}\n', b"\xff"),
        *(b'{"a":1.0}', b'{"a":"\\u0041"}', b'{"a":NaN}', b"[" * 100_000),
        *(b'{"a":-0}', b'{"a":01}', b'{"a":1e2}', b'{"a":9007199254740992}', b'{"a":-9007199254740992}'),
        *(
            b'{"a":"\\u001F"}',
            b'{"a":"\\/"}',
            b'{"a":"\\u0008"}',
            b'{"a":"\\ud800"}',
            b'{"a":"\x7f",}',
            b"\xef\xbb\xbf{}",
        ),
    ],
)
def test_a_leaf_that_could_be_read_in_two_ways_is_refused(leaf: bytes) -> None:
    with pytest.raises(BadLeafError):
        parsed(leaf)
