"""Pages of the feed may be kept once they are full: by whom and how long their headers say, and every node agrees."""

import json
from typing import Any

import httpx
import pytest

from counting.vocabulary import Role
from tests.conftest import Databases, Night, _fill_small
from tests.gql.documents import SUBMIT_MANY, sheet, submit
from tests.served import Api, wait_until

PAGE = """query Page($e: ID!, $first: Int, $after: Cursor) { feed(electionId: $e, first: $first, after: $after) {
  cursor hasMore reports { sequence kind station { id } contest { id } tally { revision votes { votes } } }
} }"""
REVIEW = "mutation R($input: ReviewTallyInput!) { reviewTally(input: $input) { __typename } }"
STATES = PAGE.replace("revision", "revision state")
STATUS = " fragment F on FeedPage { reports { contest { result { status } } } }"
FOR_EVER = "public, max-age=31536000, immutable"


def _get(night: Night, query: str = PAGE, *, token: str | None = None, **more: Any) -> httpx.Response:
    headers = {name: more.pop(name) for name in ("if_none_match",) if name in more}
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    url = more.pop("url", night.url)
    asked = {"query": query, "variables": json.dumps({"e": night.election_id, **more})}
    return httpx.get(f"{url}/graphql", params=asked, headers=sent, timeout=60)


def _play(night: Night, volunteer: Api, entries: int) -> None:
    inputs = [sheet(night, "a-1", [n, 0, 0], id=f"k{n}", coverage="PARTIAL", ballotsCast=None) for n in range(entries)]
    volunteer(SUBMIT_MANY, inputs=inputs)
    wait_until(lambda: len(_reports(_get(night))) >= entries, what="the entries")


def _reports(answer: httpx.Response) -> list[Any]:
    found: list[Any] = answer.json()["data"]["feed"]["reports"]
    return found


def _kept(answer: httpx.Response) -> str:
    return answer.headers["cache-control"]


def test_a_full_page_is_kept_for_ever_and_the_newest_one_is_not(night: Night, volunteer: Api) -> None:
    _play(night, volunteer, 5)
    first = _get(night, first=2)
    # Its address names no epoch, so that it may become another election's one day.
    assert (len(_reports(first)), _kept(first)) == (2, "public, max-age=3600")
    full = _get(night, first=2, after=first.json()["data"]["feed"]["cursor"])
    assert (len(_reports(full)), _kept(full), full.headers["vary"]) == (2, FOR_EVER, "Accept, Authorization, Origin")
    newest = _get(night, first=2, after=full.json()["data"]["feed"]["cursor"])
    assert (len(_reports(newest)), _kept(newest)) == (1, "public, no-cache")


def test_a_page_that_ends_at_the_newest_entry_is_not_kept_until_another_follows(night: Night, volunteer: Api) -> None:
    _play(night, volunteer, 2)
    after = _get(night, first=1).json()["data"]["feed"]["cursor"]
    last = _get(night, first=1, after=after)
    assert (last.json()["data"]["feed"]["hasMore"], _kept(last)) == (False, "public, no-cache")
    _play(night, volunteer, 3)
    assert _kept(_get(night, first=1, after=after)) == FOR_EVER


