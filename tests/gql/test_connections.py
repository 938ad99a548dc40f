"""Pages by key: whatever the page's size, and while more comes in, each row is read exactly once."""

from typing import Any

import pytest

from counting.vocabulary import Role
from tests.conftest import Night
from tests.gql.documents import SUBMIT_MANY, accepted, sheet
from tests.served import Api

CONNECTION = """
query Page($e: ID!, $n: Int, $a: String%s) {
  %s(electionId: $e, first: $n, after: $a%s) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { id } }
  }
}
"""
SIZES = [1, 2, 3, 5, 6, 7, 1_000]


def _page(api: Api, night: Night, noun: str, size: int | None, after: str | None, **more: str) -> dict[str, Any]:
    declared = "".join(f", ${name}: {kind}" for name, kind in (("state", "StationState"),) if name in more)
    passed = "".join(f", {name}: ${name}" for name in more)
    query = CONNECTION % (declared, noun, passed)
    page: dict[str, Any] = api(query, e=night.election_id, n=size, a=after, **more)[noun]
    return page


def _walk(api: Api, night: Night, noun: str, size: int, between: Any = None) -> list[str]:
    """The ids of all pages, in order; what a page says of itself is checked on the way."""
    found: list[str] = []
    after = None
    while True:
        page = _page(api, night, noun, size, after)
        edges, told = page["edges"], page["pageInfo"]
        assert len(edges) <= size
        assert told["hasPreviousPage"] is (after is not None)
        assert (told["startCursor"], told["endCursor"]) == (
            (edges[0]["cursor"], edges[-1]["cursor"]) if edges else (None, None)
        )
        found += [edge["node"]["id"] for edge in edges]
        if not told["hasNextPage"]:
            return found
        assert len(edges) == size
        after = told["endCursor"]
        if between is not None:
            between(len(found))


@pytest.fixture
def reported(night: Night, volunteer: Api) -> list[str]:
    """Ids of six tallies, the newest first."""
    inputs = [sheet(night, "a-1", [n, 0, 0], id=f"p{n}", coverage="PARTIAL", ballotsCast=None) for n in range(1, 7)]
    answers = volunteer(SUBMIT_MANY, inputs=inputs)["submitTallies"]
    return [answer["tally"]["id"] for answer in reversed(answers)]


@pytest.mark.parametrize("size", SIZES)
def test_pages_of_stations_hold_each_once_in_order(night: Night, size: int) -> None:
    wanted = [night.id(f"{district}-{number}") for district in "ab" for number in (1, 2, 3)]
    assert _walk(night.api, night, "stations", size) == wanted


@pytest.mark.parametrize("size", SIZES)
def test_pages_of_tallies_hold_each_once_the_newest_first(night: Night, reported: list[str], size: int) -> None:
    assert _walk(night.api, night, "tallies", size) == reported


@pytest.mark.parametrize("size", [1, 2, 5])
def test_tallies_that_come_in_meanwhile_move_nothing(
    night: Night, volunteer: Api, reported: list[str], size: int
) -> None:
    def more(read: int) -> None:
        accepted(volunteer, sheet(night, "a-2", [read, 1, 1], id=f"m{read}", coverage="PARTIAL", ballotsCast=None))

    assert _walk(night.api, night, "tallies", size, between=more) == reported


@pytest.mark.parametrize("size", [1, 2, 5])
def test_pages_of_reporters_hold_each_once_while_others_enrol(night: Night, editor: Api, size: int) -> None:
    for _ in range(6):
        night.token(Role.VOLUNTEER)
    before = _walk(editor, night, "reporters", 1_000)
    assert len(before) == len(set(before)) == 6
    walked = _walk(editor, night, "reporters", size, between=lambda _: night.token(Role.VOLUNTEER))
    assert len(walked) == len(set(walked))
    assert [reporter for reporter in walked if reporter in before] == before


def test_the_total_counts_all_pages_and_only_what_may_be_seen(
    night: Night, volunteer: Api, editor: Api, reported: list[str]
) -> None:
    accepted(volunteer, sheet(night, "a-2", [1, 2, 3]))
    held = sheet(night, "a-3", [1, 2, 3])
    volunteer(SUBMIT_MANY, inputs=[held])
    assert _page(night.api, night, "tallies", 2, None)["totalCount"] == 7
    assert _page(editor, night, "tallies", 2, None)["totalCount"] == 8
    assert _page(night.api, night, "stations", 0, None)["totalCount"] == 6


def test_stations_are_found_by_state(night: Night, volunteer: Api) -> None:
    accepted(volunteer, sheet(night, "a-2", [1, 2, 3]))
    accepted(volunteer, sheet(night, "b-1", [1, 2, 3], coverage="PARTIAL", ballotsCast=None))
    found = {
        state: [edge["node"]["id"] for edge in _page(night.api, night, "stations", None, None, state=state)["edges"]]
        for state in ("FINAL", "PARTIAL", "DISPUTED")
    }
    assert found == {"FINAL": [night.id("a-2")], "PARTIAL": [night.id("b-1")], "DISPUTED": []}


def test_an_empty_page_is_a_page(night: Night) -> None:
    assert _page(night.api, night, "tallies", 50, None) == {
        "totalCount": 0,
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
        "edges": [],
    }
