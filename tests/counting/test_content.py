import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scene import sheet

from counting.content import content, content_digest, differing_fields
from counting.tally import Submission, VotesRow
from counting.vocabulary import TallyCoverage

SHEET = sheet(100, 50, 200, evidence=("a", "b"), counted_at=datetime(2022, 5, 22, 13, tzinfo=UTC))

OTHERS = {
    "station_id": "e/1026-13",
    "contest_id": "e/council",
    "coverage": TallyCoverage.PARTIAL,
    "votes": (*SHEET.votes[:2], VotesRow("e/gov/8", 201)),
    "valid_ballots": 350,
    "invalid_ballots": None,
    "no_vote_ballots": 8,
    "ballots_cast": 361,
    "as_written": True,
    "replaces": "t1",
    "evidence": ("a",),
    "counted_at": datetime(2022, 5, 22, 13, 0, 0, 1, tzinfo=UTC),
    "note": "แก้เบอร์ 8",
    "reporter": "อาสา-X8P",
}


def test_the_digest_of_a_known_sheet_is_the_same_for_ever() -> None:
    assert content_digest(SHEET) == "d1088a900228f1117bb70d19ce8dc2b7b554c744647dba59536441e0271cf326"


@pytest.mark.parametrize("name", OTHERS)
def test_a_change_in_any_field_changes_the_digest_and_is_one_field(name: str) -> None:
    changed = replace(SHEET, **{name: OTHERS[name]})
    assert content_digest(changed) != content_digest(SHEET)
    assert differing_fields(SHEET, changed) == 1


def test_every_field_but_the_id_is_content() -> None:
    assert set(content(SHEET)) == {field.name for field in fields(Submission)} - {"client_tally_id"}


def test_the_id_and_the_order_of_rows_and_photographs_are_no_content() -> None:
    same = replace(SHEET, client_tally_id="other", votes=SHEET.votes[::-1], evidence=("b", "a", "a"))
    assert content_digest(same) == content_digest(SHEET)
    assert differing_fields(same, SHEET) == 0


def test_one_instant_in_two_offsets_is_the_same() -> None:
    bangkok = datetime(2022, 5, 22, 20, tzinfo=timezone(timedelta(hours=7)))
    assert content_digest(replace(SHEET, counted_at=bangkok)) == content_digest(SHEET)


def test_null_is_not_zero() -> None:
    null = sheet(100, 50, 0, ballots_cast=None), sheet(100, 50, None, ballots_cast=None)
    assert content_digest(null[0]) != content_digest(null[1])
    assert differing_fields(*null) == 1


def test_each_candidate_is_a_field_of_its_own() -> None:
    assert differing_fields(sheet(1, 2, 3), sheet(3, 2, 1)) == 2
    assert differing_fields(SHEET, replace(SHEET, votes=SHEET.votes[:2])) == 1


@given(note=st.none() | st.text() | st.text(st.characters(categories=["Cs", "Cc"])), votes=st.lists(st.integers()))
def test_the_digest_is_that_of_ascii_json_whatever_was_written(note: str | None, votes: list[int]) -> None:
    rows = tuple(VotesRow(f"e/gov/{place % 3}", number) for place, number in enumerate(votes))
    written = replace(SHEET, note=note, votes=rows)
    canonical = json.dumps(content(written), ensure_ascii=True, separators=(",", ":"))
    assert content_digest(written) == sha256(canonical.encode()).hexdigest()
    assert content(replace(written, votes=rows[::-1])) == content(written)