def test_who_has_the_page_already_is_told_so_without_it(night: Night, volunteer: Api) -> None:
    _play(night, volunteer, 3)
    page = _get(night, first=2)
    again = _get(night, first=2, if_none_match=page.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert (again.headers["etag"], _kept(again)) == (page.headers["etag"], _kept(page))
    assert _get(night, first=2, if_none_match='"other"').status_code == 200
    # One that changes has another tag.
    open_page = _get(night, first=5)
    _play(night, volunteer, 4)
    assert _get(night, first=5, if_none_match=open_page.headers["etag"]).status_code == 200


def test_a_page_with_what_may_change_is_asked_for_again(night: Night, volunteer: Api) -> None:
    _play(night, volunteer, 4)
    after = _get(night, first=1).json()["data"]["feed"]["cursor"]
    for query in (
        STATES,
        PAGE.replace("station { id }", f'station {{ state(contestId: "{night.id("mayor")}") }}'),
        PAGE.replace("cursor hasMore", "cursor hasMore ...F") + STATUS,
        PAGE.replace("{ feed(", "{ elections { id } feed("),
    ):
        answer = _get(night, query, first=2, after=after)
        assert "errors" not in answer.json()
        assert _kept(answer) == "public, no-cache"


def test_a_hold_that_may_still_be_opened_keeps_its_page_from_being_kept(
    night: Night, volunteer: Api, editor: Api
) -> None:
    _play(night, volunteer, 1)
    after = _get(night, first=1).json()["data"]["feed"]["cursor"]
    held = submit(volunteer, sheet(night, "a-3", [1, 2, 3]))["tally"]["id"]
    _play(night, volunteer, 4)
    without = PAGE.replace("tally { revision votes { votes } }", "commitment")
    page, plain = _get(night, first=1, after=after), _get(night, without, first=1, after=after)
    assert _reports(page)[0]["kind"] == "HELD" and _reports(page)[0]["tally"] is None
    assert (_kept(page), _kept(plain)) == ("public, no-cache", FOR_EVER)
    editor(REVIEW, input={"tallyId": held, "decision": "ACCEPT", "reason": "Looked"})
    opened = _get(night, first=1, after=after, if_none_match=page.headers["etag"])
    assert opened.status_code == 200 and _reports(opened)[0]["tally"] is not None


def test_what_is_shown_to_some_is_kept_by_no_one_else(night: Night, volunteer: Api, setup_night: Night) -> None:
    _play(night, volunteer, 3)
    after = _get(night, first=1).json()["data"]["feed"]["cursor"]
    for role, kept in (
        (Role.OUTLET, "private, max-age=31536000, immutable"),
        (Role.EDITOR, "private, no-cache"),
        (Role.VOLUNTEER, "private, no-cache"),
    ):
        assert _kept(_get(night, first=1, after=after, token=night.token(role))) == kept
    refused = _get(night, first=1, after=after, token="none")
    assert (refused.json()["errors"][0]["extensions"]["code"], _kept(refused)) == ("UNAUTHENTICATED", "no-store")
    for token in (None, setup_night.token(Role.EDITOR)):
        early = _get(setup_night, first=1, token=token)
        assert (early.status_code, _kept(early), "etag" in early.headers) == (200, "no-store", False)


@pytest.mark.parametrize("query", ["{ feed(electionId: 5) { cursor } }", "{ nothing }"])
def test_a_refusal_is_kept_by_nobody(night: Night, query: str) -> None:
    answer = httpx.get(f"{night.url}/graphql", params={"query": query}, timeout=60)
    assert answer.json()["errors"] and _kept(answer) == "no-store"


def test_every_node_gives_the_same_pages_under_the_same_tags_and_so_after_a_restart(databases: Databases) -> None:
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    try:
        one, other = night.serve(), night.serve(TALLYWIRE_READERS_NEED_TOKEN="true")
        outlet = night.token(Role.OUTLET)
        _play(night, night.api.as_(night.token(Role.EDITOR)), 5)
        wait_until(lambda: len(_reports(_get(night, url=other.url, token=outlet))) == 5, what="the entries there")
        after = _get(night, first=2).json()["data"]["feed"]["cursor"]
        page = _get(night, first=2, after=after)
        there = _get(night, first=2, after=after, url=other.url, token=outlet)
        assert (page.content, page.headers["etag"]) == (there.content, there.headers["etag"])
        assert (_kept(page), _kept(there)) == (FOR_EVER, FOR_EVER.replace("public", "private"))
        assert _kept(_get(night, first=2, after=after, url=other.url)) == "no-store"
        one.kill()
        one.start()
        again = _get(night, first=2, after=after, if_none_match=page.headers["etag"])
        assert (again.status_code, _kept(again)) == (304, FOR_EVER)
    finally:
        night.close()
