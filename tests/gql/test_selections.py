"""A compiled selection gives the bytes that graphql-core gives, for any document; and is what serves the usual ones."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counting.vocabulary import ElectionPhase
from feed.election_feed import ElectionFeed
from feed.pace import Pace
from feed.selection import Selection
from feed.updates import Update, Updates
from gql.asked import Asked, Reading
from gql.context import Context, Services
from gql.edge import Edge
from gql.given import context_of_group
from gql.limits import ADJUSTABLE, Limits
from gql.rendering import Operation, compiled
from gql.schema.build import build_schema
from gql.selections import UncompiledError
from tests.feed.entries import Step, definition, log_of, state, steps
from tests.gql.generated_documents import Generated, documents

# Of the limits on documents none: what is generated here is odder than what is served.
SCHEMA = build_schema(Edge(limits=Limits({limit.name: None for limit in ADJUSTABLE})))
ELECTION = definition()
SERVICES = cast(Services, SimpleNamespace(readers_need_token=False))
ONE = Step(("mayor", "a-1"), (1, 2, 3), True, 0, False, False)
BOARD = """subscription Board($e: ID!) { resultUpdates(electionId: $e) {
  kind cursor results { status turnout area { id name(lang: EN) } contest { id } outstanding { ballotsAtMost }
  rows { votes share rank leading candidate { ballotNumber name color contest { id } } } }
} }"""


def _feed(what: list[Step], phase: ElectionPhase = ElectionPhase.COUNTING) -> ElectionFeed:
    feed = ElectionFeed(ELECTION, state(phase))
    for entry in log_of(what):
        feed.add(entry)
    return feed


def _updates(feed: ElectionFeed) -> list[Update]:
    told = Updates(feed, cast(Any, None), Selection(), Pace(), lambda feed: feed.opened)
    return [
        told.snapshot(),
        told.beat(),
        *([update] if (update := told.since(3, told.stage(), conflated=True)) else []),
    ]


async def _asked(document: Generated) -> Asked:
    asked = await Reading(SCHEMA).read(document.query, document.variables, None)
    assert asked is not None, document.query
    return asked


async def _executed(feed: ElectionFeed, asked: Asked, updates: list[Update]) -> list[bytes]:
    """By graphql-core, through Strawberry."""
    context = context_of_group(SERVICES, feed, Context(SERVICES))
    operation = Operation(SCHEMA, asked, context)
    answers = [await operation.execute(update) for update in updates]
    await operation.close()
    return answers


@settings(max_examples=60)
@given(document=documents(), what=steps, phase=st.sampled_from([ElectionPhase.COUNTING, ElectionPhase.VOTING]))
def test_any_usual_document_is_compiled_to_the_same_bytes(
    document: Generated, what: list[Step], phase: ElectionPhase
) -> None:
    async def work() -> None:
        feed, asked = _feed(what, phase), await _asked(document)
        updates = _updates(feed)
        encode = compiled(asked, ELECTION)
        assert encode is not None
        assert [encode(update) for update in updates] == await _executed(feed, asked, updates)
        # The second time from what is kept of the first.
        assert [encode(update) for update in updates] == await _executed(feed, asked, updates)

    asyncio.run(work())


@settings(max_examples=25)
@given(document=documents(usual=False), what=steps)
def test_what_is_not_compiled_is_never_wrong(document: Generated, what: list[Step]) -> None:
    async def work() -> None:
        feed, asked = _feed(what), await _asked(document)
        updates = _updates(feed)
        encode = compiled(asked, ELECTION)
        if encode is not None:
            assert [encode(update) for update in updates] == await _executed(feed, asked, updates)

    asyncio.run(work())


@pytest.mark.parametrize(
    "field", ["contest { election { cursor } }", "contest { election { phase } }", "contest { result { status } }"]
)
def test_what_changes_while_its_object_stands_is_not_compiled(field: str) -> None:
    query = f'subscription {{ resultUpdates(electionId: "small") {{ results {{ {field} }} }} }}'
    asked = asyncio.run(_asked(Generated(query, {}, False)))
    assert compiled(asked, ELECTION) is None


def test_a_result_is_encoded_once_for_all_who_select_the_same() -> None:
    narrow = BOARD.replace("electionId: $e", 'electionId: $e, areaIds: ["a"]').replace("Board(", "Other(")

    async def work() -> None:
        feed = _feed([ONE])
        update = _updates(feed)[0]
        for query in (BOARD, narrow):
            encode = compiled(await _asked(Generated(query, {"e": "small"}, True)), ELECTION)
            assert encode is not None
            encode(update)
            assert [len(view.rendered) for view in update.results] == [1, 1, 1, 1]
            kept.append(encode)
        other = compiled(await _asked(Generated(BOARD.replace("status", ""), {"e": "small"}, True)), ELECTION)
        assert other is not None
        other(update)
        assert [len(view.rendered) for view in update.results] == [2, 2, 2, 2]

    kept: list[Any] = []
    asyncio.run(work())


def test_numbers_beyond_what_graphql_can_tell_are_left_to_it() -> None:
    async def work() -> None:
        update = _updates(_feed([ONE]))[0]
        update.results[0].count.votes[0] = 2**31
        encode = compiled(await _asked(Generated(BOARD, {"e": "small"}, True)), ELECTION)
        assert encode is not None
        encode(update)

    with pytest.raises(UncompiledError):
        asyncio.run(work())


@pytest.mark.parametrize(("field", "dated"), [("kind", False), ("sentAt", True), ("at: sentAt", True)])
def test_only_an_answer_that_says_when_it_was_sent_goes_out_of_date(field: str, dated: bool) -> None:
    query = f'subscription {{ resultUpdates(electionId: "small") {{ cursor {field} results {{ turnout }} }} }}'
    encode = compiled(asyncio.run(_asked(Generated(query, {}, True))), ELECTION)
    assert encode is not None and encode.dated is dated
